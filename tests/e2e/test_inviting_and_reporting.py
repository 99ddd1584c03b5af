"""A client asks his agent for a part in a real window; staff read the report by payer."""

import re
from uuid import uuid4

import pytest
import pytest_asyncio
from playwright.async_api import expect

from deploy.demo.office import eventually
from shared.money import money
from tests.support.browser import faults
from tests.support.product import Booking, Client, Company, link_in, open_company

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def company(_running):
    """Its clients may ask others to pay a part."""
    opened = open_company(_running)
    opened.office.put("billing/v1/settings/portal", {"clients_may_invite": True})
    yield opened
    opened.close()


def booked(company: Company) -> Booking:
    """$800.00 with an agent."""
    agent = {
        "role": "agent",
        "role_label": "Buyer's agent",
        "name": "Marcus Lee",
        "email": f"agent-{uuid4().hex[:10]}@example.com",
    }
    booking = company.book("Full home inspection", "Sewer scope", "Radon test", people=[agent])
    booking.wait_invoice(total_cents=80_000)
    booking.client().wait("Ask somebody to pay a part")
    return booking


async def test_a_client_asks_his_agent_sees_what_remains_and_takes_it_back(people, company):
    booking = booked(company)
    phone = await people.client(booking)
    await phone.get_by_role("link", name="Ask somebody to pay a part").click()
    await phone.get_by_text("Marcus Lee").click()
    await phone.get_by_text("Percent", exact=True).click()
    await expect(phone.get_by_label("Amount they pay")).to_be_hidden()
    await phone.get_by_label("Percent they pay").fill("25")
    await phone.get_by_role("button", name="See what you would pay").click()
    await expect(phone.get_by_role("heading", level=1)).to_have_text(
        "Ask Marcus Lee to pay $200.00?"
    )
    await expect(phone.locator("dl")).to_contain_text("You pay$600.00")
    await phone.get_by_role("button", name="Ask Marcus Lee").click()
    await expect(phone.get_by_text("We sent the invoice by email")).to_be_visible()
    client = booking.client()
    client.wait("You asked")
    await phone.goto(client.home, wait_until="load")
    await expect(phone.locator("#pay")).to_contain_text("Pay $600.00")
    await phone.get_by_role("button", name=re.compile("Take back")).click()
    await expect(phone.get_by_text("It is taken back")).to_be_visible()
    booking.wait_invoice(total_cents=80_000)


async def test_an_amount_above_the_maximum_leads_to_its_field(people, company):
    people.on_purpose = "status of 422"
    phone = await people.client(booked(company))
    await phone.get_by_role("link", name="Ask somebody to pay a part").click()
    await phone.get_by_text("Amount", exact=True).click()
    await expect(phone.get_by_text("At most $800.00", exact=True)).to_be_visible()
    await phone.get_by_label("Amount they pay").fill("800.01")
    await phone.get_by_role("button", name="See what you would pay").click()
    await expect(phone.locator(".error-summary")).to_be_focused()
    await phone.get_by_role("link", name="Fixed amount cannot exceed $800.00").click()
    await expect(phone.get_by_label("Amount they pay")).to_be_focused()
    await phone.evaluate("document.dispatchEvent(new Event('htmx:after:swap'))")  # as news does
    await expect(phone.get_by_label("Amount they pay")).to_be_focused()
    await expect(phone.get_by_label("Amount they pay")).to_have_value("800.01")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def story(company) -> tuple[Client, Client]:
    """The client who has asked his agent, and the agent, whose part has changed since."""
    booking = booked(company)
    client = booking.client()
    form = client.browser.open(f"{client.home}/invite").form("See what you would pay")
    contact = next(one for one in booking.show()["people"] if one["role"] == "agent")
    seen = client.browser.submit(form, contact=contact["contact_id"], kind="half")
    client.browser.submit(seen.form("Ask Marcus Lee"))
    client.wait("You asked")
    mail = booking.mail("asks you to pay a part", to=contact["email"])
    browser = company.visitor()
    agent = Client(booking, browser, browser.open(link_in(mail)))
    fee = {"kind": "fee", "name": "Mold sample", "amount_cents": 10_000}
    company.office.post(f"{booking.path}/lines", fee)
    agent.wait("This invoice has changed")
    path = f"billing/v1/invoices/{booking.invoice()['invoice_id']}/payments"
    company.office.post(path, {"amount_cents": 20_000, "method": "cash"})
    report = "billing/v1/reports/payers"
    eventually(
        lambda: company.office.get(report, period="all")["totals"]["collected_cents"] == 20_000,
        "the report knows the cash",
    )
    return client, agent


async def test_the_pages_of_client_and_payer_are_accessible(people, story):
    client, agent = story
    page = await people.taking_over(client.browser, client.home, "desktop")
    assert await faults(page) == {}
    await page.goto(f"{client.home}/invite", wait_until="load")
    assert await faults(page) == {}
    await page.get_by_text("Marcus Lee").click()
    await page.get_by_text("Amount", exact=True).click()
    await page.get_by_label("Amount they pay").fill("10")
    await page.get_by_role("button", name="See what you would pay").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("$10.00")
    assert await faults(page) == {}
    theirs = await people.taking_over(agent.browser, agent.home, "desktop")
    await expect(theirs.get_by_text("This invoice has changed")).to_be_visible()
    assert await faults(theirs) == {}


async def test_the_report_is_accessible_fits_and_says_what_its_table_says(people, company, story):
    desk = await people.owner(company, "/staff/billing/reports?period=all")
    chart = desk.get_by_role("img", name="Collected, processing and outstanding by payer")
    await expect(chart).to_be_visible()
    drawn = await desk.locator("#chart-desc").text_content()
    due = await desk.locator("table").first.locator("tfoot td.b").text_content()
    told = company.office.get("billing/v1/reports/payers", period="all")["totals"]
    assert due == money(told["outstanding_cents"])
    assert "$200.00 collected" in drawn
    assert await faults(desk) == {}
    await desk.get_by_role("link", name="Marcus Lee").first.click()
    await expect(desk.get_by_role("heading", level=1)).to_have_text("Marcus Lee")
    assert await faults(desk) == {}


async def test_staff_order_filter_and_download_the_report(people, company, story):
    desk = await people.owner(company, "/staff/scheduling/schedule")
    await desk.get_by_role("link", name="Reports").click()
    await expect(desk.get_by_role("heading", level=1)).to_have_text("Report by payer")
    await desk.get_by_label("Period").select_option(label="All time")
    await desk.get_by_label("Payers", exact=True).select_option(label="Agents")
    await desk.get_by_role("button", name="Show").click()
    payers = desk.locator("table").first.locator("tbody")
    await expect(payers).to_contain_text("Marcus Lee")
    await expect(payers).not_to_contain_text("Ellen Park")
    await desk.get_by_role("link", name="Payer", exact=True).click()
    heading = desk.get_by_role("columnheader", name="Payer").first
    await expect(heading).to_have_attribute("aria-sort", "ascending")
    async with desk.expect_download() as saving:
        await desk.get_by_role("link", name="Download CSV").click()
    saved = await saving.value
    assert saved.suggested_filename == "payers.csv"
    assert "Marcus Lee" in (await saved.path()).read_text()

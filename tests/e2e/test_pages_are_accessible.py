"""Every page of the story: nothing for axe to complain about, never too wide, a quiet console."""

from urllib.parse import urlsplit

import pytest
from playwright.async_api import expect

from tests.support.browser import faults
from tests.support.product import open_company
from tests.support.scenes import CLIENT, OFFICE, office_path, prepared

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(90)]
EMPTY = ["schedule", "inspections", "invoices", "alerts", "mail log"]


@pytest.fixture(scope="module")
def scenes(company):
    return prepared(company)


@pytest.fixture(scope="module")
def quiet_company(_running):
    """One that has not booked anything yet."""
    opened = open_company(_running, "Cedar Lane Home Inspections")
    yield opened
    opened.close()


@pytest.fixture
def silence(company):
    """The provider tells nobody what was paid, so that a page goes on waiting."""
    company.sandbox.post("webhooks/pause")
    yield
    company.sandbox.post("webhooks/resume")


@pytest.mark.parametrize("name", OFFICE)
async def test_a_page_of_the_office(people, company, scenes, name):
    page = await people.owner(company, office_path(name, scenes))
    await _judged(page)


@pytest.mark.parametrize("name", EMPTY)
async def test_a_page_with_nothing_in_it(people, quiet_company, name):
    page = await people.owner(quiet_company, OFFICE[name])
    await _judged(page)


@pytest.mark.parametrize("name", CLIENT)
async def test_a_page_of_the_client(people, scenes, name):
    scene, under = CLIENT[name]
    client = scenes[scene]
    page = await people.taking_over(client.browser, client.home + under)
    await _judged(page)


async def test_the_page_that_confirms_a_payment(people, company, silence):
    client = company.book().client()
    client.checkout()
    client.pay_by_card()
    page = await people.taking_over(client.browser, client.home)
    await page.route("**/attempts/*/refresh", lambda route: route.fulfill(status=204))
    await page.goto(client.page.url, wait_until="load")
    await expect(page.locator("#money")).to_contain_text("confirming your payment")
    await _judged(page)


async def test_a_link_that_does_not_work(people):
    people.on_purpose = "status of 404"
    await _judged(await people.stranger(f"/p/{'x' * 43}"))


async def test_the_sign_in(people):
    await _judged(await people.stranger("/"))


async def test_a_refused_sign_in(people):
    people.on_purpose = "status of 422"
    page = await people.stranger("/staff/scheduling/sign-in")
    await page.get_by_role("button", name="Sign in").click()
    await page.locator(".error-summary").wait_for()
    await _judged(page)


async def test_a_refused_booking(people, company):
    people.on_purpose = "status of 422"
    page = await people.owner(company, "/staff/scheduling/inspections/new")
    await page.get_by_role("button", name="Schedule inspection").click()
    await page.locator(".error-summary").wait_for()
    await _judged(page)


@pytest.mark.parametrize("kind", ["card", "us_bank_account"])
async def test_the_hosted_payment_page(people, company, scenes, kind):
    client = scenes["due"]
    client.reload()
    checkout = client.checkout().url
    page = await people.stranger(f"{checkout}?with={kind}")
    await _judged(page)


async def test_the_inbox_of_the_sandbox(people, scenes):
    page = await people.stranger("/sandbox/inbox")
    await _judged(page)
    await page.locator(".mails a").first.click()
    await _judged(page)


@pytest.fixture(scope="module")
def third_party(_running):
    """A company that has invoiced an agent: the inspection, the invoice, the agent's link."""
    opened = open_company(_running, "Third Street Inspections")
    agent = {"role": "agent", "role_label": "Buyer's agent", "name": "Marcus Lee"}
    booking = opened.book(people=[{**agent, "email": "marcus@example.com"}])
    booking.wait_invoice(total_cents=47_500)
    people = booking.show()["people"]
    contact = next(p["contact_id"] for p in people if p["name"] == "Marcus Lee")
    path = f"billing/v1/inspections/{booking.inspection_id}/invoices"
    invoice = opened.office.post(path, {"contact_id": contact, "fixed_cents": 15_000})
    invoice_id = invoice["invoice_id"]
    link = opened.office.post(f"billing/v1/invoices/{invoice_id}/link", {})["url"]
    places = {
        "add": f"/staff/billing/inspections/{booking.inspection_id}/invoices/new",
        "invoice": f"/staff/billing/invoices/{invoice_id}",
        "box": f"/staff/scheduling/inspections/{booking.inspection_id}",
    }
    yield opened, places, link
    opened.close()


@pytest.mark.parametrize("place", ["add", "invoice", "box"])
async def test_a_page_about_a_third_party(people, third_party, place):
    company, places, _link = third_party
    page = await people.owner(company, places[place])
    await _judged(page)


async def test_the_page_of_a_third_party(people, third_party):
    _company, _places, link = third_party
    path = urlsplit(link).path
    page = await people.stranger(path)
    await _judged(page)
    await page.goto(f"{page.url}/how-to-pay")
    assert "How to pay" in await page.title()
    await _judged(page)


async def _judged(page):
    await page.locator(".skel").first.wait_for(state="detached")
    assert await faults(page) == {}

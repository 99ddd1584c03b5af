"""The office's daily work with the keyboard alone; the focus is seen and never gets lost."""

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import TimeoutError as PlaywrightTimeoutError
from playwright.async_api import expect

from deploy.demo.office import eventually
from tests.integration.test_tickets import submit, with_tickets
from tests.support.keyboard import press, tab_to, write
from tests.support.product import PDF, POOR_ACCOUNT, open_company

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]
AGENT = {"role": "agent", "role_label": "Buyer's agent", "name": "Marcus Lee"}


@pytest.fixture(scope="module")
def company(_running):
    """Of its own: the alerts that wait are those of this module."""
    opened = open_company(_running)
    yield opened
    opened.close()


def booked(company):
    """$650.00, with an agent who has a mailbox."""
    agent = {**AGENT, "email": f"agent-{company.owner_email}"}
    booking = company.book("Full home inspection", "Sewer scope", people=[agent])
    booking.wait_invoice(total_cents=65_000)
    return booking


def place_of(booking):
    return f"/staff/scheduling/inspections/{booking.inspection_id}"


async def leave_and_open_again(page, opener):
    """Escape closes the drawer and gives the focus back to what opened it; Enter opens it again."""
    drawer = page.get_by_role("dialog")
    await expect(drawer).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(drawer).to_be_hidden()
    await expect(opener).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(drawer).to_be_visible()
    return drawer


async def choosing_by_key(page):
    """What Enter opens; the browser may open nothing while the window is still being drawn."""
    with suppress(PlaywrightTimeoutError):
        return await _chooser(page)
    return await _chooser(page)


async def _chooser(page):
    async with page.expect_file_chooser(timeout=10_000) as choosing:
        await page.keyboard.press("Enter")
    return await choosing.value


async def test_an_inspection_is_scheduled(people, company):
    page = await people.owner(company, "/staff/scheduling/schedule")
    await press(page, "New inspection")
    await expect(page.get_by_role("heading", level=1)).to_have_text("New inspection")
    await write(page, "Street address", "9 Larch Way")
    await write(page, "City", "Bend")
    await tab_to(page, "Date")
    await page.keyboard.type((datetime.now(UTC) + timedelta(days=5)).strftime("%m%d%Y"))
    await tab_to(page, "Starts at")
    await page.keyboard.type("0930AM")
    await tab_to(page, "Inspector")
    await page.keyboard.press("ArrowDown")
    await write(page, "Client’s name", "Ellen Park")
    await write(page, "Client’s email", f"ellen-{company.owner_email}")
    await press(page, "Radon test", "Space")
    await expect(page.locator("[data-sum]")).to_have_text("$150.00")
    await press(page, "Schedule inspection")
    await expect(page.get_by_role("heading", level=1)).to_have_text("9 Larch Way")
    await expect(page.locator("#payments-box")).to_contain_text("Due $150.00")


async def test_a_bill_is_split_and_the_payers_invoice_is_sent(people, company):
    booking = booked(company)
    page = await people.owner(company, place_of(booking))
    await expect(page.locator("#payments-box")).to_contain_text("Due $650.00")
    await press(page, "Add Invoice")
    opener = page.locator("#add-invoice")
    drawer = await leave_and_open_again(page, opener)
    await expect(drawer.get_by_label("Contact")).to_be_focused()
    await page.keyboard.type("Marcus")
    await press(page, "Sewer scope", "Space")
    await expect(drawer.locator("#effect")).to_contain_text("Marcus Lee will pay$175.00")
    await press(page, "Save")
    await expect(drawer).to_be_hidden()
    await expect(page.locator("#payments-box")).to_contain_text("Marcus Lee")
    await expect(opener).to_be_focused()
    await press(page, "Send invoice")
    await expect(
        page.frame_locator("iframe:not(.coming)").get_by_text("View and pay")
    ).to_be_visible()
    await press(page, "Send now")
    await expect(page.get_by_text("Sent to Marcus Lee")).to_be_visible()
    assert booking.mail("Invoice", to=f"agent-{company.owner_email}")


async def test_news_does_not_take_the_focus_from_a_link_that_is_drawn_anew(people, company):
    booking = booked(company)
    page = await people.owner(company, place_of(booking))
    box = page.locator("#payments-box")
    await expect(box).to_contain_text("Due $650.00")
    await tab_to(page, "Record payment")
    link = await page.evaluate_handle("document.activeElement")
    fee = {"kind": "fee", "name": "Mold sample", "amount_cents": 2_500}
    company.office.post(f"{booking.path}/lines", fee)
    await expect(box).to_contain_text("Due $675.00")
    assert not await link.evaluate("link => link.isConnected"), "the box was not drawn anew"
    await expect(box.get_by_role("link", name="Record payment")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/payments#record")


async def test_a_payment_is_recorded_and_a_part_of_it_given_back(people, company):
    booking = booked(company)
    page = await people.owner(company, place_of(booking))
    await expect(page.locator("#payments-box")).to_contain_text("Due $650.00")
    await press(page, "Record payment")
    await page.wait_for_url("**/payments#record")
    await page.keyboard.press("Tab")
    await expect(page.get_by_label("Amount received")).to_be_focused()
    await page.keyboard.press("Control+A")
    await page.keyboard.type("200")
    await tab_to(page, "Paid with")
    await page.keyboard.type("Check")
    await write(page, "Reference", "1047")
    await press(page, "Record payment")
    await expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    activity = page.locator("#payment-activity")
    await expect(activity).to_contain_text("Collected $200.00")

    await press(page, "Refund")
    opener = activity.get_by_role("link", name=re.compile("^Refund"))
    drawer = await leave_and_open_again(page, opener)
    await expect(drawer.get_by_label("Amount", exact=True)).to_be_focused()
    await page.keyboard.press("Control+A")
    await page.keyboard.type("50")
    await tab_to(page, "Give a credit")
    await page.keyboard.press("ArrowDown")
    await expect(drawer.get_by_label("Make it due again")).to_be_checked()
    await write(page, "Reason", "Paid too much")
    await press(page, "Refund")
    await expect(drawer).to_be_hidden()
    await expect(activity).to_contain_text("Collected $150.00")


async def test_a_report_is_published(people, company):
    booking = booked(company)
    page = await people.owner(company, place_of(booking))
    await press(page, "Publish")
    drawer = await leave_and_open_again(page, page.get_by_role("link", name="Publish"))
    await expect(drawer.get_by_label("Report (PDF)")).to_be_focused()
    chooser = await choosing_by_key(page)
    report = {"name": "Report.pdf", "mimeType": "application/pdf", "buffer": PDF}
    await chooser.set_files(report)
    await press(page, "Publish")
    await expect(page.locator("#report-box")).to_contain_text("Report.pdf")
    await expect(page.locator("#report-box")).to_contain_text("Locked until everything is paid")
    await press(page, "Unlock report")
    await expect(page.locator("#report-box")).to_contain_text("Unlocked by staff")
    await expect(page.locator("#report-box")).to_be_focused()
    await press(page, "Lock again")
    await expect(page.locator("#report-box")).to_contain_text("Locked until everything is paid")


async def test_a_ticket_is_answered_and_closed(people, company):
    ticket = submit(with_tickets(company), "Gate code", "Which one?")
    page = await people.owner(company, "/staff/portal/tickets")
    await press(page, "Gate code")
    await page.wait_for_url(f"**/tickets/{ticket}")
    await write(page, "Message", "The code is 4711.")
    await press(page, "Send answer")
    await expect(page.get_by_role("status").filter(has_text="on its way")).to_be_visible()
    await expect(page.locator("#messages")).to_contain_text("The code is 4711.")
    await press(page, "Close ticket")
    await expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()


async def test_an_alert_is_done_and_the_focus_stays_with_it(people, company):
    client = booked(company).client()
    client.checkout()
    client.pay_by_bank(POOR_ACCOUNT)
    company.sandbox.post("clock/advance", seconds=5 * 86_400)
    eventually(
        lambda: company.office.get("notifications/v1/alerts", show="action")["items"],
        "an alert that needs action",
    )
    page = await people.owner(company, "/staff/notifications/alerts?show=action")
    await press(page, "Mark as done")
    row = page.locator("#feed > li", has_text="Done by")
    await expect(row).to_have_count(1)
    await expect(row).to_be_focused()

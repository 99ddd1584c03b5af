"""Dividing a bill: nothing for axe to complain about, never too wide, in all four looks."""

import pytest
from playwright.async_api import expect

from tests.e2e.test_splitting_at_the_desk import AGENT, INSURER
from tests.support.browser import faults
from tests.support.product import open_company

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]
PLACES = {
    "add invoice": "/staff/billing/inspections/{inspection}/invoices/new",
    "one invoice": "/staff/billing/invoices/{invoice}",
    "change an invoice": "/staff/billing/invoices/{invoice}/change",
    "cancel an invoice": "/staff/billing/invoices/{invoice}/void",
    "fees and payments": "/staff/billing/inspections/{inspection}/payments",
    "refund": "/staff/billing/payments/{payment}/refunds",
    "billing settings": "/staff/billing/settings",
    "new split rule": "/staff/billing/settings/split-rules/new",
    "one split rule": "/staff/billing/settings/split-rules/{rule}",
    "apply a split rule": "/staff/billing/inspections/{inspection}/split-rules/{rule}",
}


@pytest.fixture(scope="module")
def divided(_running):
    """An agent has a service, the client has paid a part in cash; there is a rule."""
    company = open_company(_running, "Split Rock Inspections")
    people = [{**AGENT, "email": "marcus@example.com"}, {**INSURER, "email": "nw@example.com"}]
    booking = company.book("Full home inspection", "Sewer scope", "Radon test", people=people)
    booking.wait_invoice(total_cents=80_000)
    office, inspection = company.office, booking.inspection_id
    agent = next(p for p in booking.show()["people"] if p["name"] == "Marcus Lee")
    wish = {"contact_id": agent["contact_id"], "fixed_cents": 15_000}
    made = office.post(f"billing/v1/inspections/{inspection}/invoices", wish)
    own = booking.wait_invoice(total_cents=65_000)
    paid = office.post(
        f"billing/v1/invoices/{own['invoice_id']}/payments",
        {"amount_cents": 20_000, "method": "cash"},
    )
    staff = company.staff_browser()
    form = staff.open("/staff/billing/settings/split-rules/new").form("Save")
    fields = {"name": "Radon to the insurer", "role": "additional", "service": "Radon test"}
    rule = staff.submit(form, **fields).link("Change").rsplit("/", 1)[1]
    payment = paid["payment_id"]
    yield (
        company,
        {
            "inspection": inspection,
            "invoice": made["invoice_id"],
            "rule": rule,
            "payment": payment,
        },
    )
    company.close()


@pytest.mark.parametrize("place", PLACES)
async def test_a_page_where_a_bill_is_divided(people, divided, place):
    company, ids = divided
    page = await people.owner(company, PLACES[place].format(**ids))
    await _judged(page)


async def test_the_drawer_with_an_error_in_it(people, divided):
    people.on_purpose = "status of 422"
    company, ids = divided
    place = f"/staff/scheduling/inspections/{ids['inspection']}"
    page = await people.owner(company, place)
    await page.locator("#add-invoice").click()
    drawer = page.get_by_role("dialog", name="Add Invoice")
    await drawer.get_by_role("button", name="Save", exact=True).click()
    await expect(drawer.locator(".error-summary")).to_be_focused()
    await _judged(page)


async def _judged(page):
    await page.locator(".skel").first.wait_for(state="detached")
    assert await faults(page) == {}

"""Without integrated payments, beside deferred ones, or with nothing left, no invoice is added."""

import pytest

from deploy.demo.office import eventually
from tests.support.product import Booking, Company
from tests.support.refusals import refusal
from tests.support.visitor import Page, Visitor

POLICY = "scheduling/v1/company/policy"
AGENT = {"role": "agent", "role_label": "Buyer's agent", "name": "Marcus Lee"}


@pytest.fixture
def booking(company: Company) -> Booking:
    """A home inspection of $475.00 with an agent."""
    booked = company.book(people=[{**AGENT, "email": f"agent-{company.owner_email}"}])
    booked.wait_invoice(total_cents=47_500)
    return booked


def preview(booking: Booking) -> str:
    """The code with which billing would refuse the agent's invoice now; empty: it would not."""
    wish = {"contact_ids": [booking.person("Marcus Lee")["contact_id"]], "fixed_cents": 100}
    path = f"billing/v1/inspections/{booking.inspection_id}/invoices/preview"
    refused = booking.company.office.post(path, wish)["refusal"]
    return refused["code"] if refused else ""


def assert_refused(booking: Booking, staff: Visitor, code: str, said: str) -> None:
    """By the API, in the Payments box, on Fees & Payments, and in the drawer."""
    before = booking.invoices()
    assert refusal(lambda: booking.invoice_for("Marcus Lee", fixed_cents=100))["code"] == code
    assert booking.invoices() == before
    base = f"inspections/{booking.inspection_id}"
    box = staff.open(f"/billing/fragments/{base}/payments")
    page = staff.open(f"/staff/billing/{base}/payments")
    for shown in (box, page):
        assert said in shown.text
        assert "Add Invoice" in shown.buttons
        assert not shown.soup.select("a#add-invoice")
    drawer = staff.open(f"/staff/billing/{base}/invoices/new")
    assert said.split(". ", maxsplit=1)[0] in drawer.text
    assert not drawer.soup.select("[name=contact]")


def add_button(booking: Booking, staff: Visitor) -> list[object]:
    box: Page = staff.open(f"/billing/fragments/inspections/{booking.inspection_id}/payments")
    return box.soup.select("a#add-invoice")


@pytest.mark.parametrize("provider", ["none", "third_party"])
@pytest.mark.rule(35, 37)
def test_separate_invoices_are_for_companies_on_integrated_payments(booking, provider):
    """R35: automatic there, refused elsewhere, and there again without any setting."""
    staff = booking.company.staff_browser()
    assert add_button(booking, staff)
    booking.company.office.patch(POLICY, {"payments_provider": provider})
    eventually(lambda: preview(booking) == "multi_party_unavailable", "billing hears of it")
    said = "Separate invoices need integrated payments. Choose them under Settings > Client Portal"
    assert_refused(booking, staff, "multi_party_unavailable", said)
    booking.company.office.patch(POLICY, {"payments_provider": "integrated"})
    eventually(lambda: add_button(booking, staff), "the button is there again")
    assert booking.invoice_for("Marcus Lee", fixed_cents=100)["total_cents"] == 100


@pytest.mark.rule(36)
def test_deferred_payments_and_separate_invoices_exclude_each_other_both_ways(booking):
    """R36, C6: an open one blocks deferral, with the number; deferral blocks the next one."""
    office, staff = booking.company.office, booking.company.staff_browser()
    invoice = booking.invoice_for("Marcus Lee", fixed_cents=10_000)
    settings = "/staff/scheduling/settings/client-portal"
    open_one = "1 third-party invoice is open: void or collect it first"
    eventually(lambda: open_one in staff.open(settings).text, "scheduling hears of the invoice")
    problem = refusal(lambda: office.patch(POLICY, {"allow_deferred_payment": True}))
    assert problem["status"] == 409
    assert (problem["code"], problem["open_invoices"]) == ("open_third_party_invoices", 1)
    page = staff.submit(staff.open(settings).form("Save settings"), allow_deferred_payment="on")
    assert page.status == 422
    assert "cannot be turned on: 1 third-party invoice is still open. Void them" in page.text
    assert office.get("scheduling/v1/company")["policy"]["allow_deferred_payment"] is False
    assert not preview(booking), "nothing was switched off silently"

    office.post(f"billing/v1/invoices/{invoice['invoice_id']}/void", {})
    eventually(lambda: "is open: void" not in staff.open(settings).text, "none is open any more")
    office.patch(POLICY, {"allow_deferred_payment": True})
    eventually(lambda: preview(booking) == "multi_party_unavailable", "billing hears of it")
    said = "Separate invoices do not go with deferred payments. Turn off Allow deferred payment"
    assert_refused(booking, staff, "multi_party_unavailable", said)


@pytest.mark.rule(54, 55)
def test_a_fully_paid_inspection_says_zero_where_the_button_was(booking):
    """R54, R55: reachable on the page, with the reason."""
    client = booking.client()
    client.wait("Pay $475.00")
    client.checkout()
    client.pay_by_card()
    booking.wait_invoice(status="paid")
    staff = booking.company.staff_browser()
    said = "Fixed amount cannot exceed $0.00. $475.00 is paid"
    assert_refused(booking, staff, "fixed_amount_exceeds_balance", said)

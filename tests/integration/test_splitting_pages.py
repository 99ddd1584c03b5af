"""Staff divide a bill on the pages, with a browser that has no JavaScript."""

import pytest

from tests.support.product import link_in

AGENT = {"role": "agent", "role_label": "Buyer's agent", "name": "Marcus Lee"}
INSURER = {"role": "additional", "role_label": "Insurer", "name": "Northwest Mutual"}


@pytest.mark.rule(40)
def test_a_bill_is_divided_changed_and_given_back_without_javascript(company):
    """The whole way: look, refuse, save and send, change, void, a rule, a surplus, invitations."""
    claims = f"claims-{company.owner_email}"
    people = [
        {**AGENT, "email": f"agent-{company.owner_email}"},
        {**INSURER, "email": claims},
    ]
    booking = company.book("Full home inspection", "Sewer scope", "Radon test", people=people)
    booking.wait_invoice(total_cents=80_000)
    who = {person["name"]: person["contact_id"] for person in booking.show()["people"]}
    staff = company.staff_browser()
    new = f"/staff/billing/inspections/{booking.inspection_id}/invoices/new"

    page = staff.open(new)
    assert "At most $800.00" in page.text
    half = {"contact": who["Northwest Mutual"], "kind": "percent", "percent": "50"}
    looked = staff.submit(page.form("Show the effect"), **half, reference="Claim 4711")
    assert looked.status == 200
    assert "Northwest Mutual will pay $400.00" in looked.text
    assert booking.invoice()["total_cents"] == 80_000

    much = {"contact": who["Northwest Mutual"], "kind": "fixed", "amount": "900"}
    refused = staff.submit(looked.form("Save and Send"), **much)
    assert refused.status == 422
    assert "Fixed amount cannot exceed $800.00" in refused.text
    assert "Claim 4711" in str(refused.soup.find("input", {"name": "reference"}))
    sent = staff.submit(refused.form("Save and Send"), **much | {"amount": "300"})
    assert "Sent to Northwest Mutual" in sent.text
    assert link_in(booking.mail("Invoice", to=claims)).startswith("/pay/")
    booking.wait_invoice(total_cents=50_000)

    nobody = {"contact": who["Marcus Lee"], "kind": "fixed", "amount": "500.01"}
    refused = staff.submit(staff.open(new).form("Save"), **nobody)
    assert "Fixed amount cannot exceed $500.00. $300.00 is on other invoices" in refused.text

    _changed_and_taken_back(booking, staff, sent)
    _a_rule(booking, staff)
    _a_surplus(booking, staff)
    _invitations(company, staff)


def _changed_and_taken_back(booking, staff, sent) -> None:
    changing = staff.open(sent.link("Change"))
    changed = staff.submit(changing.form("Save"), amount="250.00")
    assert "Changed; nothing is mailed" in changed.text
    booking.wait_invoice(total_cents=55_000)
    before_void = staff.open(changed.link("Cancel invoice"))
    assert "was $550.00 now $800.00" in before_void.text
    voided = staff.submit(before_void.form("Cancel this invoice"))
    assert "This invoice is not needed any more" in voided.text
    booking.wait_invoice(total_cents=80_000)


def _invitations(company, staff) -> None:
    settings = staff.open("/staff/billing/settings/portal")
    saved = staff.submit(settings.form("Save"), clients_may_invite="on")
    assert saved.soup.find("input", {"name": "clients_may_invite"}).has_attr("checked")
    rules = company.office.get("billing/v1/settings/portal")
    assert rules["clients_may_invite"] is True


def _a_rule(booking, staff) -> None:
    rule = staff.open("/staff/billing/settings/split-rules/new")
    wrong = staff.submit(rule.form("Save"), name="", kind="percent", percent="120", role="agent")
    assert wrong.status == 422
    assert "above 0, at most 100" in wrong.text
    words = {"name": "Sewer to the agent", "kind": "services", "service": "Sewer scope"}
    settings = staff.submit(wrong.form("Save"), **words)
    assert "Sewer scope, to agent" in settings.text
    off = staff.submit(settings.form("Switch off"))
    assert "Switched off" in off.text
    staff.submit(off.form("Switch on"))
    box = staff.open(f"/billing/fragments/inspections/{booking.inspection_id}/payments")
    applying = staff.open(box.link("Sewer to the agent"))
    assert "Marcus Lee will pay $175.00" in applying.text
    applied = staff.submit(applying.form("Apply"))
    assert "$175.00" in applied.text
    booking.wait_invoice(total_cents=62_500)
    again = staff.open(box.link("Sewer to the agent"))
    assert "Apply" not in again.buttons


def _a_surplus(booking, staff) -> None:
    """The client pays all of his part, then a service goes: one press gives it back to him."""
    office = booking.company.office
    client = booking.client()
    client.wait("Pay $625.00")
    client.checkout()
    client.pay_by_card()
    booking.wait_invoice(paid_cents=62_500)
    radon = next(line for line in booking.show()["lines"] if line["name"] == "Radon test")
    office.delete(f"{booking.path}/lines/{radon['line_id']}")
    booking.wait_invoice(total_cents=47_500, surplus_cents=15_000)
    page = staff.open(f"/staff/billing/inspections/{booking.inspection_id}/payments")
    assert "$150.00 to be refunded" in page.text
    form = page.form("Refund $150.00 to Ellen Park")
    refunded = staff.submit(form)
    assert "Refund $150.00" not in " ".join(refunded.buttons)
    staff.submit(form)
    invoice = booking.wait_invoice(paid_cents=47_500, surplus_cents=0)
    assert invoice["balance_cents"] == 0

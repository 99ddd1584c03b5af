"""A payer's mail is sent by hand, to that payer alone, and never believed sent when it was not."""

from uuid import uuid4

import pytest

from deploy.demo.office import eventually
from tests.support.product import Booking, Client, Company, link_in
from tests.support.refusals import refusal

LETTER = {"subject": "Your part", "body": "Hello,\n\n{{ sign_and_pay }}"}
AGENT = {"role": "agent", "role_label": "Buyer's agent", "name": "Marcus Lee"}
INSURER = {"role": "additional", "role_label": "Insurer", "name": "Northwest Mutual"}


def booked(company: Company, **mails: str) -> Booking:
    """A home inspection of $475.00 with an agent and an insurer, each with a mailbox of his own."""
    tag = uuid4().hex[:10]
    people = [
        {**AGENT, "email": mails.get("agent", f"agent-{tag}@example.com")},
        {**INSURER, "email": mails.get("insurer", f"claims-{tag}@example.com")},
    ]
    booking = company.book(people=people)
    booking.wait_invoice(total_cents=47_500)
    return booking


def send(booking: Booking, invoice_id: str, subject: str = "Your part") -> object:
    path = f"billing/v1/invoices/{invoice_id}/send"
    return booking.company.office.post(path, {**LETTER, "subject": subject})


def subjects(booking: Booking, name: str) -> list[str]:
    """Of everything that person has got, oldest first."""
    got = booking.company.sandbox.mails(booking.person(name)["email"])
    return [mail["subject"] for mail in reversed(got)]


def log(booking: Booking) -> list[tuple[str, str]]:
    """Kind and recipient of each mail that was to go out about the inspection."""
    path = "notifications/v1/mails"
    listed = booking.company.office.get(path, inspection_id=booking.inspection_id)["items"]
    return sorted((mail["kind"], mail["recipient"]) for mail in listed)


@pytest.mark.rule(42, 49, 51, 52)
def test_at_send_only_the_chosen_payer_is_mailed_whatever_automations_are_on(open_one):
    """R42, R50-R52: with base automations on for client and agents, an insurer gets the invoice
    and nothing else, and nobody else gets anything of it."""
    company = open_one("Harbor & Pine", "--plan", "basic")
    for addressee in ("client", "agent"):
        told = {"name": f"Tell the {addressee}", "trigger": "report_published"}
        company.office.post("notifications/v1/automations", {**told, "addressee": addressee})
    assert company.office.get("notifications/v1/automations")["advanced_available"] is False
    booking = booked(company)
    booking.mail("is booked")
    booking.mail("booked", to=booking.person("Marcus Lee")["email"])
    before = log(booking)
    others = {name: subjects(booking, name) for name in ("Ellen Park", "Marcus Lee")}
    assert subjects(booking, "Northwest Mutual") == []

    invoice = booking.invoice_for("Northwest Mutual", fixed_cents=20_000)
    booking.wait_invoice(total_cents=27_500)
    send(booking, invoice["invoice_id"])
    insurer = booking.person("Northwest Mutual")["email"]
    assert link_in(booking.mail("Your part", to=insurer)).startswith("/pay/")
    booking.publish()
    booking.mail("report")
    assert subjects(booking, "Northwest Mutual") == ["Your part"]
    new = [mail for mail in log(booking) if mail not in before]
    assert [recipient for kind, recipient in new if kind == "invoice"] == [insurer]
    for name, known in others.items():
        got = subjects(booking, name)
        assert got[: len(known)] == known
        assert not [said for said in got[len(known) :] if "nvoice" in said or "part" in said]


def test_sending_again_brings_a_second_mail_whose_link_works_like_the_first(company):
    booking = booked(company)
    invoice = booking.invoice_for("Northwest Mutual", fixed_cents=20_000)
    insurer = booking.person("Northwest Mutual")["email"]
    staff = company.staff_browser()
    page = staff.open(f"/staff/billing/invoices/{invoice['invoice_id']}")
    again = staff.submit(page.form("Send now"), subject="The first")
    assert "Sent to Northwest Mutual" in again.text
    assert "Sent last on" in again.text
    first = link_in(booking.mail("The first", to=insurer))
    staff.submit(again.form("Send now"), subject="The second")
    second = link_in(booking.mail("The second", to=insurer))
    assert first != second
    assert subjects(booking, "Northwest Mutual") == ["The first", "The second"]
    for link in (first, second):
        visitor = company.visitor()
        payer = Client(booking, visitor, visitor.open(link))
        assert "$200.00" in payer.page.text
    payer.checkout()
    payer.pay_by_card()
    payer.wait("Paid in full")


def assert_refused(booking: Booking, name: str, code: str, said: str) -> None:
    """By the API and on both pages; nothing changes and nobody is mailed."""
    office, staff = booking.company.office, booking.company.staff_browser()
    invoice = booking.invoice_for(name, fixed_cents=10_000)["invoice_id"]
    problem = refusal(lambda: send(booking, invoice))
    assert (problem["status"], problem["code"]) == (409, code)
    assert office.get(f"billing/v1/invoices/{invoice}")["sent_at"] is None
    page = staff.open(f"/staff/billing/invoices/{invoice}")
    assert said in page.text
    assert "Send now" not in page.buttons
    new = f"/staff/billing/inspections/{booking.inspection_id}/invoices/new"
    form, before = staff.open(new).form("Save"), booking.invoices()
    wish = {"contact": booking.person(name)["contact_id"], "kind": "fixed", "amount": "50"}
    pressed = staff.submit(form, **wish, then="send")
    assert pressed.status == 422
    assert problem["detail"] in pressed.text
    assert booking.invoices() == before
    assert not [mail for mail in log(booking) if mail[0] == "invoice"]
    saved = staff.submit(form, **wish, then="save")
    assert (saved.status, "nothing is mailed yet" in saved.text) == (200, True)
    assert len(booking.invoices()) == len(before) + 1


def test_while_notifications_are_disabled_a_third_partys_invoice_is_not_sent(company):
    """C13: 409, and sent as soon as they are on again."""
    booking = booked(company)
    company.office.patch(booking.path, {"notifications_disabled": True})
    eventually(lambda: _silent(booking), "billing hears of it")
    said = "All notifications are disabled for this inspection"
    assert_refused(booking, "Marcus Lee", "notifications_disabled", said)
    company.office.patch(booking.path, {"notifications_disabled": False})
    agents = next(i for i in booking.invoices() if i["kind"] == "third_party")
    eventually(lambda: not _silent(booking), "billing hears of it")
    send(booking, agents["invoice_id"])
    booking.mail("Your part", to=booking.person("Marcus Lee")["email"])


def _silent(booking: Booking) -> bool:
    staff = booking.company.staff_browser()
    new = f"/staff/billing/inspections/{booking.inspection_id}/invoices/new"
    return "All notifications are disabled" in staff.open(new).text


@pytest.mark.rule(28)
def test_a_payer_without_an_address_gets_a_copied_link_and_no_belief_in_a_mail(company):
    booking = booked(company, insurer="")
    said = "No email address Add one in the People box, or copy the link"
    assert_refused(booking, "Northwest Mutual", "no_email_address", said)
    insurers = next(i for i in booking.invoices() if i["kind"] == "third_party")
    payer = booking.payer(insurers["invoice_id"])
    payer.checkout()
    payer.pay_by_card()
    payer.wait("Paid in full")


@pytest.mark.timeout(120)
def test_on_a_trial_no_invoice_looks_sent(open_one):
    booking = booked(open_one("Trial & Co", "--trial"))
    said = "Payers receive no email while this is a trial account"
    assert_refused(booking, "Marcus Lee", "trial_account", said)

"""Mail that comes in answers a ticket or opens one; strangers learn nothing."""

from email.message import EmailMessage

import pytest

from services.portal.domain.inbound_mail import (
    UnreadableMailError,
    read_mail,
    signature,
    without_history,
)
from services.portal.domain.portal_settings import PortalSettings
from tests.support.portal_account_samples import EMAIL, told_account
from tests.support.portal_samples import COMPANY_ID, settings, told_company
from tests.support.portal_ticket_fakes import told_staff
from tests.unit.portal.test_tickets import as_staff, opened

PATH = "/api/portal/v1/inbound-mail"
OFFICE = f"tickets+{COMPANY_ID}@in.example.com"


@pytest.fixture
async def office(empty_portal):
    empty_portal.tell(told_company(), settings(), told_account(), told_staff())
    empty_portal.customers.settings.kept[COMPANY_ID] = PortalSettings(
        company_id=COMPANY_ID, tickets=True, ticket_assignee_staff_id="staff-1"
    )
    await empty_portal.customer()
    return empty_portal


def a_mail(to=OFFICE, sender=EMAIL, text="Which code?", message_id="<m1@example>", **headers):
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, headers.pop("subject", "Re: Gate code")
    if message_id:
        mail["Message-ID"] = message_id
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail


async def hand_over(portal, mail, **changes):
    body = mail if isinstance(mail, bytes) else mail.as_bytes()
    timestamp = str(changes.get("at", int(portal.clock.now.timestamp())))
    signed = changes.get("signed", signature("inbound-secret", timestamp, body))
    headers = {"x-doorstep-timestamp": timestamp, "x-doorstep-signature": signed}
    return await portal.browser.post(PATH, content=body, headers=headers)


async def answered_ticket(portal):
    """A ticket that staff answered, and the address of the mail."""
    ticket = await opened(portal)
    await as_staff(portal, f"{ticket.ticket_id}/reply", text="4711", status="pending")
    return ticket, portal.customers.tickets.told[-1].reply_to


async def test_a_mail_to_the_reply_address_answers_the_ticket_once(office):
    ticket, address = await answered_ticket(office)
    mail = a_mail(address.upper(), text="Thank you\n\nOn Monday, Priya wrote:\n> 4711")
    for _ in range(2):
        assert (await hand_over(office, mail)).status_code == 202
    thread = await office.customers.tickets.thread(COMPANY_ID, ticket.ticket_id)
    assert [(m.side, m.way, m.text) for m in thread[2:]] == [("customer", "mail", "Thank you")]
    assert office.customers.tickets.kept[ticket.ticket_id].status == "open"


async def test_anybody_of_the_account_may_answer_by_mail(office):
    ticket, address = await answered_ticket(office)
    await hand_over(office, a_mail(address, sender="Lee <LEE@cascade.example>"))
    thread = await office.customers.tickets.thread(COMPANY_ID, ticket.ticket_id)
    assert thread[-1].author == "Lee Ortiz"


async def test_a_mail_to_the_company_opens_a_ticket_once(office):
    for _ in range(2):
        await hand_over(office, a_mail(subject="Fwd: Roof"))
    (ticket,) = office.customers.tickets.kept.values()
    assert (ticket.number, ticket.subject, ticket.assignee_staff_id) == ("T-101", "Roof", "staff-1")
    assert (ticket.asker.contact_id, ticket.kind) == ("p1", "question")


@pytest.mark.parametrize(
    "mail",
    [
        a_mail(sender="stranger@example.com"),
        a_mail(to="tickets+another-company@in.example.com"),
        a_mail(to="ticket+0000000000000000000000000000000000000000@in.example.com"),
        a_mail(to="somebody@in.example.com"),
        a_mail(to=f"tickets+{COMPANY_ID}@elsewhere.example"),
        a_mail(text="   "),
        a_mail(text="> only a quotation"),
        a_mail(auto_submitted="auto-replied"),
        a_mail(precedence="bulk"),
        a_mail(message_id=""),
        b"no mail at all",
    ],
)
async def test_every_other_mail_gets_the_same_answer_and_does_nothing(office, mail):
    taken = await hand_over(office, a_mail(message_id="<good@example>"))
    ignored = await hand_over(office, mail)
    assert (ignored.status_code, ignored.json()) == (taken.status_code, taken.json())
    assert len(office.customers.tickets.kept) == 1


async def test_a_stranger_who_has_the_reply_address_is_not_heard(office):
    ticket, address = await answered_ticket(office)
    await hand_over(office, a_mail(address, sender="stranger@example.com"))
    assert len(await office.customers.tickets.thread(COMPANY_ID, ticket.ticket_id)) == 2


async def test_while_tickets_are_off_no_mail_is_taken(office):
    _, address = await answered_ticket(office)
    told = len(office.customers.tickets.told)
    office.customers.settings.kept[COMPANY_ID] = PortalSettings(company_id=COMPANY_ID)
    for to in (address, OFFICE):
        await hand_over(office, a_mail(to))
    assert len(office.customers.tickets.told) == told


@pytest.mark.parametrize("changes", [{"signed": ""}, {"signed": "0" * 64}, {"at": 1}, {"at": "x"}])
async def test_what_is_not_signed_now_is_refused(office, changes):
    assert (await hand_over(office, a_mail(), **changes)).status_code == 403
    assert office.customers.tickets.kept == {}


async def test_files_are_not_kept_and_the_message_says_so(office):
    mail = a_mail()
    mail.add_attachment(b"%PDF-", maintype="application", subtype="pdf", filename="a.pdf")
    await hand_over(office, mail)
    (_, message) = office.customers.tickets.messages[0]
    assert (message.text, message.note) == ("Which code?", "Files in an email are not kept")


async def test_a_mail_of_more_than_ten_megabytes_is_refused(office):
    assert (await hand_over(office, b"x" * (10 * 1024 * 1024 + 1))).status_code == 413


@pytest.mark.parametrize(
    "history",
    [
        "On Mon, Nov 23, 2026 at 9:00 AM Priya <p@example.com> wrote:\n> text",
        "On Mon, Nov 23, 2026 at 9:00 AM Priya\n<p@example.com> wrote:\n> text",
        "-----Original Message-----\nFrom: x",
        "From: Priya <p@example.com>\nSent: Monday",
        "________________________________\nold",
        "Please type your answer above this line\nold",
        "> old",
    ],
)
def test_what_was_quoted_is_cut(history):
    assert without_history(f"Yes please.\n\nDana\n\n{history}") == "Yes please.\n\nDana"


def test_a_mail_of_html_alone_is_read_as_its_words():
    mail = a_mail()
    mail.set_content("<p>Hello <b>you</b></p><script>no()</script>", subtype="html")
    assert read_mail(mail.as_bytes()).text == "Hello you"


@pytest.mark.parametrize("raw", [b"", b"\xff\xfe\x00", b"From: a@b.example\n\nhello"])
def test_what_is_no_mail_is_unreadable(raw):
    with pytest.raises(UnreadableMailError):
        read_mail(raw)

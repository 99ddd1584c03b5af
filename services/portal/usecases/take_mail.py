"""A mail comes in: it answers a ticket or opens one, or is ignored with a reason for the log."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.portal.domain.account_access import portal_offered
from services.portal.domain.account_rows import AccountRow
from services.portal.domain.inbound_mail import InboundMail, addressed
from services.portal.domain.links import token_digest
from services.portal.domain.portal_settings import PortalSettings
from services.portal.domain.tickets import Asker, Ticket
from services.portal.usecases.open_ticket import OpenTicket, open_ticket
from services.portal.usecases.ports import Views
from services.portal.usecases.ports_accounts import Account, Accounts, SettingsStore
from services.portal.usecases.ports_tickets import Team, Tickets
from services.portal.usecases.write_to_ticket import write_to_ticket

NO_FILES = "Files in an email are not kept"


@dataclass(frozen=True, slots=True)
class MailPorts:
    """What taking a mail needs."""

    tickets: Tickets
    team: Team
    accounts: Accounts
    settings: SettingsStore
    views: Views
    domain: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a mail; `reason` is for our log and never told to the sender."""

    result: Literal["answered", "opened", "ignored"]
    reason: str = ""


async def take_mail(mail: InboundMail, ports: MailPorts, now: datetime) -> Taken:
    """The same Message-ID again changes nothing. The sender must be a person of the account."""
    if mail.automatic:
        return Taken("ignored", "automatic")
    if not mail.text:
        return Taken("ignored", "nothing said")
    secret = addressed(mail, "ticket", ports.domain)
    if secret:
        return await _answer(mail, secret, ports, now)
    company_id = addressed(mail, "tickets", ports.domain)
    if company_id:
        return await _open(mail, company_id, ports, now)
    return Taken("ignored", "not addressed to a ticket")


async def _answer(mail: InboundMail, secret: str, ports: MailPorts, now: datetime) -> Taken:
    ticket = await ports.tickets.answered_by(token_digest(secret))
    if ticket is None:
        return Taken("ignored", "unknown reply address")
    settings = await _settings(ticket.company_id, ports)
    if settings is None:
        return Taken("ignored", "tickets are off")
    author = await _author(mail, ticket, ports)
    if author is None:
        return Taken("ignored", "sender is not of the account")
    await write_to_ticket(
        ticket,
        mail.text,
        ports.tickets,
        author=author,
        key=_key(ticket.company_id, mail),
        now=now,
        way="mail",
        note=_note(mail),
    )
    return Taken("answered")


async def _open(mail: InboundMail, company_id: str, ports: MailPorts, now: datetime) -> Taken:
    settings = await _settings(company_id, ports)
    if settings is None:
        return Taken("ignored", "tickets are off")
    found = await ports.accounts.with_email(mail.sender)
    rows = [row for company, row in found if company == company_id]
    if not rows:
        return Taken("ignored", "sender is not a customer")
    wish = OpenTicket(
        company_id=company_id,
        asker=_asker(rows[0], mail.sender),
        kind="question",
        category="",
        subject=mail.subject or "Email without a subject",
        text=mail.text,
        about="",
        key=_key(company_id, mail),
        way="mail",
        note=_note(mail),
    )
    await open_ticket(wish, settings, ports.tickets, ports.team, now)
    return Taken("opened")


async def _settings(company_id: str, ports: MailPorts) -> PortalSettings | None:
    """Of a company that takes tickets now."""
    company = await ports.views.company(company_id)
    if company is None or not portal_offered(company):
        return None
    settings = await ports.settings.of(company_id)
    return settings if settings.tickets else None


async def _author(mail: InboundMail, ticket: Ticket, ports: MailPorts) -> str | None:
    of = Account(ticket.company_id, ticket.asker.account_id)
    row = await ports.accounts.account(of)
    person = row.person(mail.sender) if row is not None and row.account.active else None
    return person.name if person else None


def _asker(row: AccountRow, sender: str) -> Asker:
    person = row.person(sender)
    assert person is not None  # noqa: S101 - the row was found by this address
    return Asker(row.account_id, row.account.name, person.contact_id, person.name, person.email)


def _key(company_id: str, mail: InboundMail) -> str:
    return "m" + hashlib.sha256(f"{company_id} {mail.message_id}".encode()).hexdigest()[:31]


def _note(mail: InboundMail) -> str:
    return NO_FILES if mail.files else ""

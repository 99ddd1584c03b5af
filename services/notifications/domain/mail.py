"""One mail from the moment somebody should get it to the moment we know what became of it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Self

from services.notifications.domain.quiet_hours import NO_QUIET_HOURS, QuietHours
from shared.contracts.billing import Payer
from shared.contracts.notifications import SuppressionReason


class MailKind(StrEnum):
    """Why a mail is written; also `kind` in what this service tells about it."""

    CONFIRMATION = "confirmation"
    RESCHEDULED = "rescheduled"
    CANCELLED = "cancelled"
    SERVICES_CHANGED = "services_changed"
    AGREEMENT_CHANGED = "agreement_changed"
    REPORT_PUBLISHED = "report_published"
    PAID_IN_FULL = "paid_in_full"
    RECEIPT = "receipt"
    PAYMENT_PROCESSING = "payment_processing"
    PAYMENT_FAILED = "payment_failed"
    PAYMENT_RETURNED = "payment_returned"
    REFUND = "refund"
    REMINDER = "reminder"
    SIGN_IN_LINK = "sign_in_link"
    TICKET_REPLY = "ticket_reply"
    AUTOPAY_ON = "autopay_on"
    AUTOPAY_OFF = "autopay_off"
    METHOD_REMOVED = "method_removed"
    STAFF_ALERT = "staff_alert"
    STAFF_DIGEST = "staff_digest"
    INVOICE = "invoice"
    SHARE_DETAILS = "share_details"
    PAYMENT_LINK = "payment_link"
    NEW_LINK = "new_link"


EXPLICIT = frozenset(
    {
        MailKind.INVOICE,
        MailKind.SHARE_DETAILS,
        MailKind.PAYMENT_LINK,
        MailKind.NEW_LINK,
        MailKind.SIGN_IN_LINK,
        MailKind.TICKET_REPLY,
    }
)
"""Somebody asked for exactly this mail; the others are automated."""


class Audience(StrEnum):
    """What a recipient is to the inspection, and so what his mail may contain."""

    CLIENT = "client"
    AGENT = "agent"
    """Told about appointments; no link, no amounts (R46)."""
    PAYER = "payer"
    """Of a third-party invoice: sees that invoice and nothing else (R42, R43)."""
    GUEST = "guest"
    """An address typed by staff into Share Details (R26)."""
    PERSONA = "persona"
    """One of the additional people, by an advanced automation (R46, R50)."""
    STAFF = "staff"
    """Of the company itself; neither trial nor an inspection's silence concerns them (C28)."""


class MailState(StrEnum):
    """Where a mail stands."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    BOUNCED = "bounced"
    SUPPRESSED = "suppressed"
    SKIPPED = "skipped"
    """Overtaken by what happened since: nothing to pay any more, inspection cancelled."""


LEGAL_MOVES: Mapping[MailState, frozenset[MailState]] = MappingProxyType(
    {
        MailState.WAITING: frozenset({MailState.SENDING}),
        MailState.SENDING: frozenset(
            {
                MailState.WAITING,
                MailState.SENT,
                MailState.BOUNCED,
                MailState.SUPPRESSED,
                MailState.SKIPPED,
            }
        ),
        MailState.SENT: frozenset(),
        MailState.BOUNCED: frozenset(),
        MailState.SUPPRESSED: frozenset(),
        MailState.SKIPPED: frozenset(),
    }
)


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """Who one copy goes to."""

    name: str
    address: str
    audience: Audience


@dataclass(frozen=True, kw_only=True)
class Words:
    """Subject and body as written by a person, merge tags included."""

    subject: str
    body: str


@dataclass(frozen=True, kw_only=True)
class PaymentFacts:
    """The payment or refund a mail tells about, as the event told it."""

    payment_id: str
    amount_cents: int
    currency: str
    method: str
    method_label: str
    payer: Payer
    receipt_number: str = ""
    happened_at: datetime | None = None
    expected_on: date | None = None
    invoice_balance_cents: int | None = None
    reason: str = ""
    allocations: tuple[tuple[str, int], ...] = ()
    """Of a payment over several invoices: number and cents of each."""
    prepayment_cents: int = 0


@dataclass(frozen=True, kw_only=True)
class Mail:
    """One message to one person. `mail_id` is the same whenever the same cause is told again."""

    mail_id: str
    company_id: str
    kind: MailKind
    recipient: Recipient
    inspection_id: str | None
    queued_at: datetime
    not_before: datetime
    invoice_id: str | None = None
    account_id: str | None = None
    """The account customer it is written to; its link signs in."""
    payment: PaymentFacts | None = None
    words: Words | None = None
    requested_by: str = ""
    reply_to: str = ""
    """Where an answer goes; empty: to the company."""
    values: tuple[tuple[str, str], ...] = ()
    """Further merge tags of this mail alone."""
    text_key: str = ""
    """The text it is written with, where its kind alone does not say."""
    quiet: QuietHours = field(default=NO_QUIET_HOURS)
    """When it may not arrive, on the clock of `zone`."""
    zone: str = ""
    automation_id: str = ""
    """The automation that wrote it; empty for everything else."""
    advanced: bool = False
    """Leaves only while the company's plan has advanced automations."""
    portal_link: bool = False
    """An agent or persona is given the client portal link by an advanced automation (R46)."""
    state: MailState = MailState.WAITING
    reason: str = ""
    attempts: int = 0
    lease_until: datetime | None = None
    settled_at: datetime | None = None
    opened_at: datetime | None = None
    link_ids: tuple[str, ...] = ()
    subject: str = ""
    """As last rendered; empty before that."""

    @property
    def explicit(self) -> bool:
        """Whether a person asked for this very mail."""
        return self.kind in EXPLICIT

    @property
    def settled(self) -> bool:
        """Whether nothing more will happen to it."""
        return not LEGAL_MOVES[self.state]

    def moved(self, state: MailState, *, at: datetime, reason: str = "") -> Self:
        """The mail in its next state; a move that is not in the table raises ValueError."""
        if state not in LEGAL_MOVES[self.state]:
            raise ValueError(f"a {self.state} mail cannot become {state}")
        settled_at = None if LEGAL_MOVES[state] else at
        return replace(self, state=state, reason=reason, settled_at=settled_at, lease_until=None)

    def claimed(self, *, lease_until: datetime) -> Self:
        """The mail in one sender's hands until then; a lapsed lease may be taken over."""
        return replace(
            self, state=MailState.SENDING, lease_until=lease_until, attempts=self.attempts + 1
        )

    def postponed(self, until: datetime, *, reason: str, counts: bool) -> Self:
        """Back in the queue. `counts` is false when no server was asked."""
        attempts = self.attempts if counts else self.attempts - 1
        back = self.moved(MailState.WAITING, at=until, reason=reason)
        return replace(back, not_before=until, attempts=attempts)

    def suppressed(self, reason: SuppressionReason, *, at: datetime) -> Self:
        """Not sent on purpose, and never later (C13, C28); legal before anybody took it."""
        return replace(
            self, state=MailState.SUPPRESSED, reason=reason, settled_at=at, lease_until=None
        )


def mail_id(*, cause: str, kind: MailKind, address: str) -> str:
    """The id of the mail that `cause` leads to for this address: a repeat has the same."""
    seed = f"{cause}\n{kind}\n{address.strip().casefold()}"
    return hashlib.sha256(seed.encode()).hexdigest()[:32]

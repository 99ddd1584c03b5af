"""What an event means to the read model: which part of which view it tells, and how new it is.

Every part of a view is a register that keeps the fact with the highest `order`. That alone makes
any order and any number of deliveries give the same state: the highest of a set does not depend on
the order in which the set is gone through.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel

from services.portal.domain.account_rows import fold_address
from services.portal.domain.views import Amount, Assigned, MoneyBack, Outcome, PeopleBox
from shared.contracts import billing, scheduling
from shared.contracts.event import Event

INSPECTION = "inspection"
COMPANY = "company"
PAYER = "payer"

Order = int | str


@dataclass(frozen=True, slots=True)
class Fact:
    """One part of one view, as one event told it."""

    view_id: str
    company_id: str
    part: str
    """Where it is kept in the view; `/` separates the steps."""
    order: Order
    """Within one part always of one type; the highest is the truth."""
    content: BaseModel


def view_id(kind: str, identity: str) -> str:
    """Under which name a view is kept: `inspection:7f3a`."""
    return f"{kind}:{identity}"


def facts_of(event: Event, told_at: datetime) -> list[Fact]:
    """Read an event; `told_at` is when its owner told it. Unknown events mean nothing here."""
    read = READERS.get(type(event))
    return read(event, told_at) if read else []


def _inspection(event: scheduling.InspectionEvent, _told_at: datetime) -> list[Fact]:
    """The newest state, and for the links of those who leave every People box there has been."""
    inspection, company_id = event.inspection, event.company_id
    identity, revision = view_id(INSPECTION, inspection.inspection_id), inspection.revision
    addresses = {fold_address(person.email) for person in inspection.people} - {""}
    box = PeopleBox(addresses=tuple(sorted(addresses)))
    return [
        Fact(identity, company_id, "inspection", revision, inspection),
        Fact(identity, company_id, f"people/{revision}", revision, box),
    ]


def _company(event: scheduling.CompanyChangedV1, _told_at: datetime) -> list[Fact]:
    identity = view_id(COMPANY, event.company_id)
    return [Fact(identity, event.company_id, "company", event.revision, event.company)]


def _collecting(event: billing.BillingSettingsChangedV1, _told_at: datetime) -> list[Fact]:
    identity = view_id(COMPANY, event.company_id)
    return [Fact(identity, event.company_id, "collecting", event.revision, event)]


def _agreement(event: scheduling.AgreementIssuedV1, _told_at: datetime) -> list[Fact]:
    identity = view_id(INSPECTION, event.inspection_id)
    return [Fact(identity, event.company_id, "agreement", event.version, event)]


def _balance(event: billing.InspectionBalanceChangedV1, _told_at: datetime) -> list[Fact]:
    identity = view_id(INSPECTION, event.inspection_id)
    return [Fact(identity, event.company_id, "balance", event.revision, event)]


def _invoice(event: billing.InvoiceChangedV1, told_at: datetime) -> list[Fact]:
    """The client's invoice is part of the inspection's view; a third party's has a view alone.

    Of a third party's invoice the inspection's view learns only which lines somebody else pays:
    name, lines and status, never the mail (C17).
    """
    invoice, company_id = event.invoice, event.company_id
    inspection = view_id(INSPECTION, invoice.inspection_id)
    if invoice.kind == "client":
        return [Fact(inspection, company_id, "invoice", invoice.revision, invoice)]
    assigned = Assigned(payer_name=invoice.payer.name, status=invoice.status, lines=invoice.lines)
    payer = view_id(PAYER, invoice.invoice_id)
    amount = Amount(total_cents=invoice.total_cents, at=told_at)
    part = f"assigned/{invoice.invoice_id}"
    return [
        Fact(payer, company_id, "invoice", invoice.revision, invoice),
        Fact(payer, company_id, f"amounts/{invoice.revision}", invoice.revision, amount),
        Fact(inspection, company_id, part, invoice.revision, assigned),
    ]


def _payment(what: str) -> Callable[[Any, datetime], list[Fact]]:
    def read(event: billing.PaymentEvent, told_at: datetime) -> list[Fact]:
        outcome = Outcome(
            payment_id=event.payment_id,
            amount_cents=event.amount_cents,
            method_label=event.method_label,
            reason=getattr(event, "reason", ""),
            expected_on=getattr(event, "expected_on", None),
            at=told_at,
        )
        stamp = told_at.astimezone(UTC).isoformat(timespec="microseconds")
        identity = view_id(INSPECTION, event.inspection_id)
        part = f"outcomes/{event.invoice_id}/{what}"
        order = f"{stamp}/{event.payment_id}"
        return [Fact(identity, event.company_id, part, order, outcome)]

    return read


def _refund(event: billing.PaymentRefundedV1, told_at: datetime) -> list[Fact]:
    return [_money_back(event, f"refunds/{event.refund_id}", event.status, told_at)]


def _dispute(event: billing.DisputeChangedV1, told_at: datetime) -> list[Fact]:
    return [_money_back(event, f"disputes/{event.dispute_id}", event.status, told_at)]


def _money_back(event: billing.PaymentEvent, what: str, status: str, told_at: datetime) -> Fact:
    """States come one after the other; the furthest is the truth, whenever it arrives."""
    content = MoneyBack(cents=event.amount_cents, status=status, at=told_at)
    identity = view_id(INSPECTION, event.inspection_id)
    part = f"outcomes/{event.invoice_id}/{what}"
    return Fact(identity, event.company_id, part, _HOW_FAR[status], content)


_HOW_FAR = {
    "pending": 0,
    "succeeded": 1,
    "failed": 2,
    "needs_response": 0,
    "under_review": 1,
    "won": 2,
    "lost": 2,
}
INSPECTION_EVENTS: tuple[type[Event], ...] = (
    scheduling.InspectionScheduledV1,
    scheduling.InspectionRescheduledV1,
    scheduling.InspectionServicesChangedV1,
    scheduling.InspectionPeopleChangedV1,
    scheduling.InspectionPublishedV1,
    scheduling.InspectionCancelledV1,
    scheduling.InspectionPolicyChangedV1,
)
READERS: Mapping[type[Event], Callable[[Any, datetime], list[Fact]]] = {
    **dict.fromkeys(INSPECTION_EVENTS, _inspection),
    scheduling.CompanyChangedV1: _company,
    scheduling.AgreementIssuedV1: _agreement,
    billing.InvoiceChangedV1: _invoice,
    billing.InspectionBalanceChangedV1: _balance,
    billing.BillingSettingsChangedV1: _collecting,
    billing.PaymentProcessingV1: _payment("processing"),
    billing.PaymentRecordedV1: _payment("recorded"),
    billing.PaymentFailedV1: _payment("failed"),
    billing.PaymentReturnedV1: _payment("returned"),
    billing.PaymentRefundedV1: _refund,
    billing.DisputeChangedV1: _dispute,
}
"""Every event the read model is made of."""

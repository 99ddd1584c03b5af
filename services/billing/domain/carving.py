"""How a third party's invoice is carved out of the bill (R35-R59, C14, C15), and changed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from services.billing.domain.bill import Bill
from services.billing.domain.booking import Line
from services.billing.domain.division import Share, ShareKind, share_wanted
from services.billing.domain.gate import gate_of
from services.billing.domain.invoice import Invoice, InvoiceKind, InvoiceStatus, Payer
from services.billing.domain.refusals import (
    ChooseServiceOrAmountError,
    FixedAmountTooLargeError,
    NothingToInvoiceError,
    NotInPeopleError,
    ServiceTakenError,
)
from services.billing.domain.split_refusals import (
    EqualPartsTooLargeError,
    OnePersonEachError,
    PercentTooLargeError,
)
from services.billing.domain.splitting import WHOLE_BASIS_POINTS
from shared.money import money
from shared.problems import RefusalError


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How much may be invoiced and, of the rest of the bill, what stands in the way (cents)."""

    maximum_cents: int
    paid_cents: int
    processing_cents: int
    assigned_cents: int
    """Still due on other third parties' invoices."""
    currency: str

    @property
    def reason(self) -> str:
        """`$150.00 is paid, $175.00 is on other invoices`; empty when nothing is."""
        said = (
            (self.paid_cents, "is paid"),
            (self.processing_cents, "is being processed"),
            (self.assigned_cents, "is on other invoices"),
        )
        return ", ".join(f"{money(cents, self.currency)} {what}" for cents, what in said if cents)

    @property
    def why(self) -> dict[str, Any]:
        """What a refusal tells beside the maximum."""
        return {
            "paid_cents": self.paid_cents,
            "processing_cents": self.processing_cents,
            "assigned_cents": self.assigned_cents,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Carving:
    """What is to be carved out, and for whom; `invoice_ids` has one id for each person."""

    invoice_ids: tuple[str, ...]
    contact_ids: tuple[str, ...]
    share: Share
    issued_on: date
    due_on: date | None = None
    reference: str = ""
    collect_now: bool = False
    rule_id: str = ""
    invited_by: str = ""


def room_for(bill: Bill, invoice: Invoice | None = None) -> Room:
    """What a new third party's invoice, or this one when changed, may ask for (C14).

    total = paid + processing + on other invoices + maximum, save what was paid too much.
    """
    own_cents = invoice.total_cents + invoice.credit_cents if invoice else 0
    others = [i for i in bill.third_parties if invoice is None or i != invoice]
    return Room(
        maximum_cents=available_cents(bill) + own_cents,
        paid_cents=bill.paid_cents - (invoice.paid_cents if invoice else 0),
        processing_cents=bill.processing_cents - (invoice.processing_cents if invoice else 0),
        assigned_cents=sum(other.balance_cents for other in others),
        currency=bill.booking.currency,
    )


def available_cents(bill: Bill) -> int:
    """What is unpaid and on nobody else's invoice: total − paid − open third parties (C14)."""
    return bill.client_invoice.balance_cents


def taken_lines(bill: Bill) -> frozenset[str]:
    """The lines that are on a third party's live invoice."""
    return frozenset(
        line_id
        for invoice in bill.third_parties
        if invoice.status is not InvoiceStatus.VOID
        for line_id in invoice.line_ids
    )


def free_lines(bill: Bill) -> tuple[Line, ...]:
    """The services that may be moved to a third party whole (C15).

    What the client has paid (or has on its way) counts for his lines from the top; a line that
    this money reaches has a payment applied and stays.
    """
    taken, used = taken_lines(bill), 0
    client = bill.client_invoice
    paid = client.paid_cents + client.processing_cents
    free: list[Line] = []
    for line in bill.booking.lines:
        if line.line_id in taken:
            continue
        if used >= paid and 0 < line.amount_cents <= available_cents(bill):
            free.append(line)
        used += max(0, line.amount_cents)
    return tuple(free)


def next_number(bill: Bill) -> str:
    """`HP-3107-1` for the first third party of `HP-3107`; numbers are never used twice."""
    return f"{bill.booking.number}-{len(bill.third_parties) + 1}"


def carved(bill: Bill, carving: Carving) -> Bill:
    """The bill with one more invoice for each person; all or none.

    Raises NotInPeopleError, ChooseServiceOrAmountError, OnePersonEachError, NothingToInvoiceError,
    FixedAmountTooLargeError, PercentTooLargeError, EqualPartsTooLargeError, ServiceTakenError.
    """
    payers = payers_of(bill, carving)
    wanted = drafts(bill, carving, payers)
    refuse_what_is_not_free(bill, carving.share, [_wanted(bill, draft) for draft in wanted])
    for draft in wanted:
        bill = bill.with_invoice(replace(draft, number=next_number(bill)))
    return bill


def shares_wished(bill: Bill, carving: Carving) -> list[int]:
    """What each person would be asked for, allowed or not; nothing when the wish makes no sense."""
    try:
        wanted = drafts(bill, carving, payers_of(bill, carving))
    except RefusalError:
        return []
    return [_wanted(bill, draft) for draft in wanted]


def payers_of(bill: Bill, carving: Carving) -> list[Payer]:
    """The people to be invoiced. Raises NotInPeopleError, OnePersonEachError."""
    several = len(carving.contact_ids) > 1
    equal = carving.share.kind is ShareKind.EQUAL
    found = [bill.booking.person(contact_id) for contact_id in carving.contact_ids]
    payers = [payer for payer in found if payer is not None]
    if not payers or len(payers) != len(found):
        raise NotInPeopleError
    if several and not equal:
        raise ChooseServiceOrAmountError("Several people at once are invoiced in equal parts")
    if equal:
        _refuse_unequal(bill, carving, payers)
    return payers


def _refuse_unequal(bill: Bill, carving: Carving, payers: list[Payer]) -> None:
    names = {payer.contact_id for payer in payers}
    if len(names) != len(payers) or bill.client_invoice.payer.contact_id in names:
        raise OnePersonEachError
    if len(payers) >= (carving.share.equal_parts or 0):
        raise OnePersonEachError("There is one part for the client and one for each person")


def drafts(bill: Bill, carving: Carving, payers: Sequence[Payer]) -> list[Invoice]:
    """The invoices as they are wished for, without a number and an amount."""
    share = carving.share
    return [
        Invoice(
            invoice_id=invoice_id,
            number="",
            kind=InvoiceKind.THIRD_PARTY,
            payer=payer,
            total_cents=0,
            gate=gate_of(bill.booking, collect_now=carving.collect_now),
            issued_on=carving.issued_on,
            due_on=carving.due_on or bill.booking.starts_on,
            line_ids=share.line_ids,
            fixed_cents=share.fixed_cents,
            basis_points=share.basis_points,
            equal=share.equal_part(at),
            collect_now=carving.collect_now,
            reference=carving.reference,
            rule_id=carving.rule_id,
            invited_by=carving.invited_by,
        )
        for at, (invoice_id, payer) in enumerate(
            zip(carving.invoice_ids, payers, strict=True), start=1
        )
    ]


def refuse_what_is_not_free(
    bill: Bill, share: Share, wanted: Sequence[int], *, changing: Invoice | None = None
) -> None:
    """Raise the refusal that fits the kind of share, unless `wanted` (cents, each) is free."""
    room, kind, total_cents = room_for(bill, changing), share.kind, sum(wanted)
    too_much = total_cents > room.maximum_cents
    if kind is ShareKind.FIXED and too_much:
        raise FixedAmountTooLargeError(room.maximum_cents, room.currency, **room.why)
    if room.maximum_cents == 0 or (total_cents == 0 and kind is not ShareKind.SERVICES):
        raise NothingToInvoiceError(maximum_cents=room.maximum_cents, **room.why)
    taken = bool(share.line_ids) and not set(share.line_ids) <= _free_for(bill, changing)
    if taken or too_much:
        raise _too_much(bill, kind, room)


def _too_much(bill: Bill, kind: ShareKind, room: Room) -> RefusalError:
    """In the words of the kind of share."""
    if kind is ShareKind.SERVICES:
        return ServiceTakenError(maximum_cents=room.maximum_cents, **room.why)
    if kind is ShareKind.EQUAL:
        return EqualPartsTooLargeError(room.maximum_cents, room.currency, **room.why)
    points = room.maximum_cents * WHOLE_BASIS_POINTS // max(1, bill.booking.charge_cents)
    return PercentTooLargeError(
        room.maximum_cents, room.currency, maximum_basis_points=points, **room.why
    )


def _free_for(bill: Bill, changing: Invoice | None) -> set[str]:
    """An invoice that is changed keeps its services and may take what would be free without it."""
    if changing is None:
        return {line.line_id for line in free_lines(bill)}
    without = bill.with_invoice(replace(changing, voided=True))
    return {line.line_id for line in free_lines(without)} | set(changing.line_ids)


def _wanted(bill: Bill, draft: Invoice) -> int:
    return share_wanted(draft, bill.booking)

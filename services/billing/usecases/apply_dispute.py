"""A dispute opened, moved or ended, or a bank took a settled payment back."""

from collections.abc import Iterator
from dataclasses import replace

from services.billing.domain.invoice import Invoice
from services.billing.domain.ledger import Book, Entry, Moved
from services.billing.domain.payment import Dispute, DisputeState, Method, Payment
from services.billing.domain.splitting import split
from services.billing.domain.told import payment_told
from services.billing.usecases.ports import Sheet
from services.billing.usecases.ports_sheets import Desk, Part
from shared.contracts.billing import DisputeChangedV1, PaymentReturnedV1


async def apply_dispute(desk: Desk, seen: Dispute) -> None:
    """Bring the payment's dispute to what the processor says; forward only, once.

    Every part of the payment bears its share. A bank's return is final from the start, so its
    later closing changes nothing.
    """
    parts = list(desk.parts())
    for (part, payment), share in zip(parts, _shares(desk, parts, seen), strict=True):
        if share.amount_cents:
            _apply(desk, part, payment, share)


def _shares(desk: Desk, parts: list[tuple[Part, Payment]], seen: Dispute) -> list[Dispute]:
    """The dispute divided over the parts, as it was the first time it was seen."""
    if len(parts) == 1 and not parts[0][1].account_payment_id:
        return [seen]
    shares = [
        replace(seen, dispute_id=f"{seen.dispute_id}.{payment.payment_id.rpartition('-')[2]}")
        for _, payment in parts
    ]
    known = [p.dispute(share.dispute_id) for (_, p), share in zip(parts, shares, strict=True)]
    if any(known):
        amounts = [dispute.amount_cents if dispute else 0 for dispute in known]
    else:
        amounts = split(seen.amount_cents, [_weight(desk, *pair) for pair in parts])
    return [replace(s, amount_cents=cents) for s, cents in zip(shares, amounts, strict=True)]


def _weight(desk: Desk, part: Part, payment: Payment) -> int:
    """What was applied from a prepayment is a part of its own."""
    return payment.amount_cents - (0 if part else desk.attempt.applied_cents)


def _apply(desk: Desk, part: Part, payment: Payment, seen: Dispute) -> None:
    returned = payment.method is Method.BANK
    if returned:
        seen = replace(seen, state=DisputeState.LOST)
    before, after = payment.dispute(seen.dispute_id), payment.with_dispute(seen)
    if after == payment:
        return
    desk.put(part, after)
    moved = Moved(owed=desk.owed(part), before=payment, after=after, cents=seen.amount_cents)
    desk.work_of(part).entries.extend(_entries(desk.book, before, moved, seen, returned=returned))
    if part:
        sheet = desk.sheet_of(part)
        _tell(sheet, sheet.bill.invoice(part.invoice_id), after, seen, returned=returned)


def _entries(
    book: Book, before: Dispute | None, moved: Moved, seen: Dispute, *, returned: bool
) -> Iterator[Entry]:
    if returned:
        yield book.returned(seen.dispute_id, moved)
        return
    if before is None:
        yield book.dispute_opened(seen.dispute_id, seen.amount_cents)
    if seen.state is DisputeState.WON:
        yield book.dispute_won(seen.dispute_id, seen.amount_cents)
    if seen.state is DisputeState.LOST:
        yield book.dispute_lost(seen.dispute_id, moved)


def _tell(
    sheet: Sheet, invoice: Invoice, payment: Payment, seen: Dispute, *, returned: bool
) -> None:
    fields = payment_told(sheet.bill, invoice, payment) | {"reason": seen.reason}
    if returned:
        sheet.events.append(PaymentReturnedV1.model_validate(fields))
        return
    fields |= {"dispute_id": seen.dispute_id, "status": seen.state.value}
    sheet.events.append(DisputeChangedV1.model_validate(fields))

"""A payment came, is on its way, or did not come: write all its parts, one ledger entry for it."""

from dataclasses import replace
from datetime import datetime

from services.billing.domain.allocation import received
from services.billing.domain.attempt import Attempt, AttemptState
from services.billing.domain.ledger import place_of
from services.billing.domain.payment import Payment
from services.billing.domain.provider import SeenAttempt
from services.billing.domain.told import payment_told
from services.billing.usecases.ports import OpenBooks, Sheet
from services.billing.usecases.ports_sheets import Desk, Part
from shared.contracts.billing import PaymentProcessingV1, PaymentRecordedV1


async def book_payment(books: OpenBooks, desk: Desk, *, cents: int, now: datetime) -> None:
    """The money is ours: whatever was really taken, even if less or more was due."""
    _end_hold(desk)
    number = receipt_number(await books.next_number(desk.attempt.company_id, "receipt"))
    paid_at = desk.attempt.paid_at or now
    desk.attempt = replace(desk.attempt, receipt_number=number, paid_at=paid_at)
    parts = _parts(desk, cents, settled=True)
    for part, payment in parts:
        changed = replace(payment, receipt_number=number, paid_at=paid_at)
        desk.put(part, changed)
        if part:
            sheet = desk.sheet_of(part)
            tell_recorded(sheet, invoice_id=part.invoice_id, payment=changed)
    place = place_of(parts[0][1])
    owed = [(desk.owed(part), payment.amount_cents) for part, payment in parts]
    desk.entries.append(desk.book.paid(desk.attempt.attempt_id, place, owed))


def hold_payment(desk: Desk, seen: SeenAttempt) -> None:
    """A bank payment is on its way: neither due nor paid (C23)."""
    parts = _parts(desk, seen.amount_cents, settled=False)
    for part, payment in parts:
        desk.put(part, payment)
        if part is None:
            continue
        sheet = desk.sheet_of(part)
        invoice = sheet.bill.invoice(part.invoice_id)
        fields = payment_told(sheet.bill, invoice, payment) | {"expected_on": seen.expected_on}
        sheet.events.append(PaymentProcessingV1.model_validate(fields))
    owed = [(desk.owed(part), payment.amount_cents) for part, payment in parts]
    desk.entries.append(desk.book.held(desk.attempt.attempt_id, owed))


def drop_payment(desk: Desk) -> None:
    """Nothing was taken: the invoices can be paid again."""
    _end_hold(desk)
    for part in desk.attempt.allocations:
        desk.take_away(part)


def receipt_number(number: int) -> str:
    """`R-01007` for the seventh: gap-free in a company."""
    return f"R-{1000 + number:05d}"


def tell_recorded(sheet: Sheet, *, invoice_id: str, payment: Payment) -> None:
    """Announce money that came."""
    invoice = sheet.bill.invoice(invoice_id)
    fields = payment_told(sheet.bill, invoice, payment) | {
        "receipt_number": payment.receipt_number,
        "paid_at": payment.paid_at,
        "invoice_balance_cents": invoice.balance_cents,
        "recorded_by": payment.recorded_by,
    }
    sheet.events.append(PaymentRecordedV1.model_validate(fields))


def _end_hold(desk: Desk) -> None:
    """The hold is written off as it was written."""
    held = [
        (desk.owed(part), payment.amount_cents)
        for part, payment in desk.parts()
        if part and not payment.settled
    ]
    if desk.attempt.prepaid and desk.before.state is AttemptState.PROCESSING:
        held.append((desk.owed(None), desk.attempt.prepaid.amount_cents))
    if held:
        desk.entries.append(desk.book.hold_ended(desk.attempt.attempt_id, held))


def _parts(desk: Desk, cents: int, *, settled: bool) -> list[tuple[Part, Payment]]:
    """Every part with its payment, sharing what came."""
    attempt = desk.attempt
    wanted: list[Part] = [*attempt.allocations, *((None,) if attempt.prepaid else ())]
    amounts = [_wanted_cents(attempt, part) for part in wanted]
    shares = received(amounts, cents)
    return [
        (part, _payment(attempt, part, share, settled=settled))
        for part, share in zip(wanted, shares, strict=True)
        if share > 0
    ]


def _wanted_cents(attempt: Attempt, part: Part) -> int:
    if part:
        return part.amount_cents
    return attempt.prepaid.amount_cents if attempt.prepaid else 0


def _payment(attempt: Attempt, part: Part, cents: int, *, settled: bool) -> Payment:
    return Payment(
        payment_id=part.payment_id if part else f"{attempt.attempt_id}-0",
        amount_cents=cents,
        method=attempt.method,
        method_label=attempt.method_label,
        settled=settled,
        online=not attempt.by_hand,
        recorded_by=attempt.recorded_by,
        note=attempt.note,
        client_note=attempt.client_note,
        account_payment_id=attempt.attempt_id if attempt.account_id else None,
    )

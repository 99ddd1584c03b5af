"""A dispute opened, moved or ended, or a bank took a settled payment back."""

from dataclasses import replace

from services.billing.domain.invoice import Invoice
from services.billing.domain.ledger import Moved
from services.billing.domain.payment import Dispute, DisputeState, Method
from services.billing.domain.told import payment_told
from services.billing.usecases.ports import Sheet
from shared.contracts.billing import DisputeChangedV1, PaymentReturnedV1


async def apply_dispute(sheet: Sheet, *, invoice_id: str, payment_id: str, seen: Dispute) -> None:
    """Bring the payment's dispute to what the processor says; forward only, once.

    A bank's return is final from the start, so its later closing changes nothing.
    """
    invoice = sheet.bill.invoice(invoice_id)
    payment = invoice.payment(payment_id)
    if payment is None:
        return
    returned = payment.method is Method.BANK
    if returned:
        seen = replace(seen, state=DisputeState.LOST)
    before, after = payment.dispute(seen.dispute_id), payment.with_dispute(seen)
    if after == payment:
        return
    invoice = invoice.with_payment(after)
    sheet.bill = sheet.bill.with_invoice(invoice)
    moved = Moved(invoice_id=invoice_id, before=payment, after=after, cents=seen.amount_cents)
    if returned:
        _return(sheet, invoice, moved, seen)
    else:
        _move(sheet, invoice, moved, before, seen)


def _return(sheet: Sheet, invoice: Invoice, moved: Moved, seen: Dispute) -> None:
    sheet.entries.append(sheet.book.returned(seen.dispute_id, moved))
    fields = payment_told(sheet.bill, invoice, moved.after) | {"reason": seen.reason}
    sheet.events.append(PaymentReturnedV1.model_validate(fields))


def _move(
    sheet: Sheet, invoice: Invoice, moved: Moved, before: Dispute | None, seen: Dispute
) -> None:
    book, cents = sheet.book, seen.amount_cents
    if before is None:
        sheet.entries.append(book.dispute_opened(seen.dispute_id, cents))
    if seen.state is DisputeState.WON:
        sheet.entries.append(book.dispute_won(seen.dispute_id, cents))
    if seen.state is DisputeState.LOST:
        sheet.entries.append(book.dispute_lost(seen.dispute_id, moved))
    fields = payment_told(sheet.bill, invoice, moved.after) | {
        "dispute_id": seen.dispute_id,
        "status": seen.state.value,
        "reason": seen.reason,
    }
    sheet.events.append(DisputeChangedV1.model_validate(fields))

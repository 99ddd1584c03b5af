"""A dispute opened, moved or ended, or a bank took a settled payment back."""

from dataclasses import replace

from services.billing.domain.invoice import Invoice
from services.billing.domain.payment import Dispute, DisputeState, Method, Payment
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
    if returned:
        _return(sheet, invoice, payment, seen)
    else:
        _move(sheet, invoice, payment, before, seen)


def _return(sheet: Sheet, invoice: Invoice, payment: Payment, seen: Dispute) -> None:
    entry = sheet.book.returned(seen.dispute_id, payment, invoice.invoice_id, seen.amount_cents)
    sheet.entries.append(entry)
    fields = payment_told(sheet.bill, invoice, payment) | {"reason": seen.reason}
    sheet.events.append(PaymentReturnedV1.model_validate(fields))


def _move(
    sheet: Sheet, invoice: Invoice, payment: Payment, before: Dispute | None, seen: Dispute
) -> None:
    book, cents = sheet.book, seen.amount_cents
    if before is None:
        sheet.entries.append(book.dispute_opened(seen.dispute_id, cents))
    if seen.state is DisputeState.WON:
        sheet.entries.append(book.dispute_won(seen.dispute_id, cents))
    if seen.state is DisputeState.LOST:
        sheet.entries.append(book.dispute_lost(seen.dispute_id, invoice.invoice_id, cents))
    fields = payment_told(sheet.bill, invoice, payment) | {
        "dispute_id": seen.dispute_id,
        "status": seen.state.value,
        "reason": seen.reason,
    }
    sheet.events.append(DisputeChangedV1.model_validate(fields))

"""How a third party's invoice is changed, voided, or handed to another person."""

from dataclasses import dataclass, replace
from datetime import date

from services.billing.domain.bill import Bill
from services.billing.domain.carving import next_number, refuse_what_is_not_free
from services.billing.domain.division import Share, ShareKind, share_of, share_wanted
from services.billing.domain.invoice import EqualPart, Invoice, InvoiceKind
from services.billing.domain.refusals import (
    ClientInvoiceError,
    InvoicePaidError,
    InvoiceVoidError,
    NotInPeopleError,
)
from services.billing.domain.split_refusals import AmountBelowPaidError, PaymentPendingError


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is to be different; None leaves it as it is."""

    share: Share | None = None
    contact_id: str | None = None
    due_on: date | None = None
    reference: str | None = None
    collect_now: bool | None = None


def changed(bill: Bill, invoice_id: str, change: Change, *, replacement_id: str) -> Bill:
    """The bill with that invoice changed.

    Another payer gets an invoice of his own, `replacement_id`, and the old one is void: the link
    of the first payer must not open what is the second's. Raises InvoiceNotFoundError,
    ClientInvoiceError, InvoiceVoidError, PaymentPendingError, InvoicePaidError (another payer
    after somebody paid), AmountBelowPaidError, and what `carved` raises.
    """
    invoice = bill.invoice(invoice_id)
    refuse_untouchable(invoice)
    if invoice.voided:
        raise InvoiceVoidError
    moves = change.contact_id is not None and change.contact_id != invoice.payer.contact_id
    if moves:
        _refuse_other_payer(bill, invoice, change.contact_id or "")
    after = _restated(bill, invoice, change)
    if not moves:
        return bill.with_invoice(after)
    payer = bill.booking.person(change.contact_id or "")
    bill = bill.with_invoice(replace(invoice, voided=True))
    successor = replace(
        after,
        invoice_id=replacement_id,
        number=next_number(bill),
        payer=payer or after.payer,
        payments=(),
        reservation=None,
        sent_at=None,
        revision=0,
    )
    return bill.with_invoice(successor)


def voided(bill: Bill, invoice_id: str) -> Bill:
    """The bill with that invoice taken back; once more changes nothing.

    Raises InvoiceNotFoundError, ClientInvoiceError, PaymentPendingError, InvoicePaidError.
    """
    invoice = bill.invoice(invoice_id)
    if invoice.voided:
        return bill
    refuse_untouchable(invoice)
    if invoice.paid_cents:
        raise InvoicePaidError("This invoice has been paid into; refund it first")
    return bill.with_invoice(replace(invoice, voided=True))


def refuse_untouchable(invoice: Invoice) -> None:
    """Raise ClientInvoiceError or PaymentPendingError: the remainder, or money on its way."""
    if invoice.kind is InvoiceKind.CLIENT:
        raise ClientInvoiceError
    if invoice.processing_cents:
        raise PaymentPendingError(processing_cents=invoice.processing_cents)


def _refuse_other_payer(bill: Bill, invoice: Invoice, contact_id: str) -> None:
    if bill.booking.person(contact_id) is None:
        raise NotInPeopleError
    if not invoice.empty:
        raise InvoicePaidError("Somebody has paid into this invoice; its payer stays")


def _restated(bill: Bill, invoice: Invoice, change: Change) -> Invoice:
    after = replace(
        invoice,
        due_on=change.due_on or invoice.due_on,
        reference=invoice.reference if change.reference is None else change.reference,
        collect_now=invoice.collect_now if change.collect_now is None else change.collect_now,
    )
    if change.share is None or change.share == share_of(invoice):
        return after
    after = _with_share(after, change.share)
    wanted_cents = share_wanted(after, bill.booking)
    if wanted_cents - invoice.credit_cents < invoice.paid_cents:
        raise AmountBelowPaidError(invoice.paid_cents, bill.booking.currency)
    refuse_what_is_not_free(bill, change.share, [wanted_cents], changing=invoice)
    return after


def _with_share(invoice: Invoice, share: Share) -> Invoice:
    """An earlier cap is gone: this is a new agreement."""
    return replace(
        invoice,
        line_ids=share.line_ids,
        fixed_cents=share.fixed_cents,
        basis_points=share.basis_points,
        equal=_part(invoice, share) if share.kind is ShareKind.EQUAL else None,
        capped_cents=None,
    )


def _part(invoice: Invoice, share: Share) -> EqualPart | None:
    """The client's part has the first odd cent; an invoice keeps its place among the others."""
    position = invoice.equal.position if invoice.equal else 1
    return share.equal_part(min(position, (share.equal_parts or 1) - 1))

"""How a third party's invoice is carved out of the bill (R35-R59, C14, C15)."""

from collections.abc import Sequence
from datetime import date

from services.billing.domain.bill import Bill, share_wanted
from services.billing.domain.booking import Line
from services.billing.domain.gate import gate_of
from services.billing.domain.invoice import Invoice, InvoiceKind, InvoiceStatus
from services.billing.domain.refusals import (
    ChooseServiceOrAmountError,
    FixedAmountTooLargeError,
    NothingToInvoiceError,
    NotInPeopleError,
    ServiceTakenError,
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


def carved(
    bill: Bill,
    *,
    invoice_id: str,
    contact_id: str,
    line_ids: Sequence[str],
    fixed_cents: int | None,
    issued_on: date,
    due_on: date | None = None,
    reference: str = "",
) -> Bill:
    """The bill with one more invoice, for one person of the inspection.

    Raises NotInPeopleError, ChooseServiceOrAmountError, NothingToInvoiceError,
    FixedAmountTooLargeError, ServiceTakenError.
    """
    payer = bill.booking.person(contact_id)
    if payer is None:
        raise NotInPeopleError
    if bool(line_ids) == (fixed_cents is not None):
        raise ChooseServiceOrAmountError
    _refuse_what_is_not_free(bill, line_ids, fixed_cents)
    invoice = Invoice(
        invoice_id=invoice_id,
        number=next_number(bill),
        kind=InvoiceKind.THIRD_PARTY,
        payer=payer,
        total_cents=0,
        gate=gate_of(bill.booking, collect_now=False),
        issued_on=issued_on,
        due_on=due_on or bill.booking.starts_on,
        line_ids=tuple(line_ids),
        fixed_cents=fixed_cents,
        reference=reference,
    )
    return bill.with_invoice(invoice)


def _refuse_what_is_not_free(bill: Bill, line_ids: Sequence[str], fixed_cents: int | None) -> None:
    maximum = available_cents(bill)
    if fixed_cents is not None:
        if not 0 < fixed_cents <= maximum:
            raise FixedAmountTooLargeError(maximum, bill.booking.currency)
        return
    if maximum == 0:
        raise NothingToInvoiceError
    free = {line.line_id for line in free_lines(bill)}
    wanted = Invoice(
        invoice_id="",
        number="",
        kind=InvoiceKind.THIRD_PARTY,
        payer=bill.client_invoice.payer,
        total_cents=0,
        gate=bill.client_invoice.gate,
        issued_on=bill.client_invoice.issued_on,
        due_on=bill.client_invoice.due_on,
        line_ids=tuple(line_ids),
    )
    if not set(line_ids) <= free or share_wanted(wanted, bill.booking) > maximum:
        raise ServiceTakenError

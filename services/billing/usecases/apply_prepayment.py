"""Staff apply what a customer has paid in advance to an invoice, whole or in part (R90)."""

from dataclasses import dataclass, replace
from datetime import datetime

from services.billing.domain.account_refusals import (
    MixedCurrenciesError,
    PrepaymentNotFoundError,
    PrepaymentTooSmallError,
)
from services.billing.domain.allocation import Allocation
from services.billing.domain.attempt import Attempt
from services.billing.domain.invoice import Invoice
from services.billing.domain.payment import Payment
from services.billing.domain.refusals import (
    AmountExceedsBalanceError,
    InvoicePaidError,
    InvoiceVoidError,
)
from services.billing.usecases.apply_provider_state import keep_desk
from services.billing.usecases.book_payment import tell_recorded
from services.billing.usecases.ports import Books, Clock, OpenBooks, PaymentGateway
from services.billing.usecases.ports_sheets import Desk
from services.billing.usecases.reserve_account_payment import bills_of_account
from services.billing.usecases.write_received import write_received
from shared.money import money


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyPrepayment:
    """How much (cents) of which prepayment pays which invoice.

    `applying_id` is made by the caller from the request's key, so that a repeat applies nothing.
    """

    company_id: str
    prepayment_id: str
    invoice_id: str
    amount_cents: int
    applying_id: str
    applied_by: str


async def apply_prepayment(
    command: ApplyPrepayment, *, books: Books, gateway: PaymentGateway, clock: Clock
) -> Attempt:
    """The payment with what is then left of it. An open page for the invoice is closed first.

    Raises PrepaymentNotFoundError, InvoiceNotFoundError (or another account's),
    MixedCurrenciesError, PrepaymentTooSmallError, AmountExceedsBalanceError, InvoicePaidError,
    InvoiceVoidError.
    """
    now = clock()

    async def apply(open_books: OpenBooks) -> Attempt:
        attempt = await open_books.known_attempt(command.company_id, command.prepayment_id)
        if attempt is None or attempt.prepaid is None or attempt.account_id is None:
            raise PrepaymentNotFoundError
        if any(part.payment_id == command.applying_id for part in attempt.allocations):
            return attempt
        own = await bills_of_account(
            open_books, command.company_id, attempt.account_id, [command.invoice_id]
        )
        bill = own[command.invoice_id]
        invoice = bill.client_invoice
        if bill.booking.currency != attempt.currency:
            raise MixedCurrenciesError
        _refuse(command, attempt, invoice)
        part = Allocation(
            invoice_id=invoice.invoice_id,
            invoice_number=invoice.number,
            inspection_id=bill.inspection_id,
            payment_id=command.applying_id,
            amount_cents=command.amount_cents,
            applied_at=now,
        )
        bills = await open_books.bills_of(
            command.company_id, [*attempt.invoice_ids, part.invoice_id]
        )
        desk = Desk.of(attempt, bills)
        _put(desk, part, command, attempt.account_id, now)
        return await keep_desk(open_books, desk, now=now)

    return await write_received(
        apply,
        company_id=command.company_id,
        paid=lambda _: (command.invoice_id,),
        books=books,
        gateway=gateway,
        clock=clock,
    )


def _put(
    desk: Desk, part: Allocation, command: ApplyPrepayment, account_id: str, now: datetime
) -> None:
    attempt = desk.attempt
    payment = Payment(
        payment_id=part.payment_id,
        amount_cents=part.amount_cents,
        method=attempt.method,
        method_label=f"Prepayment, {attempt.method_label}",
        settled=True,
        online=not attempt.by_hand,
        receipt_number=attempt.receipt_number,
        paid_at=now,
        recorded_by=command.applied_by,
        account_payment_id=attempt.attempt_id,
    )
    desk.attempt = replace(attempt, allocations=(*attempt.allocations, part))
    desk.put(part, payment)
    sheet = desk.sheet_of(part)
    sheet.entries.append(desk.book.applied(payment, part.invoice_id, account_id))
    tell_recorded(sheet, invoice_id=part.invoice_id, payment=payment)


def _refuse(command: ApplyPrepayment, attempt: Attempt, invoice: Invoice) -> None:
    if command.amount_cents > attempt.unapplied_cents:
        raise PrepaymentTooSmallError(attempt.unapplied_cents, attempt.currency)
    if invoice.voided:
        raise InvoiceVoidError
    if invoice.balance_cents == 0:
        raise InvoicePaidError
    if command.amount_cents > invoice.balance_cents:
        raise AmountExceedsBalanceError(
            f"Only {money(invoice.balance_cents, attempt.currency)} is due on this invoice",
            maximum_cents=invoice.balance_cents,
        )

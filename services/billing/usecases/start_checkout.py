"""A payer pressed Pay: reserve the invoice's balance, then open the hosted page.

At most one live attempt per invoice. The reservation is written before the processor is called;
a repeat of the request, or a second click, gets the page that is already open.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.billing.domain.attempt import IN_DOUBT, Attempt, AttemptState
from services.billing.domain.bill import Bill
from services.billing.domain.invoice import Gate, Invoice, InvoiceStatus, Reservation
from services.billing.domain.refusals import (
    AmountChangedError,
    AmountTooSmallError,
    InvoicePaidError,
    InvoiceVoidError,
    OnlinePaymentsOffError,
    PaymentAfterPublishError,
    PaymentInProgressError,
    PaymentProcessingError,
)
from services.billing.usecases.close_page import close_page
from services.billing.usecases.keep_sheet import keep_sheet
from services.billing.usecases.open_page import open_page
from services.billing.usecases.ports import (
    Books,
    Clock,
    GatewayError,
    NewId,
    OpenBooks,
    PaymentGateway,
    Sheet,
)
from shared.crash_points import crash_point

PAGE_OPEN = timedelta(minutes=31)
"""The processor's shortest life of a page is 30 minutes; the rest is for the way there."""
SMALLEST_CHARGE_CENTS = 50
_TRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class StartCheckout:
    """What a payer asks for; `amount_cents` is what his page showed."""

    company_id: str
    invoice_id: str
    amount_cents: int
    success_url: str
    cancel_url: str
    request_key: str


async def start_checkout(
    command: StartCheckout,
    *,
    books: Books,
    gateway: PaymentGateway,
    clock: Clock,
    new_id: NewId,
    own_accounts: bool,
) -> Attempt:
    """Return an attempt whose page is open.

    Raises InvoiceNotFoundError, InvoicePaidError, InvoiceVoidError, PaymentAfterPublishError,
    OnlinePaymentsOffError, AmountChangedError, AmountTooSmallError, PaymentInProgressError,
    PaymentProcessingError, PaymentsUnavailableError.
    """
    for _ in range(_TRIES):
        now = clock()
        reserve = _reservation(command, new_id(), now, own_accounts=own_accounts)
        attempt = await books.write(reserve)
        if attempt.state in IN_DOUBT:
            crash_point("billing.reserved-not-charged")
            return await open_page(attempt, books=books, gateway=gateway, clock=clock)
        if attempt.same_page_for(
            amount_cents=command.amount_cents, success_url=command.success_url, now=now
        ):
            return attempt
        await _make_way(attempt, books=books, gateway=gateway, clock=clock)
    raise PaymentInProgressError


def _reservation(
    command: StartCheckout, attempt_id: str, now: datetime, *, own_accounts: bool
) -> Callable[[OpenBooks], Awaitable[Attempt]]:
    async def reserve(books: OpenBooks) -> Attempt:
        return await _reserve(books, command, attempt_id, now, own_accounts=own_accounts)

    return reserve


async def _make_way(
    attempt: Attempt, *, books: Books, gateway: PaymentGateway, clock: Clock
) -> None:
    """Close the older page first; if it was paid in the last moment, that is applied."""
    try:
        await close_page(attempt, books=books, gateway=gateway, clock=clock)
    except GatewayError as error:
        raise PaymentInProgressError from error


async def _reserve(
    books: OpenBooks,
    command: StartCheckout,
    attempt_id: str,
    now: datetime,
    *,
    own_accounts: bool,
) -> Attempt:
    """One conditional write: the live attempt that holds the invoice, or a new one."""
    bill = await books.bill_of(command.company_id, command.invoice_id)
    invoice = bill.invoice(command.invoice_id)
    company = await books.company(command.company_id)
    settings = await books.settings(command.company_id)
    _refuse_unpayable(invoice)
    if not settings.takes_money(company, own_accounts=own_accounts):
        raise OnlinePaymentsOffError
    _refuse_amount(invoice, command.amount_cents, bill.booking.currency)
    if invoice.reservation:
        live = await books.attempt(command.company_id, invoice.reservation.attempt_id)
        return _joined(live, command)
    attempt = _new_attempt(command, bill, invoice, attempt_id, now)
    attempt = replace(attempt, account=settings.stripe_account_id)
    held = Reservation(attempt_id=attempt_id, amount_cents=attempt.amount_cents)
    await books.keep_attempt(None, attempt)
    changed = bill.with_invoice(replace(invoice, reservation=held))
    await keep_sheet(books, Sheet(before=bill, bill=changed), now=now)
    return attempt


def _joined(live: Attempt, command: StartCheckout) -> Attempt:
    """An attempt whose first call is still out is joined only by the very same wish."""
    same = (live.amount_cents, live.success_url) == (command.amount_cents, command.success_url)
    if live.state in IN_DOUBT and not same:
        raise PaymentInProgressError
    return live


def _refuse_unpayable(invoice: Invoice) -> None:
    if invoice.status is InvoiceStatus.VOID:
        raise InvoiceVoidError
    if invoice.status is InvoiceStatus.PROCESSING and invoice.balance_cents == 0:
        raise PaymentProcessingError
    if invoice.balance_cents == 0:
        raise InvoicePaidError
    if invoice.processing_cents:
        raise PaymentProcessingError
    if invoice.gate is not Gate.OPEN:
        raise PaymentAfterPublishError


def _refuse_amount(invoice: Invoice, amount_cents: int, currency: str) -> None:
    if amount_cents != invoice.balance_cents:
        raise AmountChangedError(amount_cents=invoice.balance_cents, currency=currency)
    if amount_cents < SMALLEST_CHARGE_CENTS:
        raise AmountTooSmallError(minimum_cents=SMALLEST_CHARGE_CENTS)


def _new_attempt(
    command: StartCheckout, bill: Bill, invoice: Invoice, attempt_id: str, now: datetime
) -> Attempt:
    booking = bill.booking
    attempt = Attempt(
        attempt_id=attempt_id,
        company_id=command.company_id,
        inspection_id=bill.inspection_id,
        invoice_id=invoice.invoice_id,
        invoice_number=invoice.number,
        payer=invoice.payer,
        description=f"Invoice {invoice.number}, {booking.street}",
        amount_cents=command.amount_cents,
        currency=booking.currency,
        state=AttemptState.CREATED,
        request_key=command.request_key,
        success_url=command.success_url,
        cancel_url=command.cancel_url,
        created_at=now,
        expires_at=now + PAGE_OPEN,
    )
    return attempt.checked(now)

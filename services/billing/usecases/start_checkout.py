"""A payer pressed Pay: reserve the invoice's balance, then open the hosted page.

At most one live attempt per invoice. The reservation is written before the processor is called;
a repeat of the request, or a second click, gets the page that is already open.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.billing.domain.attempt import IN_DOUBT, Attempt, AttemptState
from services.billing.domain.limits import SMALLEST_CHARGE_CENTS, kinds_allowed
from services.billing.domain.payment import Method
from services.billing.domain.refusals import (
    AmountTooSmallError,
    OnlinePaymentsOffError,
    PaymentInProgressError,
)
from services.billing.usecases.close_page import close_page
from services.billing.usecases.open_page import open_page
from services.billing.usecases.ports import (
    Books,
    Clock,
    GatewayError,
    NewId,
    OpenBooks,
    PaymentGateway,
)
from services.billing.usecases.reserve_invoices import (
    Wanted,
    refuse_changed,
    refuse_unpayable,
    reserve_invoices,
)
from shared.crash_points import crash_point

PAGE_OPEN = timedelta(minutes=31)
"""The processor's shortest life of a page is 30 minutes; the rest is for the way there."""
TRIES = 3


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
    PaymentProcessingError, CardMaximumError, BankMaximumError, PaymentsUnavailableError.
    """
    for tries_left in reversed(range(TRIES)):
        now = clock()
        reserve = _reservation(command, new_id(), now, own_accounts=own_accounts)
        attempt = await books.write(reserve)
        if attempt.state in IN_DOUBT:
            crash_point("billing.reserved-not-charged")
            attempt = await open_page(attempt, books=books, gateway=gateway, clock=clock)
            if attempt.live:
                return attempt
            continue  # paid or changed while it was being opened: see what is due now
        alone = attempt.invoice_ids == (command.invoice_id,)
        if alone and attempt.same_page_for(
            amount_cents=command.amount_cents, success_url=command.success_url, now=now
        ):
            return attempt
        if tries_left:  # a page closed without a try after it would be nobody's payment
            await make_way(attempt, books=books, gateway=gateway, clock=clock)
    raise PaymentInProgressError


async def make_way(
    attempt: Attempt, *, books: Books, gateway: PaymentGateway, clock: Clock
) -> None:
    """Close the older page first; if it was paid in the last moment, that is applied.

    Raises PaymentInProgressError while that cannot be known.
    """
    try:
        await close_page(attempt, books=books, gateway=gateway, clock=clock)
    except GatewayError as error:
        raise PaymentInProgressError from error


def _reservation(
    command: StartCheckout, attempt_id: str, now: datetime, *, own_accounts: bool
) -> Callable[[OpenBooks], Awaitable[Attempt]]:
    async def reserve(books: OpenBooks) -> Attempt:
        return await _reserve(books, command, attempt_id, now, own_accounts=own_accounts)

    return reserve


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
    currency = bill.booking.currency
    company = await books.company(command.company_id)
    settings = await books.settings(command.company_id)
    refuse_unpayable(invoice)
    if not settings.takes_money(company, own_accounts=own_accounts):
        raise OnlinePaymentsOffError
    refuse_changed(
        shown_cents=command.amount_cents, due_cents=invoice.balance_cents, currency=currency
    )
    if command.amount_cents < SMALLEST_CHARGE_CENTS:
        raise AmountTooSmallError(minimum_cents=SMALLEST_CHARGE_CENTS)
    kinds = kinds_allowed(
        settings,
        (Method.CARD, Method.BANK),
        amount_cents=command.amount_cents,
        currency=currency,
    )
    wanted = Wanted(
        bill=bill, invoice=invoice, amount_cents=command.amount_cents, payment_id=attempt_id
    )
    attempt = replace(
        _new_attempt(command, wanted, attempt_id, now),
        account=settings.stripe_account_id,
        kinds=kinds,
    )
    in_the_way = await reserve_invoices(books, attempt, [wanted], now=now)
    return _joined(in_the_way[0], command) if in_the_way else attempt


def _joined(live: Attempt, command: StartCheckout) -> Attempt:
    """An attempt whose first call is still out is joined only by the very same wish."""
    same = (live.amount_cents, live.success_url) == (command.amount_cents, command.success_url)
    if live.state in IN_DOUBT and not (same and live.invoice_ids == (command.invoice_id,)):
        raise PaymentInProgressError
    return live


def _new_attempt(command: StartCheckout, wanted: Wanted, attempt_id: str, now: datetime) -> Attempt:
    booking = wanted.bill.booking
    attempt = Attempt(
        attempt_id=attempt_id,
        company_id=command.company_id,
        allocations=(wanted.allocation,),
        payer=wanted.invoice.payer,
        description=f"Invoice {wanted.invoice.number}, {booking.street}",
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

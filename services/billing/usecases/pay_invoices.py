"""An account pays: many invoices, an amount for the oldest ones, or in advance, in one payment.

The same mechanism as one client's Checkout: reserve all invoices or none in one write, then call
the processor once with the attempt's own key, then write what it answered.
"""

from dataclasses import dataclass

from services.billing.domain.attempt import IN_DOUBT, ON_A_PAGE, Attempt, Origin
from services.billing.domain.payment import Method
from services.billing.domain.refusals import PaymentInProgressError, PaymentsUnavailableError
from services.billing.usecases.charge_method import charge_method
from services.billing.usecases.ensure_customer import ensure_customer
from services.billing.usecases.open_page import open_page
from services.billing.usecases.ports import Books, Clock, OpenBooks, PaymentGateway
from services.billing.usecases.reserve_account_payment import Reserved, reserve_account_payment
from services.billing.usecases.start_checkout import TRIES, make_way
from shared.crash_points import crash_point


@dataclass(frozen=True, slots=True, kw_only=True)
class PayInvoices:
    """What is to be paid, and how; `amount_cents` is what the page showed.

    Give `invoice_ids` (paid in full), or `custom_amount_cents` (oldest first, C21; `prepay_rest`:
    what is beyond the balance is paid in advance), or `prepay_cents`. Give `method_id` (saved) or
    `kind` (new, on a hosted page). `attempt_id` is made by the caller from the request's key, so
    that a repeat is the same payment.
    """

    company_id: str
    account_id: str
    attempt_id: str
    contact_id: str
    payer_name: str
    payer_email: str
    amount_cents: int
    invoice_ids: tuple[str, ...] | None = None
    custom_amount_cents: int | None = None
    prepay_rest: bool = False
    prepay_cents: int = 0
    method_id: str | None = None
    kind: Method = Method.CARD
    save_method: bool = False
    success_url: str = ""
    cancel_url: str = ""
    request_key: str = ""
    origin: Origin = Origin.CUSTOMER
    by_hand: bool = False
    """Received by staff: allowed before publish too."""


async def pay_invoices(
    command: PayInvoices,
    *,
    books: Books,
    gateway: PaymentGateway,
    clock: Clock,
    own_accounts: bool,
) -> Attempt:
    """Return the attempt: paid, on its way, failed, or waiting for the payer on a page.

    Raises TooManyInvoicesError, InvoiceTwiceError, NoInvoiceError, InvoiceNotFoundError,
    MixedCurrenciesError, AmountExceedsBalanceError, AmountChangedError, AmountTooSmallError,
    CardMaximumError, BankMaximumError, BankUnavailableError, MethodNotFoundError,
    PrepaymentsOffError, OnlinePaymentsOffError, PaymentInProgressError, PaymentProcessingError,
    InvoicePaidError, InvoiceVoidError, PaymentAfterPublishError, IdempotencyKeyReusedError (the
    attempt's id belongs to another payment): nothing was charged.
    Raises PaymentsUnavailableError: nothing was charged, or it will be found out.
    """
    customer_id = None
    if command.save_method and command.method_id is None:
        customer_id = await ensure_customer(
            company_id=command.company_id,
            account_id=command.account_id,
            books=books,
            gateway=gateway,
        )
    for tries_left in reversed(range(TRIES)):
        reserved = await _reserve(
            command, customer_id, books=books, clock=clock, own_accounts=own_accounts
        )
        if reserved.attempt:
            return await proceed(reserved.attempt, books=books, gateway=gateway, clock=clock)
        # A page is closed only for a payment that may follow: all can be closed, a try is left.
        pages = all(attempt.state in ON_A_PAGE for attempt in reserved.in_the_way)
        if command.origin is not Origin.CUSTOMER or not pages or not tries_left:
            break
        for attempt in reserved.in_the_way:
            await make_way(attempt, books=books, gateway=gateway, clock=clock)
    raise PaymentInProgressError


async def proceed(
    attempt: Attempt, *, books: Books, gateway: PaymentGateway, clock: Clock
) -> Attempt:
    """Charge or open the page, unless that has been done; the answer is the attempt as it is."""
    if attempt.state not in IN_DOUBT:
        return attempt
    crash_point("billing.account-reserved-not-charged")
    if attempt.without_page:
        return await charge_method(attempt, books=books, gateway=gateway, clock=clock)
    opened = await open_page(attempt, books=books, gateway=gateway, clock=clock)
    if opened.url is None:
        raise PaymentsUnavailableError
    return opened


async def _reserve(
    command: PayInvoices,
    customer_id: str | None,
    *,
    books: Books,
    clock: Clock,
    own_accounts: bool,
) -> Reserved:
    now = clock()

    async def reserve(open_books: OpenBooks) -> Reserved:
        return await reserve_account_payment(
            open_books, command, customer_id=customer_id, now=now, own_accounts=own_accounts
        )

    return await books.write(reserve)

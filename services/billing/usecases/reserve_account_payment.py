"""Work out what an account's payment pays, refuse what cannot be, and reserve all of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from services.billing.domain.account_refusals import (
    InvoiceTwiceError,
    MethodNotFoundError,
    MixedCurrenciesError,
    NoInvoiceError,
    PrepaymentsOffError,
    TooManyInvoicesError,
)
from services.billing.domain.allocation import MOST_INVOICES, Due, oldest_first
from services.billing.domain.attempt import Attempt, AttemptState, Origin
from services.billing.domain.bill import Bill
from services.billing.domain.company import Settings
from services.billing.domain.invoice import Gate, Payer
from services.billing.domain.limits import SMALLEST_CHARGE_CENTS, kinds_allowed
from services.billing.domain.methods import SavedMethod
from services.billing.domain.payment import Method, Payment
from services.billing.domain.refusals import (
    AmountExceedsBalanceError,
    AmountTooSmallError,
    InvoiceNotFoundError,
    OnlinePaymentsOffError,
)
from services.billing.usecases.ports import OpenBooks
from services.billing.usecases.reserve_invoices import (
    Wanted,
    refuse_changed,
    refuse_unpayable,
    reserve_invoices,
)
from shared.idempotency import IdempotencyKeyReusedError
from shared.money import money

if TYPE_CHECKING:
    from services.billing.usecases.pay_invoices import PayInvoices

_PAGE_OPEN = timedelta(minutes=31)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserved:
    """The attempt, or the live ones that must make way first."""

    attempt: Attempt | None
    in_the_way: tuple[Attempt, ...] = ()


async def reserve_account_payment(
    books: OpenBooks,
    command: "PayInvoices",
    *,
    customer_id: str | None,
    now: datetime,
    own_accounts: bool,
) -> Reserved:
    """One conditional write; a repeat of the request finds its attempt.

    For what is raised see `pay_invoices`.
    """
    known = await books.known_attempt(command.company_id, command.attempt_id)
    if known:
        _refuse_another(known, command)
        return Reserved(attempt=known)
    settings = await books.settings(command.company_id)
    company = await books.company(command.company_id)
    wanted, prepaid_cents = await wanted_invoices(books, command, settings)
    if not settings.takes_money(company, own_accounts=own_accounts):
        raise OnlinePaymentsOffError
    currency = currency_of([want.bill for want in wanted], company.currency if company else "USD")
    amount_cents = sum(want.amount_cents for want in wanted) + prepaid_cents
    refuse_changed(shown_cents=command.amount_cents, due_cents=amount_cents, currency=currency)
    if amount_cents < SMALLEST_CHARGE_CENTS:
        raise AmountTooSmallError(minimum_cents=SMALLEST_CHARGE_CENTS)
    attempt = _attempt(command, wanted, prepaid_cents, currency, now)
    attempt = await _with_method(books, attempt, settings, customer_id)
    in_the_way = await reserve_invoices(books, attempt, wanted, now=now)
    if in_the_way:
        return Reserved(attempt=None, in_the_way=tuple(in_the_way))
    return Reserved(attempt=attempt)


def _refuse_another(known: Attempt, command: "PayInvoices") -> None:
    """Raises IdempotencyKeyReusedError: the key belongs to another payment."""
    paid = tuple(part.invoice_id for part in known.allocations if part.applied_at is None)
    same = (known.account_id, known.amount_cents) == (command.account_id, command.amount_cents)
    same = same and command.method_id in {None, known.method_id}
    if not same or (command.invoice_ids is not None and paid != command.invoice_ids):
        raise IdempotencyKeyReusedError


async def wanted_invoices(
    books: OpenBooks, command: "PayInvoices", settings: Settings
) -> tuple[list[Wanted], int]:
    """The invoices with what each gets, and what is paid in advance."""
    if command.prepay_cents:
        if not settings.portal.prepayments:
            raise PrepaymentsOffError
        return [], command.prepay_cents
    if command.custom_amount_cents is not None:
        return await _oldest(books, command, settings, command.custom_amount_cents)
    ids = command.invoice_ids or ()
    _refuse_ids(ids)
    bills = await bills_of_account(books, command.company_id, command.account_id, ids)
    wanted = []
    for number, invoice_id in enumerate(ids, 1):
        invoice = bills[invoice_id].invoice(invoice_id)
        refuse_unpayable(invoice, by_hand=command.by_hand)
        want = Wanted(
            bill=bills[invoice_id],
            invoice=invoice,
            amount_cents=invoice.balance_cents,
            payment_id=f"{command.attempt_id}-{number}",
        )
        wanted.append(want)
    return wanted, 0


async def bills_of_account(
    books: OpenBooks, company_id: str, account_id: str, invoice_ids: Sequence[str]
) -> dict[str, Bill]:
    """The bill of each invoice. Raises InvoiceNotFoundError if one is not this account's own."""
    found = await books.bills_of(company_id, invoice_ids)
    own = {
        bill.client_invoice.invoice_id: bill
        for bill in found
        if bill.booking.account and bill.booking.account.account_id == account_id
    }
    if any(invoice_id not in own for invoice_id in invoice_ids):
        raise InvoiceNotFoundError
    return own


async def _oldest(
    books: OpenBooks, command: "PayInvoices", settings: Settings, amount_cents: int
) -> tuple[list[Wanted], int]:
    """Oldest first (C21); the last one may stay open in part."""
    ids = await books.payable_invoices(command.company_id, command.account_id, MOST_INVOICES + 1)
    found = await bills_of_account(books, command.company_id, command.account_id, ids)
    payable = [found[i] for i in ids if found[i].client_invoice.gate is Gate.OPEN]
    dues = [
        Due(
            invoice_id=bill.client_invoice.invoice_id,
            number=bill.client_invoice.number,
            issued_on=bill.client_invoice.issued_on,
            balance_cents=bill.client_invoice.balance_cents,
        )
        for bill in payable
    ]
    given, rest = oldest_first(dues, amount_cents)
    if len(given) > MOST_INVOICES:
        raise TooManyInvoicesError
    if rest and not (command.prepay_rest and settings.portal.prepayments):
        _refuse_rest(amount_cents - rest, payable)
    wanted = [
        Wanted(
            bill=found[invoice_id],
            invoice=found[invoice_id].client_invoice,
            amount_cents=cents,
            payment_id=f"{command.attempt_id}-{number}",
        )
        for number, (invoice_id, cents) in enumerate(given.items(), 1)
    ]
    return wanted, rest


def _refuse_rest(covered_cents: int, bills: list[Bill]) -> None:
    currency = bills[0].booking.currency if bills else "USD"
    raise AmountExceedsBalanceError(
        f"The amount cannot be more than {money(covered_cents, currency)}, all that is due",
        maximum_cents=covered_cents,
    )


def currency_of(bills: Sequence[Bill], otherwise: str = "USD") -> str:
    """The one currency of these bills; `otherwise` without any. Raises MixedCurrenciesError."""
    currencies = {bill.booking.currency for bill in bills}
    if len(currencies) > 1:
        raise MixedCurrenciesError
    return currencies.pop() if currencies else otherwise


def _refuse_ids(invoice_ids: Sequence[str]) -> None:
    if not invoice_ids:
        raise NoInvoiceError
    if len(invoice_ids) > MOST_INVOICES:
        raise TooManyInvoicesError
    if len(set(invoice_ids)) != len(invoice_ids):
        raise InvoiceTwiceError


async def _with_method(
    books: OpenBooks, attempt: Attempt, settings: Settings, customer_id: str | None
) -> Attempt:
    """What it is charged to, if the company allows so much by it (staff are not limited)."""
    kinds = attempt.kinds
    if attempt.method_id:
        method = await books.find(SavedMethod, attempt.company_id, attempt.method_id)
        if method is None or method.account_id != attempt.account_id:
            raise MethodNotFoundError
        if not method.chargeable_on(settings.stripe_account_id):
            raise MethodNotFoundError
        kinds, customer_id = (method.kind,), method.customer_id
        attempt = replace(attempt, method=method.kind, method_label=method.label)
    if attempt.origin is Origin.CUSTOMER:
        kinds = kinds_allowed(
            settings, kinds, amount_cents=attempt.amount_cents, currency=attempt.currency
        )
    return replace(
        attempt, kinds=kinds, customer_id=customer_id, account=settings.stripe_account_id
    )


def _attempt(
    command: "PayInvoices",
    wanted: list[Wanted],
    prepaid_cents: int,
    currency: str,
    now: datetime,
) -> Attempt:
    attempt = Attempt(
        attempt_id=command.attempt_id,
        company_id=command.company_id,
        account_id=command.account_id,
        origin=command.origin,
        allocations=tuple(want.allocation for want in wanted),
        payer=Payer(
            contact_id=command.contact_id,
            name=command.payer_name,
            role_label="Client",
            email=command.payer_email,
        ),
        description=_description(wanted),
        amount_cents=command.amount_cents,
        currency=currency,
        state=AttemptState.CREATED,
        request_key=command.request_key,
        success_url=command.success_url,
        cancel_url=command.cancel_url,
        created_at=now,
        expires_at=now + _PAGE_OPEN,
        kinds=(command.kind,),
        method=command.kind,
        method_id=command.method_id,
        save_method=command.save_method and command.method_id is None,
        prepaid=_prepaid(command.attempt_id, prepaid_cents, command.kind),
    )
    return attempt.checked(now)


def _prepaid(attempt_id: str, cents: int, method: Method) -> Payment | None:
    """A placeholder: what really came in advance replaces it."""
    if cents == 0:
        return None
    return Payment(
        payment_id=f"{attempt_id}-0",
        amount_cents=cents,
        method=method,
        method_label="",
        settled=False,
        online=True,
        account_payment_id=attempt_id,
    )


def _description(wanted: list[Wanted]) -> str:
    """One consolidated line, without anything about a person."""
    if not wanted:
        return "Prepayment"
    first = wanted[0]
    if len(wanted) == 1:
        return f"Invoice {first.invoice.number}, {first.bill.booking.street}"
    return f"{len(wanted)} invoices, {first.invoice.number} and others"

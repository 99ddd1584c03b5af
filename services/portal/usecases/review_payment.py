"""What one payment would be, computed anew from what is open now."""

import asyncio
from dataclasses import dataclass
from datetime import date

from services.portal.domain.account_money import OpenTotals, Terms, usable_method
from services.portal.domain.account_rows import MULTI, SINGLE
from services.portal.domain.account_selection import (
    SELECTED_MAX,
    Choice,
    Cover,
    Covered,
    Selection,
    oldest,
    select,
)
from services.portal.domain.refusals import UnpayableError
from services.portal.usecases.ports_accounts import Account, Accounts, PaymentKind
from services.portal.usecases.show_open_invoices import cover_custom
from shared.contracts.billing_accounts import SavedMethod
from shared.money import money


@dataclass(frozen=True, slots=True)
class MethodChoice:
    """How somebody pays: a method on file, or a new one."""

    kind: PaymentKind
    method_id: str = ""


@dataclass(frozen=True, slots=True)
class PaymentWish:
    """What the page sent. Amounts on it are only compared, never believed."""

    choice: Choice
    invoice_ids: tuple[str, ...]
    custom_cents: int | None
    method: MethodChoice
    save_method: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What would be paid, by what."""

    amount_cents: int
    covered: tuple[Covered, ...]
    rest_cents: int
    """Becomes a prepayment (C21)."""
    capped: bool
    method: SavedMethod | None
    kind: str
    """The kind of method that pays: it decides the maximum (C2)."""


async def review_payment(
    of: Account,
    wish: PaymentWish,
    terms: Terms,
    accounts: Accounts,
    *,
    today: date,
    currency: str,
) -> Review:
    """Raises UnpayableError with the field and the reason; nothing is charged here.

    Raises UnknownAccountError for a method on file that is not theirs.
    """
    methods, totals, (part, capped) = await asyncio.gather(
        accounts.methods(of), accounts.open_totals(of, today), _part(of, wish, accounts)
    )
    amount = sum(one.cents for one in part.covered) + part.rest_cents
    if amount <= 0:
        raise UnpayableError("invoice", "Select at least one invoice")
    if part.rest_cents:
        _check_rest(part, totals, terms, currency)
    method, kind = _method(wish.method, tuple(methods), terms)
    if terms.too_much(kind, amount):
        raise UnpayableError(
            "method", limit_words(kind, terms, currency), max_cents=terms.max_cents(kind)
        )
    return Review(
        amount_cents=amount,
        covered=part.covered,
        rest_cents=part.rest_cents,
        capped=capped,
        method=method,
        kind=kind,
    )


async def _part(of: Account, wish: PaymentWish, accounts: Accounts) -> tuple[Cover, bool]:
    if wish.choice == "custom":
        return await cover_custom(of, wish.custom_cents or 0, accounts), False
    found = await accounts.invoices(of, wish.invoice_ids)
    chosen: Selection = select(found, SINGLE if wish.choice == "single" else MULTI)
    paid = [Covered(i, i.balance_cents) for i in oldest(found) if i.invoice_id in chosen]
    return Cover(tuple(paid), 0), chosen.capped


def _check_rest(part: Cover, totals: OpenTotals, terms: Terms, currency: str) -> None:
    """More than the open invoices take (C21), or than 200 of them do (C18)."""
    covered = sum(one.cents for one in part.covered)
    if covered < totals.balance_cents:
        words = f"One payment covers up to {SELECTED_MAX} invoices: enter "
        raise UnpayableError("amount", f"{words}{money(covered, currency)} or less")
    if not terms.prepayments:
        words = f"Enter an amount of {money(totals.balance_cents, currency)} or less"
        raise UnpayableError("amount", words, max_cents=totals.balance_cents)


def _method(
    choice: MethodChoice, methods: tuple[SavedMethod, ...], terms: Terms
) -> tuple[SavedMethod | None, str]:
    if choice.kind != "saved":
        if choice.kind not in terms.kinds:
            raise UnpayableError("method", "Choose how you will be paying")
        return None, choice.kind
    method = usable_method(methods, terms, choice.method_id)
    if method is None:
        raise UnpayableError("method", "Choose how you will be paying")
    return method, method.kind


def limit_words(kind: str, terms: Terms, currency: str) -> str:
    """The warning above a maximum (R92, R93)."""
    limit = money(terms.max_cents(kind), currency)
    if kind == "card":
        other = "Choose your bank account or lower" if terms.bank else "Lower"
        return f"Card payments are limited to {limit}. {other} the amount"
    return f"Bank payments are limited to {limit}. Choose a card or lower the amount"

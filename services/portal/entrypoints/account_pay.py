"""Make a payment: choosing (R61-R71). Every figure comes from the server, each time anew."""

import asyncio
from secrets import token_hex
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from services.portal.domain.account_money import OpenTotals, usable_methods
from services.portal.domain.account_selection import SELECTED_MAX, Cover, Selection
from services.portal.domain.refusals import UnpayableError
from services.portal.entrypoints.account_access import AccountVisit, Visit
from services.portal.entrypoints.account_frame import account_page
from services.portal.entrypoints.account_pay_form import (
    Sent,
    read_choice,
    read_sent,
)
from services.portal.entrypoints.cursors import read_cursor, write_cursor
from services.portal.usecases.review_payment import (
    MethodChoice,
    PaymentWish,
    limit_words,
    review_payment,
)
from services.portal.usecases.show_open_invoices import (
    OpenPage,
    cover_custom,
    select_all,
    show_open_invoices,
)
from shared.contracts.billing_accounts import SavedMethod
from shared.money import NotAnAmountError, cents_typed_as, money
from shared.ui import Form

router = APIRouter(prefix="/account/pay", include_in_schema=False)


@router.get("")
async def show(
    request: Request,
    visit: AccountVisit,
    choice: Annotated[str, Query(max_length=16)] = "",
    amount: Annotated[str, Query(max_length=32)] = "",
) -> HTMLResponse:
    """A fresh page: going to another way of choosing clears the selection (C22)."""
    totals = await visit.wiring.customers.accounts.open_totals(visit.customer.of, visit.today)
    given = read_choice(choice) or (
        "multi" if totals.multi.count and not totals.single.count else "single"
    )
    sent = read_sent(Form({"choice": given, **({"amount": amount} if amount else {})}))
    return await pay_page(request, visit, sent)


@router.post("")
async def choose(request: Request, visit: AccountVisit) -> Response:
    """The buttons of the page: select all, turn the page, add up anew, go on to the review."""
    sent = read_sent(Form.posted((await request.form()).multi_items()))
    if sent.do == "review":
        return await _review(request, visit, sent)
    return await pay_page(request, visit, await _moved(visit, sent))


async def _moved(visit: Visit, sent: Sent) -> Sent:
    """The form after one of its buttons."""
    after, trail, chosen, opened = sent.after, sent.trail, sent.chosen_ids, sent.opened
    if sent.do == "next":
        after, trail = read_cursor(sent.argument), (*trail, write_cursor(sent.after))
    elif sent.do == "back" and trail:
        after, trail = read_cursor(trail[-1]), trail[:-1]
    elif sent.do == "all" and sent.choice != "custom":
        ports = visit.wiring.customers
        chosen = (await select_all(visit.customer.of, sent.choice, ports.accounts)).invoice_ids
    elif sent.do == "none":
        chosen = ()
    elif sent.do == "open":
        opened = opened ^ {sent.argument}
    return Sent(sent.form, sent.choice, chosen, after, trail, opened, sent.do, sent.argument)


@router.post("/figures")
async def figures(request: Request, visit: AccountVisit) -> HTMLResponse:
    """The figures of the selection as it is now, for the page's script (R63, R71)."""
    sent = read_sent(Form.posted((await request.form()).multi_items()))
    context = await _context(visit, sent)
    return account_page(request, visit, "pay_figures.html", "pay", 200, **context)


async def pay_page(
    request: Request, visit: Visit, sent: Sent, status: int = 200, **more: object
) -> HTMLResponse:
    """The whole page with this selection."""
    context = await _context(visit, sent)
    return account_page(request, visit, "pay.html", "pay", status, **context, **more)


async def _context(visit: Visit, sent: Sent) -> dict[str, object]:
    of, accounts = visit.customer.of, visit.wiring.customers.accounts
    custom_cents = _typed_amount(sent.form, visit.currency) if sent.choice == "custom" else None
    methods, (shown, cover) = await asyncio.gather(
        accounts.methods(of), _shown(visit, sent, custom_cents)
    )
    usable = usable_methods(tuple(methods), visit.customer.terms)
    method = sent.form.value("method") or _first_method(usable, visit.customer.terms.kinds)
    amount = (custom_cents or 0) if sent.choice == "custom" else shown.selection.amount_cents
    covered = len(cover.covered) if cover else 0
    on_page = set(shown.shown_ids)
    empty = shown.totals.count == 0
    return {
        "sent": sent,
        "form": sent.form,
        "shown": shown,
        "totals": shown.totals,
        "days_late": shown.totals.days_late(visit.today),
        "cover": cover,
        "amount_cents": amount,
        "count": covered if sent.choice == "custom" else shown.selection.count,
        "elsewhere": [i for i in shown.selection.invoice_ids if i not in on_page],
        "after": write_cursor(sent.after),
        "next": write_cursor(shown.next),
        "selected_max": SELECTED_MAX,
        "capped": shown.selection.capped or _took_oldest(sent, shown),
        "methods": usable,
        "method": method,
        "warning": _warning(visit, method, usable, amount),
        "last": await _last_payment(visit) if empty else None,
        "empty": empty,
    }


async def _shown(
    visit: Visit, sent: Sent, custom_cents: int | None
) -> tuple[OpenPage, Cover | None]:
    of, accounts = visit.customer.of, visit.wiring.customers.accounts
    if sent.choice == "custom":
        totals = await accounts.open_totals(of, visit.today)
        cover = await cover_custom(of, custom_cents, accounts) if custom_cents else None
        return _only(totals), cover
    page = await show_open_invoices(
        of, sent.choice, sent.chosen_ids, sent.after, accounts=accounts, today=visit.today
    )
    return page, None


def _only(totals: OpenTotals) -> OpenPage:
    return OpenPage(
        totals=totals, singles=(), parents=(), parent_count=0, selection=Selection(), next=None
    )


def _took_oldest(sent: Sent, shown: OpenPage) -> bool:
    """All of something was asked for, and it is more than fits one payment (C18, C20)."""
    if any(p.hidden_count and p.selected == len(p.children) for p in shown.parents):
        return True
    if sent.choice == "custom" or sent.do != "all":
        return False
    return shown.totals.of(sent.choice).count > SELECTED_MAX


def _typed_amount(form: Form, currency: str) -> int | None:
    """What is typed so far; a half-typed amount is none yet."""
    try:
        return cents_typed_as(form.value("amount"), currency)
    except NotAnAmountError:
        return None


def _first_method(usable: tuple[SavedMethod, ...], kinds: tuple[str, ...]) -> str:
    return f"saved:{usable[0].method_id}" if usable else next(iter(kinds), "")


def _warning(visit: Visit, method: str, usable: tuple[SavedMethod, ...], amount_cents: int) -> str:
    """The limit that this payment is above, in words (R92)."""
    kind, _, method_id = method.partition(":")
    if kind == "saved":
        kind = next((m.kind for m in usable if m.method_id == method_id), "")
    terms = visit.customer.terms
    if not kind or not terms.too_much(kind, amount_cents):
        return ""
    return limit_words(kind, terms, visit.currency)


async def _last_payment(visit: Visit) -> object:
    """For the page of somebody who owes nothing."""
    accounts = visit.wiring.customers.accounts
    entries = await accounts.history(visit.customer.of, None, 5)
    paid = (e.payment for e in entries if e.payment and e.payment.status == "succeeded")
    return next(paid, None)


async def _review(request: Request, visit: Visit, sent: Sent) -> Response:
    form = sent.form
    amount = (
        form.cents("amount", "Enter an amount", currency=visit.currency)
        if (sent.choice == "custom")
        else None
    )
    if not form.ok:
        return await pay_page(request, visit, sent, 422)
    wish = PaymentWish(
        choice=sent.choice,
        invoice_ids=sent.chosen_ids,
        custom_cents=amount,
        method=sent.method,
        save_method=form.has("save_method"),
    )
    return await review_page(request, visit, wish, sent)


async def review_page(
    request: Request, visit: Visit, wish: PaymentWish, sent: Sent, status: int = 200, **more: object
) -> HTMLResponse:
    """What would be paid, to be confirmed; or the choosing again with the reason why not."""
    terms, accounts = visit.customer.terms, visit.wiring.customers.accounts
    try:
        review = await review_payment(
            visit.customer.of, wish, terms, accounts, today=visit.today, currency=visit.currency
        )
    except UnpayableError as error:
        sent.form.refuse(_field(error.field, wish.method), error.message)
        return await pay_page(request, visit, sent, 422)
    return account_page(
        request,
        visit,
        "review.html",
        "pay",
        status,
        wish=wish,
        review=review,
        method_value=_method_value(wish.method),
        amount_words=money(review.amount_cents, visit.currency),
        sent=sent,
        **{"key": token_hex(16), "refusal": None, **more},
    )


def _field(field: str, method: MethodChoice) -> str:
    """The id of the field on the page that the reason belongs to."""
    if field != "method":
        return "select-all" if field == "invoice" else field
    return (
        f"method-{_method_value(method)}"
        if method.method_id or method.kind != "saved"
        else ("methods")
    )


def _method_value(method: MethodChoice) -> str:
    return f"saved:{method.method_id}" if method.kind == "saved" else method.kind

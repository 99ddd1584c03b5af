"""One account customer at the desk: what is open, what was paid, what is on file (R74)."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.billing.domain.account_refusals import AutopayOffError, MethodNotFoundError
from services.billing.domain.attempt import OVER_WITHOUT_MONEY, Attempt, AttemptState
from services.billing.domain.methods import method_of
from services.billing.domain.refund import Refund
from services.billing.domain.refusals import InvalidPeriodError
from services.billing.domain.statement import StatementRow, aging
from services.billing.entrypoints.account_documents import account_receipt, order_document
from services.billing.entrypoints.account_parts import Before
from services.billing.entrypoints.account_statements import statement
from services.billing.entrypoints.api_reports import refuse_inspectors
from services.billing.entrypoints.frame import Biller, Reader, brand_of, today_of
from services.billing.entrypoints.parts import UsedParts
from services.billing.entrypoints.words import attempt_word, due_word
from services.billing.usecases.change_autopay import ChangeAutopay, change_autopay
from services.billing.usecases.change_method import ChangeMethod, change_method, remove_method
from shared.identity import Permission
from shared.ui import Form
from shared.webapp import page

router = APIRouter(include_in_schema=False)
PAGE = "/staff/billing/accounts/{account_id}"
ROWS_SHOWN = 200
_PAYMENTS_SHOWN = 50
_SAID = {
    "charged": "Charged",
    "processing": "The bank payment is on its way",
    "recorded": "Payment recorded",
    "default": "Default changed",
    "removed": "Removed",
    "method": "Autopay charges another method now",
    "left": "Taken out of autopay",
    "gone": "That cannot be charged any more; nothing was changed",
}


@dataclass(frozen=True, kw_only=True)
class Family:
    """An invoice alone, or a parent with its children: those that are open."""

    order_id: str | None
    number: str
    rows: list[tuple[StatementRow, str]]

    @property
    def balance_cents(self) -> int:
        """What is due on all of them."""
        return sum(row.balance_cents for row, _ in self.rows)


@router.get(PAGE)
async def account_page(
    request: Request, account_id: str, staff: Reader, parts: UsedParts, before: Before = ""
) -> HTMLResponse:
    """Everything about the account's money on one page; payments behind `before`."""
    refuse_inspectors(staff)
    account = await parts.lists.account(staff.company_id, account_id)
    company = await parts.lists.company(staff.company_id)
    settings = await parts.lists.settings(staff.company_id)
    today = today_of(company, parts.clock())
    rows = await parts.lists.open_rows(staff.company_id, account_id)
    methods = await parts.lists.methods(staff.company_id, account_id)
    autopay = await parts.lists.autopay(staff.company_id, account_id)
    prepaid = await parts.lists.prepayments(staff.company_id, account_id=account_id, only_open=True)
    found = await parts.lists.account_payments(
        staff.company_id, account_id, _PAYMENTS_SHOWN + 1, before=before
    )
    payments = found[:_PAYMENTS_SHOWN]
    refunded = [payment.attempt_id for payment in payments if payment.refunded_cents]
    refunds = await parts.lists.refunds_given(staff.company_id, refunded)
    takes_money = settings.takes_money(company, own_accounts=parts.own_accounts)
    return page(
        request,
        "account.html",
        brand=brand_of(company),
        account=account,
        ages=aging(rows, today),
        overdue_cents=sum(row.balance_cents for row in rows if row.due_on < today),
        processing_cents=sum(row.processing_cents for row in rows),
        open_count=len(rows),
        families=_families(rows[:ROWS_SHOWN], today),
        rows_shown=min(len(rows), ROWS_SHOWN),
        payable=any(row.payable and not row.held for row in rows),
        methods=methods,
        chargeable=[m for m in methods if m.chargeable_on(settings.stripe_account_id)],
        autopay=autopay,
        autopay_method=method_of(autopay, methods, settings.stripe_account_id),
        prepaid=prepaid,
        prepaid_cents=sum(one.unapplied_cents for one in prepaid),
        payments=[(one, payment_word(one)) for one in payments if _worth_telling(one)],
        refunded_of=_by_part(refunds),
        newer=bool(before),
        older=payments[-1].attempt_id if len(found) > len(payments) else "",
        zone=company.time_zone if company else "UTC",
        currency=company.currency if company else "USD",
        takes_money=takes_money,
        may_bill=staff.may(Permission.BILL),
        may_refund=staff.may(Permission.REFUND),
        said=_SAID.get(request.query_params.get("done", ""), ""),
        base=PAGE.format(account_id=account_id),
    )


@router.get(PAGE + "/statement")
async def account_statement(
    request: Request,
    account_id: str,
    staff: Reader,
    parts: UsedParts,
    kind: Annotated[Literal["pdf", "csv"], Query(alias="format")] = "pdf",
) -> Response:
    """How the balance moved in those days, and what was open at their end, with aging."""
    refuse_inspectors(staff)
    form = Form.posted(request.query_params.multi_items())
    since, until = form.day("from"), form.day("to")
    if not form.ok:
        raise InvalidPeriodError(next(iter(form.errors.values())))
    return await statement(parts, staff.company_id, account_id, form=kind, since=since, until=until)


@router.get("/staff/billing/orders/{order_id}/document")
async def parent_invoice(order_id: str, staff: Reader, parts: UsedParts) -> Response:
    """The parent invoice of an order over several sites (C19)."""
    refuse_inspectors(staff)
    return await order_document(parts, staff.company_id, order_id)


@router.get("/staff/billing/account-payments/{payment_id}/receipt")
async def receipt(payment_id: str, staff: Reader, parts: UsedParts) -> Response:
    """One receipt for the whole payment."""
    refuse_inspectors(staff)
    return await account_receipt(parts, staff.company_id, payment_id)


@router.post(PAGE + "/methods/{method_id}/{change}")
async def change_on_file(
    account_id: str,
    method_id: str,
    change: Literal["default", "remove"],
    staff: Biller,
    parts: UsedParts,
) -> Response:
    """Staff may always, whatever customers may (R87, R88)."""
    command = ChangeMethod(
        company_id=staff.company_id,
        account_id=account_id,
        method_id=method_id,
        by="staff",
        actor_name=staff.name,
    )
    act = change_method if change == "default" else remove_method
    try:
        await act(command, books=parts.books)
    except MethodNotFoundError:
        await parts.lists.account(staff.company_id, account_id)
        return _back(account_id, "gone")
    return _back(account_id, "default" if change == "default" else "removed")


@router.post(PAGE + "/autopay/leave")
async def leave_autopay(account_id: str, staff: Biller, parts: UsedParts) -> Response:
    """Out of autopay; unpaid invoices do not wait to be charged any more (C25)."""
    command = ChangeAutopay(
        company_id=staff.company_id,
        account_id=account_id,
        enrolled=False,
        method_id=None,
        by="staff",
        actor_name=staff.name,
    )
    await change_autopay(command, books=parts.books, clock=parts.clock)
    return _back(account_id, "left")


@router.post(PAGE + "/autopay/method")
async def charge_another(
    request: Request, account_id: str, staff: Biller, parts: UsedParts
) -> Response:
    """Autopay charges another method on file; since when it holds stays as it was (C25)."""
    form = Form.posted((await request.form()).multi_items())
    await parts.lists.account(staff.company_id, account_id)
    known = await parts.lists.autopay(staff.company_id, account_id)
    if not known.enrolled:
        return _back(account_id, "gone")
    command = ChangeAutopay(
        company_id=staff.company_id,
        account_id=account_id,
        enrolled=True,
        method_id=form.value("method"),
        by="staff",
        actor_name=staff.name,
    )
    try:
        await change_autopay(command, books=parts.books, clock=parts.clock)
    except (MethodNotFoundError, AutopayOffError):
        return _back(account_id, "gone")
    return _back(account_id, "method")


def payment_word(attempt: Attempt) -> str:
    """How a payment over several invoices stands."""
    after = {
        AttemptState.PARTIALLY_REFUNDED: "Partly refunded",
        AttemptState.REFUNDED: "Refunded",
        AttemptState.DISPUTED: "Disputed",
        AttemptState.LOST: "Returned",
        AttemptState.RETURNED: "Returned",
        AttemptState.PROCESSING: "Processing",
    }
    return after.get(attempt.state) or attempt_word(attempt)


def _by_part(refunds: list[Refund]) -> Counter[str]:
    """What was given back of each part of the payments, in cents."""
    cents: Counter[str] = Counter()
    for refund in refunds:
        cents[refund.payment_id] += refund.amount_cents
    return cents


def _worth_telling(attempt: Attempt) -> bool:
    """A page that was opened and left is none of the account's payments."""
    return attempt.state not in OVER_WITHOUT_MONEY or bool(attempt.failures)


def _families(rows: list[StatementRow], today: date) -> list[Family]:
    found: dict[str, Family] = {}
    for row in rows:
        key = row.order_id or row.invoice_id
        number = row.order_number if row.order_id else row.number
        family = found.setdefault(key, Family(order_id=row.order_id, number=number, rows=[]))
        family.rows.append((row, open_word(row, today)))
    return list(found.values())


def open_word(row: StatementRow, today: date) -> str:
    """Why it cannot be paid now, or when it is due."""
    if row.processing_cents:
        return "Processing"
    if not row.payable:
        return "Not payable yet"
    return "Being paid" if row.held else due_word(row.due_on, today)


def _back(account_id: str, done: str) -> Response:
    return RedirectResponse(f"{PAGE.format(account_id=account_id)}?done={done}", 303)

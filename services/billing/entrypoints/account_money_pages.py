"""Staff take an account's money: charge a method on file, or write down what was received."""

from dataclasses import dataclass
from datetime import UTC, datetime, time
from uuid import uuid4
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.billing.domain.account import Account
from services.billing.domain.attempt import OVER_WITHOUT_MONEY, Attempt, AttemptState, Origin
from services.billing.domain.company import Company
from services.billing.domain.payment import Method
from services.billing.domain.refusals import PaymentsUnavailableError
from services.billing.domain.statement import StatementRow
from services.billing.entrypoints.account_pages import PAGE
from services.billing.entrypoints.frame import Biller, brand_of, today_of
from services.billing.entrypoints.once import id_from
from services.billing.entrypoints.parts import Parts, UsedParts
from services.billing.entrypoints.payments_shown import METHODS
from services.billing.usecases.pay_invoices import PayInvoices, pay_invoices
from services.billing.usecases.record_account_payment import (
    RecordAccountPayment,
    record_account_payment,
)
from shared.identity import Staff
from shared.problems import RefusalError
from shared.ui import Form
from shared.webapp import page

router = APIRouter(include_in_schema=False)
CHARGE = PAGE + "/charge"
RECORD = PAGE + "/record"
_NOON = time(12)
_KEY_MAX = 100


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What staff chose on the account's page, as it now stands."""

    account: Account
    company: Company | None
    rows: list[StatementRow]
    form: Form

    @property
    def ids(self) -> tuple[str, ...]:
        """The chosen invoices, oldest first."""
        return tuple(row.invoice_id for row in self.rows)

    @property
    def total_cents(self) -> int:
        """What is due on them."""
        return sum(row.balance_cents for row in self.rows)

    @property
    def currency(self) -> str:
        """The company's."""
        return self.company.currency if self.company else "USD"

    @property
    def key(self) -> str:
        """The request's own key."""
        return self.form.value("idempotency_key")[:_KEY_MAX]


@router.get(CHARGE)
async def charge_form(
    request: Request, account_id: str, staff: Biller, parts: UsedParts
) -> Response:
    """The sum and the method, to be confirmed; nothing is charged by looking."""
    form = Form.posted(request.query_params.multi_items())
    asked = await _asked(parts, staff, account_id, form)
    if not asked.rows:
        return RedirectResponse(PAGE.format(account_id=account_id), 303)
    return await _charge_page(request, parts, staff, asked)


@router.post(CHARGE)
async def charge(request: Request, account_id: str, staff: Biller, parts: UsedParts) -> Response:
    """Charge what the customer put on file (R74); staff are not limited by the maxima (C2)."""
    form = Form.posted((await request.form()).multi_items())
    asked = await _asked(parts, staff, account_id, form)
    shown_cents = form.whole("amount_cents", "Open the page again", maximum=10**11)
    method_id = form.text("method", "Choose what is charged")
    if not asked.key:
        form.refuse("amount_cents", "Open the page again")
    if shown_cents is None or not form.ok:
        return await _charge_page(request, parts, staff, asked)
    person = asked.account.primary
    command = PayInvoices(
        company_id=staff.company_id,
        account_id=account_id,
        attempt_id=id_from("acharge", f"{staff.company_id}:{account_id}", asked.key),
        contact_id=person.contact_id if person else "",
        payer_name=person.name if person else asked.account.name,
        payer_email=asked.account.email,
        amount_cents=shown_cents,
        invoice_ids=tuple(form.values("invoice")),
        method_id=method_id,
        request_key=asked.key,
        origin=Origin.STAFF,
    )
    try:
        attempt = await pay_invoices(
            command,
            books=parts.books,
            gateway=parts.gateway,
            clock=parts.clock,
            own_accounts=parts.own_accounts,
        )
    except PaymentsUnavailableError:
        form.refuse("method", "Nobody knows yet whether it went through: press the button again")
        return await _charge_page(request, parts, staff, asked, same_key=True)
    except RefusalError as refusal:
        form.refuse("method", refusal.detail or refusal.title)
        return await _charge_page(request, parts, staff, asked)
    if attempt.state in OVER_WITHOUT_MONEY:
        form.refuse("method", _why(attempt))
        return await _charge_page(request, parts, staff, asked)
    waiting = attempt.state is AttemptState.PROCESSING
    done = "processing" if waiting else "charged"
    return RedirectResponse(f"{PAGE.format(account_id=account_id)}?done={done}", 303)


@router.get(RECORD)
async def record_form(
    request: Request, account_id: str, staff: Biller, parts: UsedParts
) -> Response:
    """Money received by hand, for the chosen invoices or for the oldest ones."""
    form = Form.posted(request.query_params.multi_items())
    asked = await _asked(parts, staff, account_id, form)
    return await _record_page(request, parts, asked)


@router.post(RECORD)
async def record(request: Request, account_id: str, staff: Biller, parts: UsedParts) -> Response:
    """Write it down at once: one payment, one receipt."""
    form = Form.posted((await request.form()).multi_items())
    asked = await _asked(parts, staff, account_id, form)
    command = _recording(asked, staff, parts)
    if command is None:
        return await _record_page(request, parts, asked)
    try:
        await record_account_payment(
            command, books=parts.books, gateway=parts.gateway, clock=parts.clock
        )
    except RefusalError as refusal:
        form.refuse("amount", refusal.detail or refusal.title)
        return await _record_page(request, parts, asked)
    return RedirectResponse(f"{PAGE.format(account_id=account_id)}?done=recorded", 303)


async def _asked(parts: Parts, staff: Staff, account_id: str, form: Form) -> Asked:
    """Raises AccountNotFoundError; invoices that are not open there are left out."""
    account = await parts.lists.account(staff.company_id, account_id)
    company = await parts.lists.company(staff.company_id)
    wanted = set(form.values("invoice"))
    rows = await parts.lists.open_rows(staff.company_id, account_id)
    chosen = [row for row in rows if row.invoice_id in wanted and row.balance_cents]
    return Asked(account=account, company=company, rows=chosen, form=form)


def _recording(asked: Asked, staff: Staff, parts: Parts) -> RecordAccountPayment | None:
    form = asked.form
    chosen = tuple(form.values("invoice")) or None
    cents = form.cents("amount", "Enter the amount you received", currency=asked.currency)
    method = form.choice("method", dict(METHODS), "Choose how it was paid")
    day = form.day("received_on", "Enter the day you received it")
    reference = form.text("reference", length_max=60)
    note, client_note = form.text("note"), form.text("client_note")
    if not asked.key:
        form.refuse("amount", "Open the page again")
    if cents is None or day is None or not form.ok:
        return None
    zone = ZoneInfo(asked.company.time_zone if asked.company else "UTC")
    return RecordAccountPayment(
        company_id=staff.company_id,
        account_id=asked.account.account_id,
        payment_id=id_from("ahand", staff.company_id, asked.key),
        invoice_ids=chosen,
        amount_cents=cents,
        method=Method(method),
        reference=reference,
        received_at=min(datetime.combine(day, _NOON, zone).astimezone(UTC), parts.clock()),
        note=note,
        client_note=client_note,
        recorded_by=staff.name,
    )


def _why(attempt: Attempt) -> str:
    reason = attempt.failures[-1].reason if attempt.failures else "The bank said no"
    return f"Nothing was charged. {reason}"


async def _charge_page(
    request: Request, parts: Parts, staff: Staff, asked: Asked, *, same_key: bool = False
) -> HTMLResponse:
    """After a refusal the next press is a payment of its own, unless nobody knows of the last."""
    settings = await parts.lists.settings(staff.company_id)
    methods = await parts.lists.methods(staff.company_id, asked.account.account_id)
    usable = [one for one in methods if one.chargeable_on(settings.stripe_account_id)]
    return page(
        request,
        "account_charge.html",
        200 if asked.form.ok else 422,
        brand=brand_of(asked.company),
        asked=asked,
        form=asked.form,
        methods=usable,
        currency=asked.currency,
        key=asked.key if same_key else uuid4().hex,
        back=PAGE.format(account_id=asked.account.account_id),
        action=CHARGE.format(account_id=asked.account.account_id),
    )


async def _record_page(request: Request, parts: Parts, asked: Asked) -> HTMLResponse:
    rows = await parts.lists.open_rows(asked.account.company_id, asked.account.account_id)
    due_cents = sum(row.balance_cents for row in rows)
    return page(
        request,
        "account_record.html",
        200 if asked.form.ok else 422,
        brand=brand_of(asked.company),
        asked=asked,
        form=asked.form,
        due_cents=due_cents,
        methods=METHODS,
        today=today_of(asked.company, parts.clock()),
        currency=asked.currency,
        key=asked.key or uuid4().hex,
        back=PAGE.format(account_id=asked.account.account_id),
        action=RECORD.format(account_id=asked.account.account_id),
    )

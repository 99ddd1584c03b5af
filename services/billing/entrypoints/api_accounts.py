"""JSON: what staff and API clients do with an account's money."""

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.billing.domain.account_refusals import PaymentDeclinedError
from services.billing.domain.account_told import (
    account_payment_changed,
    autopay_changed,
    method_changed,
)
from services.billing.domain.attempt import OVER_WITHOUT_MONEY, Origin
from services.billing.domain.payment import Method
from services.billing.entrypoints.account_documents import account_receipt, order_document
from services.billing.entrypoints.account_parts import Before
from services.billing.entrypoints.account_statements import statement
from services.billing.entrypoints.api_invoices import Billing, Reading, name_of
from services.billing.entrypoints.once import id_from, once
from services.billing.entrypoints.parts import UsedParts
from services.billing.usecases.pay_invoices import PayInvoices, pay_invoices
from services.billing.usecases.record_account_payment import (
    RecordAccountPayment,
    record_account_payment,
)
from shared.contracts import billing_accounts as contract
from shared.idempotency import IdempotencyKey
from shared.money import PositiveCents
from shared.problem_answers import responses

router = APIRouter(prefix="/api/billing/v1", tags=["accounts"])
Id = Annotated[str, Field(min_length=1, max_length=80)]
Words = Annotated[str, Field(max_length=500)]


class In(BaseModel):
    """A strict request body."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class HandPaymentIn(In):
    """Money received by hand; without invoices the oldest ones are paid (C21)."""

    invoice_ids: Annotated[list[Id], Field(max_length=5000)] | None = None
    amount_cents: PositiveCents
    method: Literal["cash", "check", "card", "other"]
    reference: Annotated[str, Field(max_length=80)] = ""
    received_at: AwareDatetime | None = None
    note: Words = ""
    client_note: Words = ""


class ChargeIn(In):
    """Charge a method on file for these invoices, in full; `amount_cents` is their sum."""

    invoice_ids: Annotated[list[Id], Field(max_length=5000)]
    amount_cents: PositiveCents
    method_id: Id


class AccountOut(BaseModel):
    """What billing knows of an account."""

    account_id: str
    name: str
    methods: list[contract.SavedMethod]
    autopay_enrolled: bool
    autopay_enrolled_at: AwareDatetime | None
    autopay_method_id: str | None


@router.get("/accounts/{account_id}", responses=responses(401, 403, 404))
async def read_account(account_id: str, caller: Reading, parts: UsedParts) -> AccountOut:
    """Its methods on file and whether it is in autopay."""
    account = await parts.lists.account(caller.company_id, account_id)
    methods = await parts.lists.methods(caller.company_id, account_id)
    autopay = await parts.lists.autopay(caller.company_id, account_id)
    told = autopay_changed(autopay, account_name=account.name, by="staff", name="")
    return AccountOut(
        account_id=account.account_id,
        name=account.name,
        methods=[method_changed(method, by="staff", name="").method for method in methods],
        autopay_enrolled=told.enrolled,
        autopay_enrolled_at=told.enrolled_at,
        autopay_method_id=told.method_id,
    )


class AccountInvoiceOut(BaseModel):
    """One invoice of an account (cents)."""

    invoice_id: str
    number: str
    order_number: str
    site_line: str
    status: str
    issued_on: date
    due_on: date
    currency: str
    total_cents: int
    paid_cents: int
    processing_cents: int
    balance_cents: int


@router.get("/accounts/{account_id}/invoices", responses=responses(401, 403, 404, 422))
async def list_invoices(
    *,
    account_id: str,
    caller: Reading,
    parts: UsedParts,
    since: Annotated[date, Query(alias="from")] = date.min,
    until: Annotated[date, Query(alias="to")] = date.max,
) -> list[AccountInvoiceOut]:
    """Every invoice of the account that was issued in that time, oldest first."""
    account = await parts.lists.account(caller.company_id, account_id)
    rows = await parts.lists.statement_rows(caller.company_id, account.account_id, since, until)
    return [AccountInvoiceOut.model_validate(row, from_attributes=True) for row in rows]


@router.get("/accounts/{account_id}/payments", responses=responses(401, 403, 404))
async def list_payments(
    account_id: str,
    caller: Reading,
    parts: UsedParts,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Before = "",
) -> list[contract.AccountPayment]:
    """Newest first, behind the payment `before`; pages that were opened and left are left out."""
    account = await parts.lists.account(caller.company_id, account_id)
    found = await parts.lists.account_payments(
        caller.company_id, account.account_id, limit, before=before
    )
    told = [account_payment_changed(attempt) for attempt in found]
    return [event.payment for event in told if event]


@router.post(
    "/accounts/{account_id}/payments",
    status_code=201,
    response_model=contract.AccountPayment,
    responses=responses(401, 403, 404, 409, 422),
)
async def record(
    account_id: str, wish: HandPaymentIn, caller: Billing, key: IdempotencyKey, parts: UsedParts
) -> JSONResponse:
    """Write down money received by hand for several invoices."""

    async def act() -> dict[str, Any]:
        command = RecordAccountPayment(
            company_id=caller.company_id,
            account_id=account_id,
            payment_id=id_from("ahand", caller.company_id, key),
            invoice_ids=None if wish.invoice_ids is None else tuple(wish.invoice_ids),
            amount_cents=wish.amount_cents,
            method=Method(wish.method),
            reference=wish.reference,
            received_at=wish.received_at or parts.clock(),
            note=wish.note,
            client_note=wish.client_note,
            recorded_by=name_of(caller),
        )
        attempt = await record_account_payment(
            command, books=parts.books, gateway=parts.gateway, clock=parts.clock
        )
        told = account_payment_changed(attempt)
        return told.payment.model_dump(mode="json") if told else {}

    return await once(
        parts,
        company_id=caller.company_id,
        key=key,
        meaning=["account-record", account_id, wish.model_dump(mode="json")],
        act=act,
    )


@router.post(
    "/accounts/{account_id}/charges",
    status_code=201,
    responses=responses(401, 402, 403, 404, 409, 422, 503),
)
async def charge(
    account_id: str, wish: ChargeIn, caller: Billing, key: IdempotencyKey, parts: UsedParts
) -> contract.AccountPayment | None:
    """Staff charge a card or bank account that the customer has put on file (R74)."""
    account = await parts.lists.account(caller.company_id, account_id)
    person = account.primary
    command = PayInvoices(
        company_id=caller.company_id,
        account_id=account_id,
        attempt_id=id_from("acharge", f"{caller.company_id}:{account_id}", key),
        contact_id=person.contact_id if person else "",
        payer_name=person.name if person else account.name,
        payer_email=account.email,
        amount_cents=wish.amount_cents,
        invoice_ids=tuple(wish.invoice_ids),
        method_id=wish.method_id,
        request_key=key,
        origin=Origin.STAFF,
    )
    attempt = await pay_invoices(
        command,
        books=parts.books,
        gateway=parts.gateway,
        clock=parts.clock,
        own_accounts=parts.own_accounts,
    )
    if attempt.state in OVER_WITHOUT_MONEY:
        reason = attempt.failures[-1].reason if attempt.failures else ""
        raise PaymentDeclinedError(reason, reason=reason)
    told = account_payment_changed(attempt)
    return told.payment if told else None


@router.get("/account-payments/{payment_id}", responses=responses(401, 403, 404))
async def read_payment(
    payment_id: str, caller: Reading, parts: UsedParts
) -> contract.AccountPayment | None:
    """One payment with its allocations; of each, refund the payment `<id>-<n>` of its invoice."""
    attempt = await parts.lists.account_payment(caller.company_id, payment_id)
    told = account_payment_changed(attempt)
    return told.payment if told else None


@router.get(
    "/account-payments/{payment_id}/receipt",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}}, **responses(401, 403, 404)},
)
async def read_receipt(payment_id: str, caller: Reading, parts: UsedParts) -> Response:
    """One receipt for the whole payment."""
    return await account_receipt(parts, caller.company_id, payment_id)


@router.get(
    "/accounts/{account_id}/statement",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}}, **responses(401, 403, 404, 422)},
)
async def read_statement(
    *,
    account_id: str,
    caller: Reading,
    parts: UsedParts,
    form: Annotated[Literal["pdf", "csv"], Query(alias="format")] = "pdf",
    since: Annotated[date | None, Query(alias="from")] = None,
    until: Annotated[date | None, Query(alias="to")] = None,
) -> Response:
    """How the balance moved in those days, and what was open at their end, with aging."""
    return await statement(
        parts, caller.company_id, account_id, form=form, since=since, until=until
    )


@router.get(
    "/orders/{order_id}/document",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}}, **responses(401, 403, 404)},
)
async def read_order(order_id: str, caller: Reading, parts: UsedParts) -> Response:
    """The parent invoice of an order over several sites (C19)."""
    return await order_document(parts, caller.company_id, order_id)

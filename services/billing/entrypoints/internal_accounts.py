"""What portal may ask for an account's people who are signed in: paying, methods, autopay."""

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field

from services.billing.domain.account_refusals import (
    AccountPaymentNotFoundError,
    PaymentDeclinedError,
)
from services.billing.domain.attempt import Attempt, AttemptState
from services.billing.domain.payment import Method
from services.billing.domain.refusals import AttemptNotFoundError, PaymentsUnavailableError
from services.billing.entrypoints.account_documents import account_receipt, order_document
from services.billing.entrypoints.account_statements import statement
from services.billing.entrypoints.internal import Id, Url, Wish
from services.billing.entrypoints.once import id_from
from services.billing.entrypoints.parts import Parts, UsedParts
from services.billing.usecases.pay_invoices import PayInvoices, pay_invoices
from services.billing.usecases.ports import GatewayError
from services.billing.usecases.refresh_attempt import refresh_attempt
from shared.idempotency import IdempotencyKey
from shared.identity import service_call
from shared.money import PositiveCents
from shared.problem_answers import responses

router = APIRouter(
    prefix="/internal/v1",
    tags=["internal"],
    dependencies=[Depends(service_call("portal", "notifications", "scheduling"))],
)
Name = Annotated[str, Field(max_length=200)]
Kind = Literal["card", "us_bank_account"]
_WAITING = {AttemptState.AWAITING_PAYER, AttemptState.REQUIRES_ACTION}
_OVER = {AttemptState.FAILED, AttemptState.CANCELED, AttemptState.EXPIRED}


class SavedIn(BaseModel):
    """A method on file."""

    kind: Literal["saved"]
    method_id: Id


class NewIn(BaseModel):
    """A new card or bank account, on a hosted page."""

    kind: Kind


class Paying(Wish):
    """Who pays how much, and how; `amount_cents` is what his page showed."""

    contact_id: Id
    payer_name: Name
    payer_email: Annotated[str, Field(max_length=254)] = ""
    amount_cents: PositiveCents
    method: Annotated[SavedIn | NewIn, Field(discriminator="kind")]
    save_method: bool = False
    success_url: Url
    cancel_url: Url


class PaymentIn(Paying):
    """Chosen invoices, or an amount for the oldest ones (C21)."""

    invoice_ids: Annotated[list[Id], Field(max_length=5000)] | None = None
    custom_amount_cents: PositiveCents | None = None
    prepay_rest: bool = False


class PaymentOut(BaseModel):
    """How it stands; `url` is where to send the customer while it waits for him."""

    account_payment_id: str
    status: str
    url: str | None = None


class StatusOut(BaseModel):
    """How a payment or a page stands; `reason` in words for the customer."""

    status: str
    reason: str = ""


@router.post(
    "/accounts/{account_id}/payments",
    status_code=201,
    response_model=PaymentOut,
    responses=responses(402, 403, 404, 409, 422, 503),
)
async def pay(
    account_id: str, wish: PaymentIn, key: IdempotencyKey, parts: UsedParts
) -> JSONResponse:
    """One payment over up to 200 invoices; a repeat is the same payment."""
    command = _command(
        account_id,
        wish,
        key,
        invoice_ids=None if wish.invoice_ids is None else tuple(wish.invoice_ids),
        custom_amount_cents=wish.custom_amount_cents,
        prepay_rest=wish.prepay_rest,
    )
    return await _paid(parts, command)


@router.post(
    "/accounts/{account_id}/prepayments",
    status_code=201,
    response_model=PaymentOut,
    responses=responses(402, 403, 404, 409, 422, 503),
)
async def prepay(
    account_id: str, wish: Paying, key: IdempotencyKey, parts: UsedParts
) -> JSONResponse:
    """Money in advance, applied to nothing until staff do (R90)."""
    return await _paid(parts, _command(account_id, wish, key, prepay_cents=wish.amount_cents))


@router.post("/account-payments/{payment_id}/refresh", responses=responses(404, 422, 503))
async def refresh_payment(payment_id: str, wish: Wish, parts: UsedParts) -> StatusOut:
    """Ask the processor now, for a customer who has come back and waits."""
    try:
        attempt = await refresh_attempt(
            wish.company_id,
            payment_id,
            books=parts.books,
            gateway=parts.gateway,
            clock=parts.clock,
        )
    except AttemptNotFoundError as error:
        raise AccountPaymentNotFoundError from error
    except GatewayError as error:
        raise PaymentsUnavailableError from error
    return StatusOut(status=status_of(attempt), reason=_reason(attempt))


@router.get(
    "/accounts/{account_id}/statement", response_class=Response, responses=responses(404, 422)
)
async def read_statement(
    *,
    account_id: str,
    company_id: str,
    parts: UsedParts,
    form: Annotated[Literal["pdf", "csv"], Query(alias="format")] = "pdf",
    since: Annotated[date | None, Query(alias="from")] = None,
    until: Annotated[date | None, Query(alias="to")] = None,
) -> Response:
    """As staff get it; payments and credits only if customers may see them (R94)."""
    settings = await parts.lists.settings(company_id)
    return await statement(
        parts,
        company_id,
        account_id,
        form=form,
        since=since,
        until=until,
        with_moves=settings.portal.billing_history,
    )


@router.get("/orders/{order_id}/document", response_class=Response, responses=responses(404, 422))
async def read_order(order_id: str, company_id: str, parts: UsedParts) -> Response:
    """The parent invoice of an order as PDF (C19)."""
    return await order_document(parts, company_id, order_id)


@router.get(
    "/account-payments/{payment_id}/receipt",
    response_class=Response,
    responses=responses(404, 422),
)
async def read_receipt(payment_id: str, company_id: str, parts: UsedParts) -> Response:
    """One receipt for the whole payment."""
    return await account_receipt(parts, company_id, payment_id)


def status_of(attempt: Attempt) -> str:
    """`succeeded`, `processing`, `awaiting_payer`, `failed`, `expired` or `unknown`."""
    if attempt.paid_at is not None:
        return "succeeded"
    if attempt.state in _WAITING:
        return "awaiting_payer"
    if attempt.state is AttemptState.PROCESSING:
        return "processing"
    if attempt.state in _OVER:
        return "expired" if attempt.state is AttemptState.EXPIRED else "failed"
    return "unknown"


def _reason(attempt: Attempt) -> str:
    return attempt.failures[-1].reason if attempt.failures and not attempt.paid_at else ""


def _command(account_id: str, wish: Paying, key: str, **chosen: Any) -> PayInvoices:
    saved = isinstance(wish.method, SavedIn)
    return PayInvoices(
        company_id=wish.company_id,
        account_id=account_id,
        attempt_id=id_from("apay", f"{wish.company_id}:{account_id}", key),
        contact_id=wish.contact_id,
        payer_name=wish.payer_name,
        payer_email=wish.payer_email,
        amount_cents=wish.amount_cents,
        method_id=wish.method.method_id if isinstance(wish.method, SavedIn) else None,
        kind=Method.CARD if saved else Method(wish.method.kind),
        save_method=wish.save_method,
        success_url=wish.success_url,
        cancel_url=wish.cancel_url,
        request_key=key,
        **chosen,
    )


async def _paid(parts: Parts, command: PayInvoices) -> JSONResponse:
    attempt = await pay_invoices(
        command,
        books=parts.books,
        gateway=parts.gateway,
        clock=parts.clock,
        own_accounts=parts.own_accounts,
    )
    if attempt.state in _OVER and command.method_id:
        raise PaymentDeclinedError(_reason(attempt), reason=_reason(attempt))
    status = status_of(attempt)
    out = PaymentOut(
        account_payment_id=attempt.attempt_id,
        status=status,
        url=attempt.url if status == "awaiting_payer" else None,
    )
    return JSONResponse(out.model_dump(), 201)

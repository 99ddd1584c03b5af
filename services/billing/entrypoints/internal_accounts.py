"""What portal may ask for an account's people who are signed in: paying, methods, autopay."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from services.billing.domain.account_refusals import (
    AccountPaymentNotFoundError,
    PaymentDeclinedError,
    SetupNotFoundError,
)
from services.billing.domain.attempt import Attempt, AttemptState
from services.billing.domain.methods import Setup
from services.billing.domain.payment import Method
from services.billing.domain.refusals import AttemptNotFoundError, PaymentsUnavailableError
from services.billing.entrypoints.internal import Id, Url, Wish
from services.billing.entrypoints.once import id_from
from services.billing.entrypoints.parts import Parts, UsedParts
from services.billing.usecases.change_autopay import ChangeAutopay, change_autopay
from services.billing.usecases.change_method import ChangeMethod, change_method, remove_method
from services.billing.usecases.pay_invoices import PayInvoices, pay_invoices
from services.billing.usecases.ports import GatewayError
from services.billing.usecases.refresh_attempt import refresh_attempt
from services.billing.usecases.refresh_setup import refresh_setup
from services.billing.usecases.start_setup import StartSetup, start_setup
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


class SetupIn(Wish):
    """A page to put a method on file."""

    contact_id: Id
    actor_name: Name = ""
    kind: Kind
    success_url: Url
    cancel_url: Url


class SetupOut(BaseModel):
    """Where to send the customer."""

    setup_id: str
    url: str


class ActorIn(Wish):
    """Who is signed in."""

    contact_id: Id
    actor_name: Name = ""


class AutopayIn(ActorIn):
    """In or out; without a method the account's default is charged."""

    enrolled: bool
    method_id: Id | None = None


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


@router.post(
    "/accounts/{account_id}/setups",
    status_code=201,
    responses=responses(403, 404, 409, 422, 503),
)
async def begin_setup(
    account_id: str, wish: SetupIn, key: IdempotencyKey, parts: UsedParts
) -> SetupOut:
    """Open a page on which a method is saved without charging."""
    setup = await start_setup(
        StartSetup(
            company_id=wish.company_id,
            account_id=account_id,
            setup_id=id_from("setup", wish.company_id, key),
            kind=Method(wish.kind),
            actor_name=wish.actor_name,
            success_url=wish.success_url,
            cancel_url=wish.cancel_url,
        ),
        books=parts.books,
        gateway=parts.gateway,
        clock=parts.clock,
        own_accounts=parts.own_accounts,
    )
    return SetupOut(setup_id=setup.setup_id, url=setup.url or "")


@router.post("/setups/{setup_id}/refresh", responses=responses(404, 422, 503))
async def finish_setup(setup_id: str, wish: Wish, parts: UsedParts) -> StatusOut:
    """`saved`, `awaiting_payer` or `expired`."""
    setup = await parts.books.setup_behind(setup_id)
    if setup is None or setup.company_id != wish.company_id:
        raise SetupNotFoundError
    try:
        setup = await refresh_setup(
            setup, books=parts.books, gateway=parts.gateway, clock=parts.clock
        )
    except GatewayError as error:
        raise PaymentsUnavailableError from error
    return StatusOut(status=_setup_status(setup))


@router.post("/accounts/{account_id}/methods/{method_id}/default", responses=responses(403, 404))
async def make_default(
    account_id: str, method_id: str, wish: ActorIn, parts: UsedParts
) -> dict[str, Any]:
    """Charge this one unless another is named."""
    command = _method_command(account_id, method_id, wish)
    method = await change_method(command, books=parts.books)
    return {"method_id": method.method_id, "is_default": method.is_default}


@router.post("/accounts/{account_id}/methods/{method_id}/remove", responses=responses(403, 404))
async def remove(
    account_id: str, method_id: str, wish: ActorIn, parts: UsedParts
) -> dict[str, Any]:
    """Take it off file, here and at the processor."""
    command = _method_command(account_id, method_id, wish)
    method = await remove_method(command, books=parts.books)
    return {"method_id": method.method_id, "removed": method.removed}


@router.post("/accounts/{account_id}/autopay", responses=responses(403, 404, 422))
async def autopay(account_id: str, wish: AutopayIn, parts: UsedParts) -> dict[str, Any]:
    """In or out; nothing is charged by it."""
    command = ChangeAutopay(
        company_id=wish.company_id,
        account_id=account_id,
        enrolled=wish.enrolled,
        method_id=wish.method_id,
        by="customer",
        actor_name=wish.actor_name,
    )
    now = await change_autopay(command, books=parts.books, clock=parts.clock)
    return {"enrolled": now.enrolled, "enrolled_at": now.enrolled_at, "method_id": now.method_id}


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


def _setup_status(setup: Setup) -> str:
    if setup.method_id:
        return "saved"
    return "expired" if setup.over else "awaiting_payer"


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


def _method_command(account_id: str, method_id: str, wish: ActorIn) -> ChangeMethod:
    return ChangeMethod(
        company_id=wish.company_id,
        account_id=account_id,
        method_id=method_id,
        by="customer",
        actor_name=wish.actor_name,
    )

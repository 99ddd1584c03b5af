"""What the other services may ask: paying, refreshing, deferring, documents."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.billing.domain.invoice import Deferral
from services.billing.domain.refusals import PaymentsUnavailableError
from services.billing.entrypoints.documents import invoice_pdf, receipt_pdf
from services.billing.entrypoints.parts import UsedParts
from services.billing.usecases.defer_invoice import defer_invoice
from services.billing.usecases.ports import GatewayError
from services.billing.usecases.refresh_attempt import refresh_attempt
from services.billing.usecases.start_checkout import StartCheckout, start_checkout
from shared.idempotency import IdempotencyKey
from shared.identity import service_call
from shared.money import PositiveCents
from shared.problem_answers import responses

router = APIRouter(
    prefix="/internal/v1",
    tags=["internal"],
    dependencies=[Depends(service_call("portal", "notifications", "scheduling"))],
)
Id = Annotated[str, Field(min_length=1, max_length=80)]
Url = Annotated[str, Field(min_length=1, max_length=2000, pattern="^https?://")]


class Wish(BaseModel):
    """A strict request body."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    company_id: Id


class CheckoutIn(Wish):
    """`amount_cents` is what the payer's page showed; another amount is refused."""

    amount_cents: PositiveCents
    success_url: Url
    cancel_url: Url


class CheckoutOut(BaseModel):
    """Where to send the payer."""

    attempt_id: str
    url: str
    expires_at: AwareDatetime


class DeferralIn(Wish):
    """The client pays at closing (C30)."""

    closing_on: date
    contact_name: Annotated[str, Field(min_length=1, max_length=200)]
    contact_email: Annotated[str, Field(min_length=3, max_length=254)]
    accepted_by: Annotated[str, Field(min_length=1, max_length=200)]


class StateOut(BaseModel):
    """How far an attempt has come."""

    state: str


@router.post(
    "/invoices/{invoice_id}/checkouts",
    status_code=201,
    responses=responses(404, 409, 422, 503),
)
async def checkouts(
    invoice_id: str, wish: CheckoutIn, key: IdempotencyKey, parts: UsedParts
) -> CheckoutOut:
    """Reserve the invoice and open a hosted page; a repeat gets the page that is open."""
    attempt = await start_checkout(
        StartCheckout(
            company_id=wish.company_id,
            invoice_id=invoice_id,
            amount_cents=wish.amount_cents,
            success_url=wish.success_url,
            cancel_url=wish.cancel_url,
            request_key=key,
        ),
        books=parts.books,
        gateway=parts.gateway,
        clock=parts.clock,
        new_id=parts.new_id,
        own_accounts=parts.own_accounts,
    )
    if attempt.url is None:
        raise PaymentsUnavailableError
    return CheckoutOut(
        attempt_id=attempt.attempt_id, url=attempt.url, expires_at=attempt.expires_at
    )


@router.post("/attempts/{attempt_id}/refresh", responses=responses(404, 422, 503))
async def refresh(attempt_id: str, wish: Wish, parts: UsedParts) -> StateOut:
    """Ask the processor now, for a payer who has come back and waits."""
    try:
        attempt = await refresh_attempt(
            wish.company_id,
            attempt_id,
            books=parts.books,
            gateway=parts.gateway,
            clock=parts.clock,
        )
    except GatewayError as error:
        raise PaymentsUnavailableError from error
    return StateOut(state=attempt.state.value)


@router.post("/invoices/{invoice_id}/deferral", responses=responses(404, 409, 422))
async def deferral(invoice_id: str, wish: DeferralIn, parts: UsedParts) -> dict[str, Any]:
    """The client accepted to pay at closing."""
    bill = await defer_invoice(
        company_id=wish.company_id,
        invoice_id=invoice_id,
        deferral=Deferral(
            closing_on=wish.closing_on,
            contact_name=wish.contact_name,
            contact_email=wish.contact_email,
            accepted_by=wish.accepted_by,
            accepted_at=parts.clock(),
        ),
        books=parts.books,
        clock=parts.clock,
    )
    return {"status": bill.invoice(invoice_id).status.value}


@router.get(
    "/invoices/{invoice_id}/document", response_class=Response, responses=responses(404, 422)
)
async def document(invoice_id: str, company_id: str, parts: UsedParts) -> Response:
    """The invoice as PDF, as it now is."""
    return await invoice_pdf(parts, company_id, invoice_id)


@router.get(
    "/payments/{payment_id}/receipt", response_class=Response, responses=responses(404, 422)
)
async def receipt(payment_id: str, company_id: str, parts: UsedParts) -> Response:
    """The receipt of one payment as PDF."""
    return await receipt_pdf(parts, company_id, payment_id)

"""What portal asks for a client who invites somebody to pay a part of his invoice."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from pydantic import Field

from services.billing.domain.told import invoice_told
from services.billing.entrypoints.api_shapes import Id, In
from services.billing.entrypoints.api_split_shapes import PreviewOut, ShareIn
from services.billing.entrypoints.once import id_from, once
from services.billing.entrypoints.parts import UsedParts
from services.billing.usecases.invite_payer import InvitePayer, invite_payer
from services.billing.usecases.preview_invitation import preview_invitation
from services.billing.usecases.withdraw_invitation import withdraw_invitation
from shared.contracts import billing as contract
from shared.idempotency import IdempotencyKey
from shared.identity import service_call
from shared.problem_answers import responses

router = APIRouter(
    prefix="/internal/v1/invoices/{client_invoice_id}/invitations",
    tags=["internal"],
    dependencies=[Depends(service_call("portal"))],
)


class InvitationIn(ShareIn):
    """Whom the client asks, and for what: exactly one kind of share."""

    company_id: Id
    contact_id: Id
    invited_by: Annotated[str, Field(min_length=1, max_length=200)]


class WithdrawIn(In):
    """Whose invitation."""

    company_id: Id


@router.post(
    "",
    status_code=201,
    response_model=contract.Invoice,
    responses=responses(403, 404, 409, 422),
)
async def invite(
    client_invoice_id: str, wish: InvitationIn, key: IdempotencyKey, parts: UsedParts
) -> JSONResponse:
    """Invoice the person for that part and mail it to him; at most the client's open balance."""
    command = _command(client_invoice_id, wish, key)

    async def act() -> object:
        bill = await invite_payer(
            command, books=parts.books, clock=parts.clock, own_accounts=parts.own_accounts
        )
        return invoice_told(bill, bill.invoice(command.invoice_id)).model_dump(mode="json")

    meaning = ["invite", client_invoice_id, wish.model_dump(mode="json")]
    return await once(parts, company_id=wish.company_id, key=key, meaning=meaning, act=act)


@router.post("/preview", responses=responses(404, 422))
async def preview(client_invoice_id: str, wish: InvitationIn, parts: UsedParts) -> PreviewOut:
    """What the invitation would do to the bill, or why it would be refused; writes nothing."""
    command = _command(client_invoice_id, wish, "preview")
    seen = await preview_invitation(
        command, books=parts.books, clock=parts.clock, own_accounts=parts.own_accounts
    )
    return PreviewOut.of(seen)


@router.post("/{invoice_id}/withdraw", responses=responses(404, 409, 422))
async def withdraw(
    client_invoice_id: str, invoice_id: str, wish: WithdrawIn, parts: UsedParts
) -> contract.Invoice:
    """Take it back while nothing is paid and nothing is on its way."""
    bill = await withdraw_invitation(
        company_id=wish.company_id,
        client_invoice_id=client_invoice_id,
        invoice_id=invoice_id,
        books=parts.books,
        clock=parts.clock,
    )
    return invoice_told(bill, bill.invoice(invoice_id))


def _command(client_invoice_id: str, wish: InvitationIn, key: str) -> InvitePayer:
    return InvitePayer(
        company_id=wish.company_id,
        client_invoice_id=client_invoice_id,
        invoice_id=id_from("invoice", wish.company_id, key),
        send_id=id_from("send", wish.company_id, key),
        contact_id=wish.contact_id,
        share=wish.share,
        invited_by=wish.invited_by,
    )

"""JSON: invoices and balances, sending an invoice, the billing settings."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse, Response

from services.billing.domain.company import Settings
from services.billing.domain.listing import InvoiceQuery
from services.billing.domain.refusals import PaymentsUnavailableError, UnknownAccountError
from services.billing.domain.told import invoice_told
from services.billing.entrypoints.api_shapes import (
    BalanceOut,
    InvoiceRowOut,
    InvoicesOut,
    SendIn,
    SettingsIn,
    SettingsOut,
)
from services.billing.entrypoints.documents import invoice_pdf
from services.billing.entrypoints.once import id_from, once
from services.billing.entrypoints.parts import Parts, UsedParts
from services.billing.usecases.cancel_deferral import cancel_deferral
from services.billing.usecases.change_settings import change_settings
from services.billing.usecases.ports import GatewayError, RejectedError
from services.billing.usecases.send_invoice import SendInvoice, send_invoice
from shared.contracts import billing as contract
from shared.idempotency import IdempotencyKey
from shared.identity import ApiClient, Permission, Staff, may
from shared.problem_answers import responses

router = APIRouter(prefix="/api/billing/v1", tags=["invoices"])
Reading = Annotated[Staff | ApiClient, Depends(may(Permission.READ))]
Billing = Annotated[Staff | ApiClient, Depends(may(Permission.BILL))]
Setting = Annotated[Staff | ApiClient, Depends(may(Permission.SETTINGS))]
Status = Literal["", "open", "processing", "paid", "deferred", "void"]


def name_of(caller: Staff | ApiClient) -> str:
    """Who did it, for the record."""
    return caller.name if isinstance(caller, Staff) else f"API key {caller.key_id}"


@router.get("/invoices", responses=responses(401, 403, 422))
async def list_invoices(
    *,
    caller: Reading,
    parts: UsedParts,
    status: Status = "",
    q: Annotated[str, Query(max_length=100)] = "",
    inspection_id: Annotated[str, Query(max_length=80)] = "",
    cursor: Annotated[str, Query(max_length=200)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> InvoicesOut:
    """A page of the company's invoices, newest first."""
    query = InvoiceQuery(
        status=status, words=q, inspection_id=inspection_id, after=cursor, limit=limit
    )
    found = await parts.lists.invoices(caller.company_id, query)
    rows = [InvoiceRowOut.of(row) for row in found.rows]
    return InvoicesOut(items=rows, next_cursor=found.next_cursor)


@router.get("/invoices/{invoice_id}", responses=responses(401, 403, 404))
async def read_invoice(invoice_id: str, caller: Reading, parts: UsedParts) -> contract.Invoice:
    """One invoice with its lines and payments."""
    bill = await parts.lists.bill_of_invoice(caller.company_id, invoice_id)
    return invoice_told(bill, bill.invoice(invoice_id))


@router.get(
    "/invoices/{invoice_id}/document",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}}, **responses(401, 403, 404)},
)
async def read_document(invoice_id: str, caller: Reading, parts: UsedParts) -> Response:
    """The invoice as PDF."""
    return await invoice_pdf(parts, caller.company_id, invoice_id)


@router.get("/inspections/{inspection_id}/balance", responses=responses(401, 403, 404))
async def read_balance(inspection_id: str, caller: Reading, parts: UsedParts) -> BalanceOut:
    """What the whole bill of an inspection stands at."""
    return BalanceOut.of(await parts.lists.bill(caller.company_id, inspection_id))


@router.post(
    "/invoices/{invoice_id}/send",
    status_code=202,
    responses=responses(401, 403, 404, 409, 422),
)
async def send(
    invoice_id: str, wish: SendIn, caller: Billing, key: IdempotencyKey, parts: UsedParts
) -> JSONResponse:
    """Mail an invoice to its payer, and to nobody else."""

    async def act() -> dict[str, Any]:
        command = SendInvoice(
            company_id=caller.company_id,
            invoice_id=invoice_id,
            send_id=id_from("send", caller.company_id, key),
            subject=wish.subject,
            body=wish.body,
            requested_by=name_of(caller),
        )
        await send_invoice(command, books=parts.books, clock=parts.clock)
        return {"send_id": command.send_id}

    return await once(
        parts,
        company_id=caller.company_id,
        key=key,
        meaning=["send", invoice_id, wish.model_dump()],
        act=act,
        status=202,
    )


@router.post("/invoices/{invoice_id}/cancel-deferral", responses=responses(401, 403, 404, 409))
async def undo_deferral(invoice_id: str, caller: Billing, parts: UsedParts) -> contract.Invoice:
    """The client may not pay at closing after all (C30)."""
    bill = await cancel_deferral(
        company_id=caller.company_id, invoice_id=invoice_id, books=parts.books, clock=parts.clock
    )
    return invoice_told(bill, bill.invoice(invoice_id))


@router.get("/settings", responses=responses(401, 403))
async def read_settings(caller: Reading, parts: UsedParts) -> SettingsOut:
    """How the company takes money online."""
    return await _settings_out(parts, await parts.lists.settings(caller.company_id))


@router.put("/settings", responses=responses(401, 403, 422, 503))
async def put_settings(wish: SettingsIn, caller: Setting, parts: UsedParts) -> SettingsOut:
    """Change it; the account is looked up at the processor first."""
    try:
        settings = await change_settings(
            company_id=caller.company_id,
            online_wanted=wish.online_payments,
            stripe_account_id=wish.stripe_account_id if parts.own_accounts else None,
            books=parts.books,
            gateway=parts.gateway,
            own_accounts=parts.own_accounts,
        )
    except RejectedError as error:
        raise UnknownAccountError from error
    except GatewayError as error:
        raise PaymentsUnavailableError from error
    return await _settings_out(parts, settings)


async def _settings_out(parts: Parts, settings: Settings) -> SettingsOut:
    company = await parts.lists.company(settings.company_id)
    online = settings.takes_money(company, own_accounts=parts.own_accounts)
    return SettingsOut(
        online_payments=settings.online_wanted,
        stripe_account_id=settings.stripe_account_id,
        takes_money=online,
        accepts_bank_payments=online and settings.bank_payments,
    )

"""JSON: invoices for third parties: add, take back, copy the link."""

from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from services.billing.domain.told import invoice_told
from services.billing.entrypoints.api_invoices import Billing
from services.billing.entrypoints.api_shapes import Id, In
from services.billing.entrypoints.once import id_from, once
from services.billing.entrypoints.parts import UsedParts
from services.billing.usecases.add_invoice import AddInvoice, add_invoice
from services.billing.usecases.copy_link import copy_link
from services.billing.usecases.void_invoice import void_invoice
from shared.contracts import billing as contract
from shared.idempotency import IdempotencyKey
from shared.money import Cents
from shared.problem_answers import responses

router = APIRouter(prefix="/api/billing/v1", tags=["third-party invoices"])
LINES_MAX = 100


class InvoiceIn(In):
    """Who pays, and either `line_ids` or `fixed_cents` (R38)."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"examples": [{"contact_id": "3f0c", "fixed_cents": 15000}]},
    )
    contact_id: Id
    line_ids: Annotated[tuple[Id, ...], Field(max_length=LINES_MAX)] = ()
    fixed_cents: Cents | None = None


class LinkOut(BaseModel):
    """A link that opens this invoice and nothing else; it is in this answer only."""

    url: str


@router.post(
    "/inspections/{inspection_id}/invoices",
    status_code=201,
    response_model=contract.Invoice,
    responses=responses(401, 403, 404, 409, 422),
)
async def add(
    inspection_id: str, wish: InvoiceIn, caller: Billing, key: IdempotencyKey, parts: UsedParts
) -> JSONResponse:
    """Invoice a person of the inspection for a part of what is unpaid; nothing is mailed."""
    invoice_id = id_from("invoice", caller.company_id, key)

    async def act() -> Any:
        command = AddInvoice(
            company_id=caller.company_id,
            inspection_id=inspection_id,
            invoice_id=invoice_id,
            contact_id=wish.contact_id,
            line_ids=wish.line_ids,
            fixed_cents=wish.fixed_cents,
        )
        bill = await add_invoice(
            command, books=parts.books, clock=parts.clock, own_accounts=parts.own_accounts
        )
        return invoice_told(bill, bill.invoice(invoice_id)).model_dump(mode="json")

    meaning = ["add", inspection_id, wish.model_dump(mode="json")]
    return await once(parts, company_id=caller.company_id, key=key, meaning=meaning, act=act)


@router.post("/invoices/{invoice_id}/void", responses=responses(401, 403, 404, 409))
async def void(invoice_id: str, caller: Billing, parts: UsedParts) -> contract.Invoice:
    """Take a third party's unpaid invoice back."""
    bill = await void_invoice(
        company_id=caller.company_id, invoice_id=invoice_id, books=parts.books, clock=parts.clock
    )
    return invoice_told(bill, bill.invoice(invoice_id))


@router.post("/invoices/{invoice_id}/link", responses=responses(401, 403, 404, 409, 503))
async def link(invoice_id: str, caller: Billing, parts: UsedParts) -> LinkOut:
    """Mint a link to hand over yourself."""
    bill = await parts.lists.bill_of_invoice(caller.company_id, invoice_id)
    return LinkOut(url=await copy_link(bill, invoice_id, links=parts.links))

"""JSON: invoices for third parties: preview, add, change, take back, copy the link."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from services.billing.domain.changing import Change
from services.billing.domain.division import Share
from services.billing.domain.told import invoice_told
from services.billing.entrypoints.api_invoices import Billing
from services.billing.entrypoints.api_split_shapes import (
    ChangeIn,
    EqualPartsIn,
    InvoiceIn,
    InvoicesMade,
    PreviewIn,
    PreviewOut,
)
from services.billing.entrypoints.once import id_from, once
from services.billing.entrypoints.parts import UsedParts
from services.billing.usecases.add_invoice import AddInvoice, add_invoice
from services.billing.usecases.change_invoice import ChangeInvoice, change_invoice, current_id
from services.billing.usecases.copy_link import copy_link
from services.billing.usecases.preview_invoice import preview_invoice
from services.billing.usecases.void_invoice import void_invoice
from shared.contracts import billing as contract
from shared.idempotency import IdempotencyKey
from shared.problem_answers import responses

router = APIRouter(prefix="/api/billing/v1", tags=["third-party invoices"])


class LinkOut(BaseModel):
    """A link that opens this invoice and nothing else; it is in this answer only."""

    url: str


@router.post(
    "/inspections/{inspection_id}/invoices/preview", responses=responses(401, 403, 404, 422)
)
async def preview(
    inspection_id: str, wish: PreviewIn, caller: Billing, parts: UsedParts
) -> PreviewOut:
    """What such an invoice would do to the bill; nothing is written."""
    command = AddInvoice(
        company_id=caller.company_id,
        inspection_id=inspection_id,
        invoice_id="preview",
        contact_ids=wish.contact_ids,
        share=wish.share,
    )
    seen = await preview_invoice(
        command, books=parts.books, clock=parts.clock, own_accounts=parts.own_accounts
    )
    return PreviewOut.of(seen)


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
    command = AddInvoice(
        company_id=caller.company_id,
        inspection_id=inspection_id,
        invoice_id=id_from("invoice", caller.company_id, key),
        contact_ids=(wish.contact_id,),
        share=wish.share,
        due_on=wish.due_on,
        reference=wish.reference,
        collect_now=wish.collect_now,
    )

    async def act() -> Any:
        bill = await add_invoice(
            command, books=parts.books, clock=parts.clock, own_accounts=parts.own_accounts
        )
        return invoice_told(bill, bill.invoice(command.invoice_id)).model_dump(mode="json")

    meaning = ["add", inspection_id, wish.model_dump(mode="json")]
    return await once(parts, company_id=caller.company_id, key=key, meaning=meaning, act=act)


@router.post(
    "/inspections/{inspection_id}/equal-parts",
    status_code=201,
    response_model=InvoicesMade,
    responses=responses(401, 403, 404, 409, 422),
)
async def split_equally(
    inspection_id: str, wish: EqualPartsIn, caller: Billing, key: IdempotencyKey, parts: UsedParts
) -> JSONResponse:
    """Divide the bill in equal parts: one invoice for each person, one part stays the client's."""
    command = AddInvoice(
        company_id=caller.company_id,
        inspection_id=inspection_id,
        invoice_id=id_from("invoice", caller.company_id, key),
        contact_ids=wish.contact_ids,
        share=Share(equal_parts=len(wish.contact_ids) + 1),
        due_on=wish.due_on,
        reference=wish.reference,
        collect_now=wish.collect_now,
    )

    async def act() -> Any:
        bill = await add_invoice(
            command, books=parts.books, clock=parts.clock, own_accounts=parts.own_accounts
        )
        return InvoicesMade.of(bill, command.invoice_ids).model_dump(mode="json")

    meaning = ["equal-parts", inspection_id, wish.model_dump(mode="json")]
    return await once(parts, company_id=caller.company_id, key=key, meaning=meaning, act=act)


@router.post("/invoices/{invoice_id}/preview", responses=responses(401, 403, 404, 422))
async def preview_change(
    invoice_id: str, wish: ChangeIn, caller: Billing, parts: UsedParts
) -> PreviewOut:
    """What such a change would do to the bill; nothing is written."""
    seen = await preview_invoice(
        _change(caller.company_id, invoice_id, wish),
        books=parts.books,
        clock=parts.clock,
        own_accounts=parts.own_accounts,
    )
    return PreviewOut.of(seen)


@router.patch("/invoices/{invoice_id}", responses=responses(401, 403, 404, 409, 422))
async def change(
    invoice_id: str, wish: ChangeIn, caller: Billing, parts: UsedParts
) -> contract.Invoice:
    """Change it. Another payer gets an invoice of his own, and this one is void."""
    command = _change(caller.company_id, invoice_id, wish)
    bill = await change_invoice(command, books=parts.books, clock=parts.clock)
    return invoice_told(bill, bill.invoice(current_id(bill, command)))


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


def _change(company_id: str, invoice_id: str, wish: ChangeIn) -> ChangeInvoice:
    return ChangeInvoice(
        company_id=company_id,
        invoice_id=invoice_id,
        replacement_id=id_from("invoice", company_id, f"{invoice_id}:{wish.contact_id}"),
        change=Change(
            share=wish.share if wish.says_share else None,
            contact_id=wish.contact_id,
            due_on=wish.due_on,
            reference=wish.reference,
            collect_now=wish.collect_now,
        ),
    )

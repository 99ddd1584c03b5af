"""Reading, signing and printing the agreement."""

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi import Form as Field
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.portal.domain.refusals import AgreementChangedError, InvalidSignatureError
from services.portal.entrypoints.access import CLIENT_PAGES, Client, Visitor, address_of
from services.portal.entrypoints.look import brand_of
from services.portal.entrypoints.wiring import wiring_of
from services.portal.usecases.show_agreement import show_agreement
from services.portal.usecases.sign_agreement import Signing, sign_agreement
from shared.ui import Form
from shared.webapp import page

router = APIRouter(prefix=CLIENT_PAGES, include_in_schema=False)


@router.get("/agreement")
async def agreement(request: Request, visitor: Client) -> HTMLResponse:
    """The text, and either the form or the signature under it."""
    return await _page(request, visitor, None)


@router.post("/agreement")
async def sign(
    request: Request,
    visitor: Client,
    agreement_id: Annotated[str, Field(max_length=64)],
    version: Annotated[int, Field(ge=1)],
) -> Response:
    """Sign, then back to the page; or the form again with what is wrong."""
    wiring = wiring_of(request)
    form = Form.posted((await request.form()).multi_items())
    signing = Signing(
        agreement_id=agreement_id,
        version=version,
        name=form.value("signed_by"),
        accepted=form.has("accepted"),
        address=address_of(request),
        user_agent=request.headers.get("user-agent", ""),
    )
    try:
        await sign_agreement(visitor.link, signing, wiring.views, wiring.signatures, wiring.clock())
    except InvalidSignatureError as error:
        form.refuse(str(error.extra["field"]), error.detail)
        return await _page(request, visitor, form, status=422)
    except AgreementChangedError as error:
        return await _page(request, visitor, None, status=409, changed=error.detail)
    return RedirectResponse(f"/p/i/{visitor.link.link_id}?saved=signed", 303)


async def _page(
    request: Request,
    visitor: Visitor,
    form: Form | None,
    *,
    status: int = 200,
    changed: str = "",
) -> HTMLResponse:
    wiring = wiring_of(request)
    shown = await show_agreement(visitor.link, wiring.views, wiring.signatures)
    record = shown.record
    text = record.text if record else shown.agreement.text
    return page(
        request,
        "agreement.html",
        status,
        brand=brand_of(shown.company),
        zone=shown.view.inspection.time_zone,
        base=f"/p/i/{visitor.link.link_id}",
        csrf_token=visitor.csrf_token,
        preview=visitor.preview,
        share_url="",
        inspection_id=visitor.link.inspection_id,
        inspection=shown.view.inspection,
        agreement=shown.agreement,
        record=record,
        signed_before=shown.signed_before,
        paragraphs=[part.strip() for part in text.split("\n\n") if part.strip()],
        form=form,
        changed=changed,
    )

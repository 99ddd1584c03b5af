"""Pages: the custom fields a company keeps for its account customers (R81)."""

from typing import Annotated, cast
from uuid import uuid4

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.scheduling.domain.custom_fields import LABEL_MAX, CustomFieldKind
from services.scheduling.entrypoints.account_forms import KINDS, choices_in
from services.scheduling.entrypoints.booking_form import one_line
from services.scheduling.entrypoints.once import Wish, once
from services.scheduling.entrypoints.pages_frame import STAFF_PATH, framed, noted, posted
from services.scheduling.entrypoints.parts import Parts, ServiceParts
from services.scheduling.usecases.change_custom_field import (
    ChangeCustomField,
    change_custom_field,
)
from services.scheduling.usecases.define_custom_field import (
    DefineCustomField,
    define_custom_field,
)
from services.scheduling.usecases.remove_custom_field import remove_custom_field
from shared.idempotency import Answer, IdempotencyKey
from shared.identity import Permission, Staff, staff_page
from shared.problems import RefusalError
from shared.ui import Form

router = APIRouter(prefix="/staff/scheduling/settings/custom-fields", include_in_schema=False)
Viewer = Annotated[Staff, Depends(staff_page(Permission.BILL))]
Owner = Annotated[Staff, Depends(staff_page(Permission.SETTINGS))]
HERE = f"{STAFF_PATH}/settings/custom-fields"


@router.get("")
async def get_fields(
    request: Request, staff: Viewer, parts: ServiceParts, edit: str = ""
) -> HTMLResponse:
    """Show the fields, and one of them to edit."""
    company = await parts.lookups.company(staff.company_id)
    edited = next((f for f in company.custom_fields if f.field_id == edit), None)
    form = Form({"kind": "text"})
    if edited:
        form = Form(
            {"label": edited.label, "kind": edited.kind, "choices": "\n".join(edited.choices)}
        )
    return await _shown(request, staff, parts, form, edit=edit if edited else "")


@router.post("")
async def post_field(
    request: Request, staff: Owner, parts: ServiceParts, key: IdempotencyKey
) -> Response:
    """Add a field, or change the one that is being edited."""
    form = await posted(request)
    edit = form.value("edit")
    try:
        if await _saved(form, staff, parts, edit, key):
            return RedirectResponse(HERE, 303)
    except RefusalError as refusal:
        noted(form, refusal, otherwise="label")
    return await _shown(request, staff, parts, form, edit=edit)


@router.post("/{field_id}/remove")
async def post_remove(field_id: str, staff: Owner, parts: ServiceParts) -> Response:
    """Remove a field."""
    await remove_custom_field(staff.company_id, field_id, office=parts.office)
    return RedirectResponse(HERE, 303)


async def _saved(form: Form, staff: Staff, parts: Parts, edit: str, key: str) -> bool:
    label = one_line(form, "label", "Enter the field's label")
    if len(label) > LABEL_MAX:
        form.refuse("label", f"Use at most {LABEL_MAX} characters")
    choices = choices_in(form)
    if edit:
        if not form.ok:
            return False
        change = ChangeCustomField(
            company_id=staff.company_id, field_id=edit, label=label, choices=choices
        )
        await change_custom_field(change, office=parts.office)
        return True
    kind = form.choice("kind", [kind for kind, _ in KINDS], "Choose a kind")
    if not form.ok:
        return False
    new = DefineCustomField(
        company_id=staff.company_id,
        label=label,
        kind=cast("CustomFieldKind", kind),
        choices=choices if kind == "choice" else (),
    )
    await once(
        parts,
        Wish(company_id=staff.company_id, key=key, meaning=["field", vars(new)]),
        lambda office: define_custom_field(new, office=office, secrets=parts.secrets),
        lambda company: Answer(201, {"company_id": company.company_id}),
    )
    return True


async def _shown(
    request: Request, staff: Staff, parts: Parts, form: Form, *, edit: str
) -> HTMLResponse:
    company = await parts.lookups.company(staff.company_id)
    edited = next((f for f in company.custom_fields if f.field_id == edit), None)
    return await framed(
        request,
        staff,
        parts,
        "settings_custom_fields.html",
        200 if form.ok else 422,
        current="settings",
        tab="custom-fields",
        form=form,
        edited=edited,
        fields=company.custom_fields,
        kinds=KINDS,
        kind_words=dict(KINDS),
        may_change=staff.may(Permission.SETTINGS),
        key=uuid4().hex,
    )

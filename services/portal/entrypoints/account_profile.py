"""The account's own page: its people, and the custom fields the company shows (R81)."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.portal.domain.account_profile import ProfileField
from services.portal.domain.refusals import ProfileRefusedError
from services.portal.entrypoints.account_access import AccountVisit, Visit
from services.portal.entrypoints.account_frame import account_page
from services.portal.usecases.save_profile import save_profile, shown_fields
from shared.problems import UnavailableError
from shared.ui import Form

router = APIRouter(prefix="/account/profile", include_in_schema=False)
PREFIX = "field-"


@router.get("")
async def profile(
    request: Request, visit: AccountVisit, saved: Annotated[str, Query(max_length=16)] = ""
) -> HTMLResponse:
    """Fields that are not shown are not on the page either."""
    form = Form({f"{PREFIX}{f.field_id}": f.value for f in shown_fields(visit.customer)})
    return _profile_page(request, visit, form, saved=saved)


def _profile_page(
    request: Request, visit: Visit, form: Form, status: int = 200, **more: object
) -> HTMLResponse:
    return account_page(
        request,
        visit,
        "profile.html",
        "profile",
        status,
        fields=shown_fields(visit.customer),
        choices={
            f.field_id: [(choice, choice) for choice in f.choices]
            for f in shown_fields(visit.customer)
        },
        prefix=PREFIX,
        **{"form": form, "saved": "", "away": False, **more},
    )


@router.post("")
async def save(request: Request, visit: AccountVisit) -> Response:
    """Send the visible fields to scheduling, which owns them; others are not sent at all."""
    form = Form.posted((await request.form()).multi_items())
    fields = shown_fields(visit.customer)
    typed = {field.field_id: _typed(form, field) for field in fields}
    if not form.ok:
        return _profile_page(request, visit, form, 422)
    try:
        await save_profile(visit.customer, typed, visit.wiring.customers.profiles)
    except ProfileRefusedError as error:
        known = [field.field_id for field in fields]
        where = error.field_id if error.field_id in known else next(iter(known), "")
        form.refuse(f"{PREFIX}{where}", error.detail)
        return _profile_page(request, visit, form, 422)
    except UnavailableError:
        return _profile_page(request, visit, form, 503, away=True)
    return RedirectResponse("/account/profile?saved=yes", 303)


def _typed(form: Form, field: ProfileField) -> str:
    name = f"{PREFIX}{field.field_id}"
    if field.kind == "date":
        form.day(name)
    elif field.kind == "choice":
        form.choice(name, field.choices)
    return form.text(name)

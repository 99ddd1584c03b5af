"""Alert Resources and one's own mail preference for programs."""

from datetime import time
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from services.notifications.domain.quiet_hours import QuietHours
from services.notifications.domain.staff_mail import MailMode
from services.notifications.entrypoints.alert_resource_views import resource_views
from services.notifications.entrypoints.api import Strict, name_of
from services.notifications.entrypoints.office import TheOffice
from services.notifications.usecases.choose_alert_resources import choose_alert_resources
from services.notifications.usecases.prefer_mail import prefer_mail
from shared.identity import ApiClient, Permission, Staff, may
from shared.problem_answers import responses
from shared.problems import ForbiddenError

Keeper = Annotated[Staff | ApiClient, Depends(may(Permission.SETTINGS))]
Person = Annotated[Staff | ApiClient, Depends(may(Permission.READ))]
Ids = Annotated[list[str], Field(max_length=500)]
router = APIRouter(prefix="/api/notifications/v1", tags=["alerts"])


class AlertResourcesIn(Strict):
    """Staff ids by resource. What is not named has nobody chosen."""

    resources: dict[str, Ids] = Field(
        examples=[{"autopay_changed": ["staff-1"], "prepayment_made": []}], max_length=50
    )


class AlertResourceOut(BaseModel):
    """One kind of event and who is told."""

    key: str
    label: str
    description: str
    staff_ids: list[str]


class AlertResourcesOut(BaseModel):
    """All of them. With nobody chosen an alert is stored unassigned (C27)."""

    items: list[AlertResourceOut]


class PreferenceIn(Strict):
    """How the signed-in person hears of alerts by mail. Times on the company's clock."""

    mode: MailMode
    quiet_from: time = time(0)
    quiet_until: time = time(0)
    """Equal to `quiet_from`: no quiet hours."""


@router.get("/alert-resources", responses=responses(401, 403))
async def read_alert_resources(caller: Keeper, office: TheOffice) -> AlertResourcesOut:
    """Who is told about what."""
    desk = office.post.desks.reading
    chosen = await desk.alert_choices.chosen(caller.company_id)
    team = await desk.views.staff(caller.company_id)
    return AlertResourcesOut(
        items=[
            AlertResourceOut(
                key=row.resource.key,
                label=row.resource.label,
                description=row.resource.sub,
                staff_ids=[choice.staff_id for choice in row.choices if choice.chosen],
            )
            for row in resource_views(chosen, team, await desk.views.company(caller.company_id))
        ]
    )


@router.put("/alert-resources", responses=responses(401, 403, 422))
async def set_alert_resources(
    wanted: AlertResourcesIn, caller: Keeper, office: TheOffice
) -> AlertResourcesOut:
    """`staff_not_found` (422) for somebody who is not on the team; `plan_without_portal` (403)."""
    await choose_alert_resources(
        caller.company_id,
        wanted.resources,
        by=name_of(caller),
        desk=office.post.desks.reading,
        now=office.post.clock(),
    )
    return await read_alert_resources(caller, office)


@router.put("/me/mail-preference", status_code=204, responses=responses(401, 403, 422))
async def set_mail_preference(wanted: PreferenceIn, caller: Person, office: TheOffice) -> None:
    """Of the person who asks; an API key is nobody who reads mail (403)."""
    if not isinstance(caller, Staff):
        raise ForbiddenError("Only a member of the team has a mail preference")
    await prefer_mail(
        caller.company_id,
        caller.staff_id,
        mode=wanted.mode,
        quiet=QuietHours(
            start=wanted.quiet_from.replace(tzinfo=None),
            end=wanted.quiet_until.replace(tzinfo=None),
        ),
        desk=office.post.desks.reading,
    )

"""JSON: booking, finding, moving, publishing and cancelling inspections."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse

from services.scheduling.domain.inspection import Inspection
from services.scheduling.domain.refusals import CompanyWideOnlyError
from services.scheduling.entrypoints.api_answers import (
    InspectionDetail,
    InspectionOut,
    InspectionPage,
    inspection_detail,
    inspection_out,
)
from services.scheduling.entrypoints.api_requests import (
    DuplicateIn,
    InspectionChangeIn,
    InspectionIn,
    RescheduleIn,
    RevisionIn,
    SiteIn,
)
from services.scheduling.entrypoints.once import Wish, once
from services.scheduling.entrypoints.parts import ServiceParts
from services.scheduling.usecases._booking import NewLine, NewPerson
from services.scheduling.usecases.cancel_inspection import CancelInspection, cancel_inspection
from services.scheduling.usecases.change_release_policy import (
    ChangeReleasePolicy,
    change_release_policy,
)
from services.scheduling.usecases.disable_notifications import (
    DisableNotifications,
    disable_notifications,
)
from services.scheduling.usecases.duplicate_inspection import (
    DuplicateInspection,
    duplicate_inspection,
)
from services.scheduling.usecases.reschedule_inspection import (
    RescheduleInspection,
    reschedule_inspection,
)
from services.scheduling.usecases.schedule_inspection import (
    ScheduleInspection,
    schedule_inspection,
)
from services.scheduling.usecases.unlock_report import UnlockReport, unlock_report
from shared.idempotency import Answer, IdempotencyKey
from shared.identity import ApiClient, Permission, Staff, may
from shared.problem_answers import responses

router = APIRouter(prefix="/api/scheduling/v1/inspections", tags=["inspections"])
Reader = Annotated[Staff | ApiClient, Depends(may(Permission.READ))]
Scheduler = Annotated[Staff | ApiClient, Depends(may(Permission.SCHEDULE))]
Biller = Annotated[Staff | ApiClient, Depends(may(Permission.BILL))]
CHANGED = responses(401, 403, 404, 409, 422)


@router.get("", responses=responses(401, 403, 422))
async def get_inspections(  # noqa: PLR0917 - FastAPI passes them by name
    caller: Reader,
    parts: ServiceParts,
    q: Annotated[str, Query(max_length=100)] = "",
    status: Literal["scheduled", "published", "cancelled"] | None = None,
    account_id: Annotated[str | None, Query(max_length=64)] = None,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
) -> InspectionPage:
    """List inspections by start, latest first; `q` looks in number, address, names."""
    found = await parts.lookups.search(
        caller.company_id,
        text=q,
        status=status,
        account_id=account_id,
        cursor=cursor,
        limit=limit,
    )
    items = [inspection_out(row.inspection) for row in found.rows]
    return InspectionPage(items=items, next_cursor=found.next_cursor)


@router.post("", status_code=201, response_model=InspectionOut, responses=CHANGED)
async def post_inspection(
    body: InspectionIn, caller: Scheduler, parts: ServiceParts, key: IdempotencyKey
) -> JSONResponse:
    """Book an inspection. Under collect after publish, payment is required and locked (R5, R6)."""
    if body.collect_payment_after_publish is not None:
        raise CompanyWideOnlyError(field="collect_payment_after_publish")
    command = ScheduleInspection(
        company_id=caller.company_id,
        account_id=body.account_id,
        site_id=body.site_id,
        **_place(body.site),
        starts_at=body.starts_at,
        duration_minutes=body.duration_minutes,
        time_zone=body.time_zone,
        inspector_id=body.inspector_id,
        people=tuple(NewPerson(**person.model_dump()) for person in body.people),
        lines=tuple(NewLine(**line.model_dump()) for line in body.lines),
        require_payment=body.require_payment,
        notifications_disabled=body.notifications_disabled,
    )
    known = await once(
        parts,
        Wish(company_id=caller.company_id, key=key, meaning=["inspection", body.model_dump()]),
        lambda office: schedule_inspection(
            command, office=office, secrets=parts.secrets, now=parts.now()
        ),
        _created,
    )
    return JSONResponse(known.body, known.status)


@router.get("/{inspection_id}", responses=responses(401, 403, 404))
async def get_inspection(
    inspection_id: str, caller: Reader, parts: ServiceParts
) -> InspectionDetail:
    """Show one inspection with its standing."""
    lookups, company_id = parts.lookups, caller.company_id
    return inspection_detail(
        await lookups.inspection(company_id, inspection_id),
        await lookups.balance_of(company_id, inspection_id),
        await lookups.agreement_of(company_id, inspection_id),
    )


@router.patch("/{inspection_id}", responses=CHANGED)
async def patch_inspection(
    inspection_id: str, body: InspectionChangeIn, caller: Scheduler, parts: ServiceParts
) -> InspectionOut:
    """Change whether the report waits for payment, and whether automated mails are off."""
    if body.collect_payment_after_publish is not None:
        raise CompanyWideOnlyError(field="collect_payment_after_publish")
    inspection = await parts.lookups.inspection(caller.company_id, inspection_id)
    inspection.must_be_at(body.revision)
    if body.require_payment is not None:
        release = ChangeReleasePolicy(
            company_id=caller.company_id,
            inspection_id=inspection_id,
            require_payment=body.require_payment,
        )
        inspection = await change_release_policy(release, office=parts.office)
    if body.notifications_disabled is not None:
        muting = DisableNotifications(
            company_id=caller.company_id,
            inspection_id=inspection_id,
            disabled=body.notifications_disabled,
        )
        inspection = await disable_notifications(muting, office=parts.office)
    return inspection_out(inspection)


@router.post(
    "/{inspection_id}/duplicate", status_code=201, response_model=InspectionOut, responses=CHANGED
)
async def post_duplicate(
    inspection_id: str,
    body: DuplicateIn,
    caller: Scheduler,
    parts: ServiceParts,
    key: IdempotencyKey,
) -> JSONResponse:
    """Book the same once more, under today's policy (C3)."""
    command = DuplicateInspection(
        company_id=caller.company_id, inspection_id=inspection_id, starts_at=body.starts_at
    )
    meaning = ["duplicate", inspection_id, body.model_dump()]
    known = await once(
        parts,
        Wish(company_id=caller.company_id, key=key, meaning=meaning),
        lambda office: duplicate_inspection(
            command, office=office, secrets=parts.secrets, now=parts.now()
        ),
        _created,
    )
    return JSONResponse(known.body, known.status)


@router.post("/{inspection_id}/reschedule", responses=CHANGED)
async def post_reschedule(
    inspection_id: str, body: RescheduleIn, caller: Scheduler, parts: ServiceParts
) -> InspectionOut:
    """Move it; its release policy stays (C3)."""
    command = RescheduleInspection(
        company_id=caller.company_id, inspection_id=inspection_id, **body.model_dump()
    )
    return inspection_out(await reschedule_inspection(command, office=parts.office))


@router.post("/{inspection_id}/cancel", responses=CHANGED)
async def post_cancel(
    inspection_id: str, caller: Scheduler, parts: ServiceParts, body: RevisionIn | None = None
) -> InspectionOut:
    """Cancel a scheduled inspection."""
    command = CancelInspection(
        company_id=caller.company_id,
        inspection_id=inspection_id,
        revision=body.revision if body else None,
    )
    return inspection_out(await cancel_inspection(command, office=parts.office, now=parts.now()))


@router.post("/{inspection_id}/unlock", responses=CHANGED)
async def post_unlock(inspection_id: str, caller: Biller, parts: ServiceParts) -> InspectionOut:
    """Open the report by hand; refused while collect after publish locks it (C8)."""
    command = UnlockReport(company_id=caller.company_id, inspection_id=inspection_id)
    return inspection_out(await unlock_report(command, office=parts.office))


@router.post("/{inspection_id}/lock", responses=CHANGED)
async def post_lock(inspection_id: str, caller: Biller, parts: ServiceParts) -> InspectionOut:
    """Take an unlocking back."""
    command = UnlockReport(
        company_id=caller.company_id, inspection_id=inspection_id, unlocked=False
    )
    return inspection_out(await unlock_report(command, office=parts.office))


def _place(site: SiteIn | None) -> dict[str, str]:
    if site is None:
        return {}
    return {**site.model_dump(exclude={"note"}), "site_note": site.note}


def _created(inspection: Inspection) -> Answer:
    return Answer(201, inspection_out(inspection).model_dump(mode="json"))

"""JSON: what is done for account customers regularly."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse

from services.scheduling.entrypoints.api_requests import RevisionIn
from services.scheduling.entrypoints.once import Wish, once
from services.scheduling.entrypoints.parts import ServiceParts
from services.scheduling.entrypoints.recurring_requests import (
    PauseIn,
    RecurringServiceChangeIn,
    RecurringServiceIn,
    RecurringServiceList,
    RecurringServiceOut,
    recurring_out,
)
from services.scheduling.usecases.change_recurring_service import (
    ChangeRecurringService,
    change_recurring_service,
)
from services.scheduling.usecases.end_recurring_service import (
    EndRecurringService,
    end_recurring_service,
)
from services.scheduling.usecases.pause_recurring_service import (
    PauseRecurringService,
    pause_recurring_service,
)
from services.scheduling.usecases.resume_recurring_service import (
    ResumeRecurringService,
    resume_recurring_service,
)
from services.scheduling.usecases.start_recurring_service import (
    StartRecurringService,
    start_recurring_service,
)
from shared.idempotency import Answer, IdempotencyKey
from shared.identity import ApiClient, Permission, Staff, may
from shared.problem_answers import responses

router = APIRouter(prefix="/api/scheduling/v1/recurring-services", tags=["recurring services"])
Reader = Annotated[Staff | ApiClient, Depends(may(Permission.READ))]
Scheduler = Annotated[Staff | ApiClient, Depends(may(Permission.SCHEDULE))]
CHANGED = responses(401, 403, 404, 409, 422)


@router.get("", responses=responses(401, 403, 422))
async def get_recurring_services(
    caller: Reader,
    parts: ServiceParts,
    account_id: Annotated[str | None, Query(max_length=64)] = None,
) -> RecurringServiceList:
    """List them, ended ones too: of one account, or of the company (at most 500)."""
    found = await parts.lookups.recurring_of(caller.company_id, account_id)
    return RecurringServiceList(items=[recurring_out(service) for service in found])


@router.post("", status_code=201, response_model=RecurringServiceOut, responses=CHANGED)
async def post_recurring_service(
    body: RecurringServiceIn, caller: Scheduler, parts: ServiceParts, key: IdempotencyKey
) -> JSONResponse:
    """Set one up; its visits are scheduled ahead by themselves."""
    command = StartRecurringService(company_id=caller.company_id, **body.model_dump())
    known = await once(
        parts,
        Wish(
            company_id=caller.company_id,
            key=key,
            meaning=["recurring service", body.model_dump(mode="json")],
        ),
        lambda office: start_recurring_service(
            command, office=office, secrets=parts.secrets, now=parts.now()
        ),
        lambda service: Answer(201, recurring_out(service).model_dump(mode="json")),
    )
    return JSONResponse(known.body, known.status)


@router.get("/{recurring_id}", responses=responses(401, 403, 404))
async def get_recurring_service(
    recurring_id: str, caller: Reader, parts: ServiceParts
) -> RecurringServiceOut:
    """Show one."""
    return recurring_out(await parts.lookups.recurring(caller.company_id, recurring_id))


@router.patch("/{recurring_id}", responses=CHANGED)
async def patch_recurring_service(
    recurring_id: str, body: RecurringServiceChangeIn, caller: Scheduler, parts: ServiceParts
) -> RecurringServiceOut:
    """Change time, length, price or inspector of the visits to come."""
    command = ChangeRecurringService(
        company_id=caller.company_id, recurring_id=recurring_id, **body.model_dump()
    )
    return recurring_out(await change_recurring_service(command, office=parts.office))


@router.post("/{recurring_id}/pause", responses=CHANGED)
async def post_pause(
    recurring_id: str, body: PauseIn, caller: Scheduler, parts: ServiceParts
) -> RecurringServiceOut:
    """Let it rest. The reason can be shown to the customer (R98)."""
    command = PauseRecurringService(
        company_id=caller.company_id, recurring_id=recurring_id, **body.model_dump()
    )
    return recurring_out(await pause_recurring_service(command, office=parts.office))


@router.post("/{recurring_id}/resume", responses=CHANGED)
async def post_resume(
    recurring_id: str, caller: Scheduler, parts: ServiceParts, body: RevisionIn | None = None
) -> RecurringServiceOut:
    """Go on with the next day of the series; missed visits are not made up."""
    command = ResumeRecurringService(
        company_id=caller.company_id,
        recurring_id=recurring_id,
        revision=body.revision if body else None,
    )
    return recurring_out(
        await resume_recurring_service(command, office=parts.office, now=parts.now())
    )


@router.post("/{recurring_id}/end", responses=CHANGED)
async def post_end(
    recurring_id: str, caller: Scheduler, parts: ServiceParts, body: RevisionIn | None = None
) -> RecurringServiceOut:
    """End it; visits that are on the schedule stay."""
    command = EndRecurringService(
        company_id=caller.company_id,
        recurring_id=recurring_id,
        revision=body.revision if body else None,
    )
    return recurring_out(await end_recurring_service(command, office=parts.office))

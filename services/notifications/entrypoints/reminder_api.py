"""Reminders for programs: the plan, and pausing one invoice."""

from datetime import time
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from services.notifications.domain.quiet_hours import QuietHours
from services.notifications.domain.reminders import DAYS_MAX, STEPS_MAX, ReminderPlan, Step
from services.notifications.entrypoints.api import Strict, name_of
from services.notifications.entrypoints.office import TheOffice
from services.notifications.usecases.pause_reminders import pause_reminders
from services.notifications.usecases.plan_reminders import plan_reminders
from shared.identity import ApiClient, Permission, Staff, may
from shared.problem_answers import responses

Keeper = Annotated[Staff | ApiClient, Depends(may(Permission.SETTINGS))]
Biller = Annotated[Staff | ApiClient, Depends(may(Permission.BILL))]
router = APIRouter(prefix="/api/notifications/v1", tags=["reminders"])


class StepIn(Strict):
    """Days after the due date; negative before it."""

    days: int = Field(ge=-DAYS_MAX, le=DAYS_MAX)
    on: bool = True


class PlanIn(Strict):
    """The whole plan. Quiet hours on the clock of the property; equal: none."""

    on: bool
    steps: list[StepIn] = Field(max_length=STEPS_MAX)
    quiet_from: time = time(20)
    quiet_until: time = time(8)


class PlanOut(BaseModel):
    """The plan as it is."""

    on: bool
    steps: list[StepIn]
    quiet_from: time
    quiet_until: time


@router.get("/reminders", responses=responses(401, 403))
async def read_reminders(caller: Keeper, office: TheOffice) -> PlanOut:
    """The company's plan; off until switched on."""
    return _out(await office.post.desks.reading.reminders.plan(caller.company_id))


@router.put("/reminders", responses=responses(401, 403, 422))
async def set_reminders(wanted: PlanIn, caller: Keeper, office: TheOffice) -> PlanOut:
    """Use it from now on; what was due before is not made up for."""
    plan = await plan_reminders(
        caller.company_id,
        on=wanted.on,
        steps=[Step(days=step.days, on=step.on) for step in wanted.steps],
        quiet=QuietHours(
            start=wanted.quiet_from.replace(tzinfo=None),
            end=wanted.quiet_until.replace(tzinfo=None),
        ),
        by=name_of(caller),
        desk=office.post.desks.reading,
        now=office.post.clock(),
    )
    return _out(plan)


@router.post(
    "/invoices/{invoice_id}/reminders/pause",
    status_code=204,
    responses=responses(401, 403, 404),
)
async def pause(invoice_id: str, caller: Biller, office: TheOffice) -> None:
    """No reminders of this invoice until resumed."""
    await _set(invoice_id, caller, office, paused=True)


@router.post(
    "/invoices/{invoice_id}/reminders/resume",
    status_code=204,
    responses=responses(401, 403, 404),
)
async def resume(invoice_id: str, caller: Biller, office: TheOffice) -> None:
    """Remind of it again, from the next step on."""
    await _set(invoice_id, caller, office, paused=False)


async def _set(
    invoice_id: str, caller: Staff | ApiClient, office: TheOffice, *, paused: bool
) -> None:
    await pause_reminders(
        caller.company_id,
        invoice_id,
        paused=paused,
        by=name_of(caller),
        desk=office.post.desks.reading,
        now=office.post.clock(),
    )


def _out(plan: ReminderPlan) -> PlanOut:
    return PlanOut(
        on=plan.on,
        steps=[StepIn(days=step.days, on=step.on) for step in plan.steps],
        quiet_from=plan.quiet.start,
        quiet_until=plan.quiet.end,
    )

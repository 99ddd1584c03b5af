"""A company sets up its reminders: on or off, the steps, the quiet hours."""

from collections.abc import Sequence
from datetime import datetime

from services.notifications.domain.quiet_hours import QuietHours
from services.notifications.domain.reminders import DAYS_MAX, STEPS_MAX, ReminderPlan, Step
from services.notifications.usecases.ports import Desk
from shared.problems import InvalidError


async def plan_reminders(
    company_id: str,
    *,
    on: bool,
    steps: Sequence[Step],
    quiet: QuietHours,
    by: str,
    desk: Desk,
    now: datetime,
) -> ReminderPlan:
    """Use this plan from now on. Switching it on reminds of nothing that was due before.

    Raises InvalidError for too many steps, one day twice, or a day too far from the due date.
    """
    days = [step.days for step in steps]
    if len(days) > STEPS_MAX:
        raise InvalidError(f"Use at most {STEPS_MAX} steps", field="steps")
    if len(set(days)) != len(days):
        raise InvalidError("Two steps are on the same day", field="steps")
    if any(abs(day) > DAYS_MAX for day in days):
        raise InvalidError(f"Use at most {DAYS_MAX} days", field="steps")
    if on and not any(step.on for step in steps):
        raise InvalidError("Add a step before you switch reminders on", field="steps")
    known = await desk.reminders.plan(company_id)
    since = known.on_since if known.on else now
    plan = ReminderPlan(
        on=on,
        on_since=since if on else None,
        steps=tuple(sorted(steps, key=lambda step: step.days)),
        quiet=quiet,
    )
    await desk.reminders.put(company_id, plan, by=by, at=now)
    return plan

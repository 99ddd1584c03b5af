"""A company chooses which of its staff are told about what (R107-R109)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from services.notifications.domain.alert_resources import RESOURCE_BY_KEY, offered_to
from services.notifications.domain.refusals import StaffNotFoundError
from services.notifications.usecases.ports import Desk
from shared.problems import InvalidError, PlanWithoutPortalError


async def choose_alert_resources(
    company_id: str,
    chosen: Mapping[str, Sequence[str]],
    *,
    by: str,
    desk: Desk,
    now: datetime,
) -> None:
    """Keep the whole choice; a kind that is not named has nobody chosen (C27).

    What the plan does not have stays as it was (R77). Raises InvalidError for an unknown kind,
    PlanWithoutPortalError for people chosen under one the plan does not have, StaffNotFoundError
    for somebody who is not on the team.
    """
    unknown = sorted(set(chosen) - set(RESOURCE_BY_KEY))
    if unknown:
        raise InvalidError(f"There is no alert resource {', '.join(unknown)}", field="resources")
    offered = {one.key for one in offered_to(await desk.views.company(company_id))}
    held = await desk.alert_choices.chosen(company_id)
    if any(ids and key not in offered for key, ids in chosen.items()):
        raise PlanWithoutPortalError
    kept = {key: ids for key, ids in held.items() if key not in offered}
    team = {member.staff_id for member in await desk.views.staff(company_id) if member.active}
    strangers = {staff_id for ids in chosen.values() for staff_id in ids} - team
    if strangers:
        raise StaffNotFoundError(field="resources")
    await desk.alert_choices.put(company_id, {**chosen, **kept}, by=by, at=now)

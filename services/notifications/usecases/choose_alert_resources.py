"""A company chooses which of its staff are told about what (R107-R109)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from services.notifications.domain.alert_resources import RESOURCE_BY_KEY
from services.notifications.domain.refusals import StaffNotFoundError
from services.notifications.usecases.ports import Desk
from shared.problems import InvalidError


async def choose_alert_resources(
    company_id: str,
    chosen: Mapping[str, Sequence[str]],
    *,
    by: str,
    desk: Desk,
    now: datetime,
) -> None:
    """Keep the whole choice; a kind that is not named has nobody chosen (C27).

    Raises InvalidError for an unknown kind, StaffNotFoundError for somebody who is not on the team.
    """
    unknown = sorted(set(chosen) - set(RESOURCE_BY_KEY))
    if unknown:
        raise InvalidError(f"There is no alert resource {', '.join(unknown)}", field="resources")
    team = {member.staff_id for member in await desk.views.staff(company_id) if member.active}
    strangers = {staff_id for ids in chosen.values() for staff_id in ids} - team
    if strangers:
        raise StaffNotFoundError(field="resources")
    await desk.alert_choices.put(company_id, chosen, by=by, at=now)

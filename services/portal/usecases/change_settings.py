"""An owner changes what customers see and may do in the portal (R77-R82, R95-R106)."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.portal.domain.account_access import portal_offered
from services.portal.domain.portal_settings import PortalSettings
from services.portal.domain.settings_rules import checked
from services.portal.domain.views import CompanyView
from services.portal.usecases.ports_tickets import SettingsEditor, Team
from shared.problems import PlanWithoutPortalError


async def change_settings(
    company: CompanyView,
    changes: Mapping[str, Any],
    settings: SettingsEditor,
    team: Team,
    *,
    chosen: Sequence[str] | None = None,
) -> PortalSettings:
    """Change the given settings and no others; `chosen` are the ones tickets are assigned to.

    Raises PlanWithoutPortalError (R77) and SettingsRefusedError.
    """
    if not portal_offered(company):
        raise PlanWithoutPortalError
    company_id = company.company.company_id
    active = {member.staff_id for member in await team.active(company_id)}
    fields = {field.field_id for field in company.company.custom_fields}

    def edit(now: PortalSettings) -> PortalSettings:
        held = [now.ticket_assignee_staff_id] if now.ticket_assignee_staff_id else []
        wanted = now.model_copy(update=dict(changes))
        if "visible_field_ids" not in changes:  # a field may be gone since it was chosen
            still = tuple(one for one in wanted.visible_field_ids if one in fields)
            wanted = wanted.model_copy(update={"visible_field_ids": still})
        about_tickets = chosen is not None or "tickets" in changes
        allowed = active if about_tickets else {*active, *held}
        return checked(
            wanted, chosen=held if chosen is None else chosen, active=allowed, fields=fields
        )

    return await settings.change(company_id, edit)

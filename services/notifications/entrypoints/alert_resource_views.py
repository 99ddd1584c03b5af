"""Alert Resources as the page and the API show them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.notifications.domain.alert_resources import RESOURCES, AlertResource, offered_to
from shared.contracts.scheduling import Company, StaffMember
from shared.ui import Form

SELECT_ALL = "Select all items on current tab"  # R82, byte for byte


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One member of the team under one resource."""

    staff_id: str
    name: str
    chosen: bool


@dataclass(frozen=True, kw_only=True)
class ResourceView:
    """One resource with the whole team."""

    resource: AlertResource
    choices: tuple[Choice, ...]


def resource_views(
    chosen: Mapping[str, Sequence[str]], team: Sequence[StaffMember], company: Company | None
) -> list[ResourceView]:
    """Every resource of the company's plan; people who have left are not offered."""
    return [
        ResourceView(
            resource=resource,
            choices=tuple(
                Choice(
                    staff_id=member.staff_id,
                    name=member.name,
                    chosen=member.staff_id in chosen.get(resource.key, ()),
                )
                for member in team
                if member.active
            ),
        )
        for resource in offered_to(company)
    ]


def chosen_on(form: Form) -> dict[str, list[str]]:
    """The staff ticked under each resource."""
    return {one.key: form.values(one.key) for one in RESOURCES}

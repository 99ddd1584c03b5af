"""Which portal settings can be saved (R79-R82, R95-R106)."""

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Final

from services.portal.domain.portal_settings import PortalSettings
from services.portal.domain.refusals import AccountSwitchedOffError
from services.portal.domain.ticket_refusals import SettingsRefusedError

NAME_MAX = 100
CATEGORY_MAX = 60
CATEGORIES_MAX = 30
SLUGS: Final = {
    "facebook_page": ("Facebook Page", re.compile(r"^[A-Za-z0-9.\-]{1,75}$")),
    "twitter_handle": ("Twitter Handle", re.compile(r"^[A-Za-z0-9_]{1,15}$")),
    "linkedin": ("LinkedIn", re.compile(r"^[A-Za-z0-9\-]{1,100}$")),
}
"""What is left of an address once the site's own part is gone (R80)."""
SOCIAL_ADDRESSES: Final = {
    "facebook_page": "https://www.facebook.com/",
    "twitter_handle": "https://x.com/",
    "linkedin": "https://www.linkedin.com/company/",
}
SERVICES_TAB: Final = ("service_history", "upcoming_services", "paused_services")
TICKETS_TAB: Final = ("tickets", "open_tickets", "closed_tickets")
"""What `Select all items on current tab` ticks on each tab, beside the custom fields (R82)."""
LISTS: Final = ("ticket_categories", "reschedule_categories", "cancel_categories")


def slug(field: str, typed: str) -> str:
    """The slug as typed, or nothing. Raises SettingsRefusedError."""
    wanted = typed.strip()
    name, shape = SLUGS[field]
    if wanted and not shape.match(wanted):
        raise SettingsRefusedError(
            field, f"{name}: enter only the last part of the address, without @ and slashes"
        )
    return wanted


def social_links(settings: PortalSettings) -> tuple[tuple[str, str], ...]:
    """(name, address) of every place the company is found; nothing typed, no widget (R80)."""
    slugs = {field: getattr(settings, field) for field in SLUGS}
    names = {"facebook_page": "Facebook", "twitter_handle": "Twitter", "linkedin": "LinkedIn"}
    return tuple((names[f], SOCIAL_ADDRESSES[f] + s) for f, s in slugs.items() if s)


def require_calendar(settings: PortalSettings) -> None:
    """Coming visits in a calendar, for who may see them (R96). Raises AccountSwitchedOffError."""
    if not settings.upcoming_services:
        raise AccountSwitchedOffError("The company does not show coming services here.")


def category_list(field: str, typed: Iterable[str]) -> tuple[str, ...]:
    """Trimmed, each once, in the order given. Raises SettingsRefusedError."""
    wanted = tuple(dict.fromkeys(" ".join(one.split()) for one in typed if one.strip()))
    if any(len(one) > CATEGORY_MAX for one in wanted):
        raise SettingsRefusedError(field, f"Use {CATEGORY_MAX} characters or fewer per category")
    if len(wanted) > CATEGORIES_MAX:
        raise SettingsRefusedError(field, f"Use {CATEGORIES_MAX} categories or fewer")
    return wanted


def only_assignee(chosen: Sequence[str], active: Collection[str]) -> str:
    """Exactly one active member of staff (R103). Raises SettingsRefusedError."""
    wanted = [one for one in dict.fromkeys(chosen) if one]
    if len(wanted) != 1:
        raise SettingsRefusedError(
            "ticket_assignee_staff_id", "Choose exactly one person for all tickets"
        )
    if wanted[0] not in active:
        raise SettingsRefusedError("ticket_assignee_staff_id", "Choose somebody of your team")
    return wanted[0]


def existing_fields(chosen: Iterable[str], defined: Collection[str]) -> tuple[str, ...]:
    """Of the custom fields that exist (R81). Raises SettingsRefusedError."""
    wanted = tuple(dict.fromkeys(chosen))
    if any(one not in defined for one in wanted):
        raise SettingsRefusedError("visible_field_ids", "Choose custom fields that exist")
    return wanted


def checked(
    wanted: PortalSettings,
    *,
    chosen: Sequence[str],
    active: Collection[str],
    fields: Collection[str],
) -> PortalSettings:
    """The settings as they are kept. Raises SettingsRefusedError.

    `chosen` are the staff members named for `Ticket Assignment`; while tickets are off nobody
    needs to be (R100).
    """
    name = " ".join(wanted.display_name.split())
    if len(name) > NAME_MAX:
        raise SettingsRefusedError("display_name", f"Use {NAME_MAX} characters or fewer")
    assignee = only_assignee(chosen, active) if wanted.tickets else next(iter(chosen), None)
    return wanted.model_copy(
        update={
            "display_name": name,
            **{field: slug(field, getattr(wanted, field)) for field in SLUGS},
            **{field: category_list(field, getattr(wanted, field)) for field in LISTS},
            "visible_field_ids": existing_fields(wanted.visible_field_ids, fields),
            "ticket_assignee_staff_id": assignee or None,
        }
    )

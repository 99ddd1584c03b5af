"""Alerts in the shape the pages draw them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from services.notifications.domain.alert import Alert, Category
from services.notifications.domain.signals import FeedItem
from services.notifications.domain.wording import listed, local_day
from services.notifications.usecases.ports import AlertFilter
from shared.contracts.scheduling import Inspection

Show = Literal[
    "all",
    "mine",
    "unassigned",
    "action",
    "done",
    "payments",
    "inspections",
    "tickets",
    "email",
    "platform",
]
CHIPS: Mapping[Show, str] = {
    "all": "All",
    "action": "Needs action",
    "mine": "Mine",
    "unassigned": "Unassigned",
    "payments": "Payments",
    "inspections": "Inspections",
    "tickets": "Tickets",
    "email": "Email",
    "done": "Done",
}
ACTIONS = {"resend": "Send new link", "fix_address": "Fix address", "refund": "Review payments"}


@dataclass(frozen=True, kw_only=True)
class AlertView:
    """One line of the feed."""

    alert: Alert
    seq: int
    detail: str
    fresh: bool
    href: str
    """The page it is about."""
    assigned: str
    """Whom it is for, in words; empty where nobody may be chosen."""
    action_label: str
    posts_to: str
    """Where the action's button posts; empty when it is a plain link."""


@dataclass(frozen=True, kw_only=True)
class Day:
    """The alerts of one day of the company's calendar."""

    title: str
    rows: tuple[AlertView, ...]


def wanted(
    show: Show, *, with_platform: bool, staff_id: str, inspection_id: str = ""
) -> AlertFilter:
    """What a chip asks for."""
    category = show if show in set(Category) else ""
    return AlertFilter(
        category=category,
        waiting_only=show == "action",
        with_platform=with_platform,
        inspection_id=inspection_id,
        staff_id=staff_id if show == "mine" else "",
        unassigned=show == "unassigned",
        done=show == "done",
    )


def fits(alert: Alert, asked: AlertFilter) -> bool:
    """Whether an alert belongs on a page with this filter."""
    if alert.owners_only and not asked.with_platform:
        return False
    if asked.waiting_only and not alert.waiting:
        return False
    if asked.done or (asked.staff_id and asked.staff_id not in alert.assigned_to):
        return False
    if asked.unassigned and (alert.assigned_to or not alert.resource):
        return False
    return not asked.category or alert.category == asked.category


def view(
    item: FeedItem,
    inspection: Inspection | None,
    *,
    seen_seq: int,
    names: Mapping[str, str] | None = None,
) -> AlertView:
    """The line for one alert; the address is added where the words do not have it."""
    alert = item.alert
    if alert is None:
        raise ValueError("this step of the feed has no alert")
    place = f"{inspection.site.street}, {inspection.number}" if inspection else ""
    known = not place or (inspection is not None and inspection.site.street in alert.text)
    page = alert.href
    if alert.inspection_id:
        page = f"/staff/scheduling/inspections/{alert.inspection_id}"
    resend = f"/staff/notifications/inspections/{alert.inspection_id}/resend"
    return AlertView(
        alert=alert,
        seq=item.seq,
        detail=alert.detail if known else ". ".join(part for part in (alert.detail, place) if part),
        fresh=item.seq > seen_seq,
        href=page,
        assigned=_assigned(alert, names or {}),
        action_label=ACTIONS.get(alert.action, "") if alert.waiting and page else "",
        posts_to=resend if alert.action == "resend" else "",
    )


def _assigned(alert: Alert, names: Mapping[str, str]) -> str:
    if not alert.resource:
        return ""
    known = [names[staff_id] for staff_id in alert.assigned_to if staff_id in names]
    if known:
        return f"For {listed(known)}"
    return "Unassigned" if not alert.assigned_to else ""


def by_day(rows: Sequence[AlertView], zone: str, today: date) -> list[Day]:
    """Grouped as the feed shows them: Today, Yesterday, then dates. Today is always there."""
    titles = {today: "Today", today - timedelta(days=1): "Yesterday"}
    days: dict[date, list[AlertView]] = {today: []}
    for row in rows:
        days.setdefault(local_day(row.alert.at, zone), []).append(row)
    return [
        Day(title=titles.get(on, on.strftime("%A, %B %-d")), rows=tuple(found))
        for on, found in days.items()
    ]

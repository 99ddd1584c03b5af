"""How days and times read in a mail. English words, the property's or the company's own zone."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

from shared.money import LOCALE


def day(value: date) -> str:
    """`Dec 1, 2026`."""
    return format_date(value, "MMM d, y", locale=LOCALE)


def local_day(at: datetime, zone: str) -> date:
    """The date on the wall of that zone."""
    return at.astimezone(ZoneInfo(zone)).date()


def clock(at: datetime, zone: str) -> str:
    """`10:42 AM`."""
    return format_time(at.astimezone(ZoneInfo(zone)).time(), "h:mm a", locale=LOCALE)


def moment(at: datetime, zone: str) -> str:
    """`Dec 1, 2026 at 9:00 AM PST`."""
    abbreviation = at.astimezone(ZoneInfo(zone)).strftime("%Z")
    return f"{day(local_day(at, zone))} at {clock(at, zone)} {abbreviation}"


def appointment(starts_at: datetime, duration_minutes: int, zone: str) -> str:
    """`Tue, Dec 1, 2026, 9:00 AM to 11:30 AM PST`."""
    local = starts_at.astimezone(ZoneInfo(zone))
    ends_at = starts_at + timedelta(minutes=duration_minutes)
    on = format_date(local.date(), "EEE, MMM d, y", locale=LOCALE)
    return f"{on}, {clock(starts_at, zone)} to {clock(ends_at, zone)} {local.strftime('%Z')}"


def listed(names: list[str]) -> str:
    """`A, B and C`."""
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)

"""Behind which row a page of a list begins, as its address says it: `2026-10-01|HP-3101`."""

from datetime import UTC, datetime

from services.portal.usecases.ports_accounts import Cursor

CURSOR_MAX = 120


def read_cursor(text: str) -> Cursor | None:
    """The day and the number; what makes no sense is the first page."""
    day, mark, number = text[:CURSOR_MAX].partition("|")
    return (day, number) if mark else None


def read_moment(text: str) -> Cursor | None:
    """The instant and the id; what makes no sense is the first page."""
    moment, mark, row_id = text[:CURSOR_MAX].partition("|")
    at = _instant(moment)
    return (at.isoformat(), row_id) if mark and at else None


def write_cursor(cursor: Cursor | None) -> str:
    """The same back."""
    return "|".join(cursor) if cursor else ""


def _instant(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None

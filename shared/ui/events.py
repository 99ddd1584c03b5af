"""Names by which one part of a page tells the others that something changed.

A response fires them with the `HX-Trigger` header, a live stream with a named message; slots
refresh on them. The names are an agreement between services, like the events on the bus.
"""

from typing import Final

PAYMENTS_CHANGED: Final = "payments:changed"
INSPECTION_CHANGED: Final = "inspection:changed"
ALERTS_CHANGED: Final = "alerts:changed"
EMAILS_CHANGED: Final = "emails:changed"

ALL: Final = frozenset({PAYMENTS_CHANGED, INSPECTION_CHANGED, ALERTS_CHANGED, EMAILS_CHANGED})


def trigger(*names: str) -> dict[str, str]:
    """Return the response header that announces `names`; an unlisted one raises `ValueError`."""
    unknown = set(names) - ALL
    if unknown:
        raise ValueError(f"unknown page events: {', '.join(sorted(unknown))}")
    return {"HX-Trigger": ", ".join(names)}

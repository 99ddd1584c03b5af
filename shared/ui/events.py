"""Names by which one part of a page tells the others that something changed.

A response fires them with the `HX-Trigger` header, a live stream with a named message; slots refresh on
`EVENT from:body`. The names are part of the agreement between services, like the events on the bus.
"""

from typing import Final

PAYMENTS_CHANGED: Final = "payments:changed"
INSPECTION_CHANGED: Final = "inspection:changed"
ALERTS_CHANGED: Final = "alerts:changed"
EMAILS_CHANGED: Final = "emails:changed"

ALL: Final = frozenset({PAYMENTS_CHANGED, INSPECTION_CHANGED, ALERTS_CHANGED, EMAILS_CHANGED})


def trigger(*names: str) -> dict[str, str]:
    """Return the response header that announces `names`; a name not listed here raises `ValueError`."""
    unknown = set(names) - ALL
    if unknown:
        message = f"unknown page events: {', '.join(sorted(unknown))}"
        raise ValueError(message)
    return {"HX-Trigger": ", ".join(names)}

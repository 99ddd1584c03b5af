"""Which colour and icon go with each status word, so that a word looks the same on every page."""

from typing import NamedTuple


class Look(NamedTuple):
    """A badge's colour kind (`""`, `info`, `ok`, `warn`, `bad`) and its icon."""

    kind: str
    icon: str


PLAIN = Look("", "circle")

EXACT = {
    "Draft": Look("", "pen-line"),
    "Open": Look("", "circle"),
    "Sent": Look("info", "send"),
    "Due": Look("warn", "clock"),
    "Confirming": Look("info", "loader-circle"),
    "Processing": Look("info", "loader-circle"),
    "Running": Look("info", "loader-circle"),
    "Partly paid": Look("warn", "circle-dashed"),
    "Payment failed": Look("bad", "circle-x"),
    "Paid": Look("ok", "circle-check"),
    "Paid in full": Look("ok", "circle-check"),
    "Refunded": Look("", "undo-2"),
    "Partly refunded": Look("", "undo-2"),
    "Cancelled": Look("", "x"),
    "Canceled": Look("", "x"),
    "Void": Look("", "ban"),
    "Nothing due": Look("", "circle-check"),
    "Nothing due yet": Look("", "hourglass"),
    "Waiting": Look("", "hourglass"),
    "Scheduled": Look("info", "calendar-days"),
    "Confirmed": Look("info", "calendar-days"),
    "Inspected": Look("info", "clipboard-check"),
    "Published": Look("ok", "file-check"),
    "Agreement signed": Look("ok", "check"),
    "Agreement not signed": Look("warn", "signature"),
    "Report released": Look("ok", "lock-open"),
    "Delivered": Look("ok", "mail-check"),
    "Bounced": Look("bad", "mail-x"),
    "Suppressed": Look("", "bell-off"),
    "Retrying": Look("warn", "refresh-cw"),
    "Failed": Look("bad", "circle-x"),
    "Disputed": Look("bad", "triangle-alert"),
    "Active": Look("ok", "refresh-cw"),
    "Paused": Look("warn", "pause"),
    "Ended": Look("", "ban"),
    "Pending": Look("info", "hourglass"),
    "On hold": Look("warn", "pause"),
    "Closed": Look("", "archive"),
    "Needs action": Look("bad", "circle-alert"),
    "Done": Look("ok", "check"),
}

BEGINNINGS = (
    ("Due ", Look("warn", "clock")),
    ("Paid ", Look("ok", "circle-check")),
    ("Report locked", Look("", "lock")),
    ("Report unlocked", Look("ok", "lock-open")),
    ("Overdue", Look("bad", "circle-alert")),
)


def look(word: str) -> Look:
    """Return how a status word is drawn; an unknown word gets no colour that claims something."""
    if word in EXACT:
        return EXACT[word]
    if word.endswith("overdue"):
        return Look("bad", "circle-alert")
    return next((found for beginning, found in BEGINNINGS if word.startswith(beginning)), PLAIN)

"""Showing a mail on a page as its reader will see it."""

DARK_QUERY = "@media (prefers-color-scheme: dark)"
EVERYWHERE = "@media all"
NOWHERE = "@media not all"

PREVIEW_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
    ),
    "X-Frame-Options": "SAMEORIGIN",
}
"""Headers of an answer that is a mail, to be framed by a staff page (class `mail-frame`).

Mails carry their styles in place, which no page of ours may; nothing in them may run or be fetched.
"""


def in_the_dark(html: str) -> str:
    """Return the mail as a mail program in dark mode shows it."""
    return html.replace(DARK_QUERY, EVERYWHERE)


def in_the_light(html: str) -> str:
    """Return the mail as it looks in light mode, whatever the reader of the page prefers."""
    return html.replace(DARK_QUERY, NOWHERE)


def seen_in(theme: str, html: str) -> str:
    """Return the mail as it looks in `light` or `dark`."""
    return in_the_dark(html) if theme == "dark" else in_the_light(html)

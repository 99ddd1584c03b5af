"""Showing a mail on a page as its reader will see it."""

DARK_QUERY = "@media (prefers-color-scheme: dark)"
EVERYWHERE = "@media all"

PREVIEW_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
"""Content policy of an address that answers with a mail, to be framed by a staff page.

Mails carry their styles in place, which no page of ours may. The page that frames one needs
`frame-src 'self'`.
"""


def in_the_dark(html: str) -> str:
    """Return the mail as a mail program in dark mode shows it."""
    return html.replace(DARK_QUERY, EVERYWHERE)

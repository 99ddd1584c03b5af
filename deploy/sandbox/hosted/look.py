"""How hosted pages are drawn: templates, one stylesheet, a strict content policy."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

STATIC = Path(__file__).with_name("static")
_TEMPLATES = (
    Path(__file__).with_name("templates"),
    Path(__file__).parents[1] / "mailbox" / "templates",
)

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " font-src 'self'; connect-src 'self'; frame-src 'self'; base-uri 'none';"
    " frame-ancestors 'none'; form-action 'self'"
)
_SYMBOLS = {"usd": "$", "eur": "€", "gbp": "£", "cad": "CA$", "aud": "A$"}


def money(cents: int, currency: str = "usd") -> str:
    """Show cents as people write them: 45000 is `$450.00`."""
    return f"{_SYMBOLS.get(currency, currency.upper() + ' ')}{cents // 100:,}.{cents % 100:02d}"


def moment(seconds: int) -> str:
    """Show a moment in UTC, to the minute."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%b %-d, %Y, %H:%M UTC")


_environment = Environment(
    loader=FileSystemLoader(_TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.filters |= {"money": money, "moment": moment}


def page(
    template: str, *, status: int = 200, leads_to: str | None = None, **values: Any
) -> HTMLResponse:
    """Draw a page; `leads_to` is where a form may end up after its redirect."""
    html = _environment.get_template(template).render(**values)
    return HTMLResponse(html, status, headers=_headers(leads_to))


def _headers(leads_to: str | None) -> dict[str, str]:
    parts = urlsplit(leads_to or "")
    elsewhere = f" {parts.scheme}://{parts.netloc}" if parts.netloc else ""
    return {
        "content-security-policy": _POLICY + elsewhere,
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
    }

"""How amounts, days and times read on pages and in mails.

Amounts are whole minor units plus an ISO currency. Instants are aware and always shown in a named
zone: a page never shows the server's zone by accident, because the zone has no default.
"""

from datetime import date, datetime, time
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, get_timezone_name
from babel.numbers import format_decimal, get_currency_precision, get_currency_symbol

from shared.money import LOCALE, money

RANGE = "\N{EN DASH}"
KILO = 1000


class MoneyParts(NamedTuple):
    """An amount cut in two, so that the cents can be set smaller."""

    whole: str
    cents: str


def money_hero(cents: int, currency: str = "USD") -> MoneyParts:
    """Return the amount cut at its decimal point, `("$475", ".00")`; the yen has an empty tail."""
    whole, point, fraction = money(cents, currency).partition(".")
    return MoneyParts(whole, point + fraction)


def money_input(cents: int, currency: str = "USD") -> str:
    """Return the amount as a person would type it, without symbol: `1,234.50`."""
    digits = get_currency_precision(currency)
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    amount = Decimal(cents).scaleb(-digits)
    return format_decimal(amount, format=pattern, locale=LOCALE)


def currency_symbol(currency: str = "USD") -> str:
    """Return `$` for USD."""
    return get_currency_symbol(currency, locale=LOCALE)


def local(at: datetime, zone: str) -> datetime:
    """Return the instant as a clock in `zone` shows it; a naive datetime raises `ValueError`."""
    if at.tzinfo is None:
        raise ValueError("a datetime without a zone cannot be shown")
    return at.astimezone(ZoneInfo(zone))


def _day_of(value: date | datetime, zone: str | None) -> date:
    if not isinstance(value, datetime):
        return value
    if zone is None:
        raise ValueError("an instant needs a zone before it has a day")
    return local(value, zone).date()


def day(value: date | datetime, zone: str | None = None) -> str:
    """Return `Tue, Dec 1, 2026`; an instant needs the zone."""
    return format_date(_day_of(value, zone), "EEE, MMM d, y", locale=LOCALE)


def long_day(value: date | datetime, zone: str | None = None) -> str:
    """Return `Dec 1, 2026`."""
    return format_date(_day_of(value, zone), "MMM d, y", locale=LOCALE)


def short_day(value: date | datetime, zone: str | None = None) -> str:
    """Return `Dec 1`."""
    return format_date(_day_of(value, zone), "MMM d", locale=LOCALE)


def clock(value: datetime | time, zone: str | None = None) -> str:
    """Return `10:42 AM`; an instant needs the zone."""
    if isinstance(value, datetime):
        if zone is None:
            raise ValueError("an instant needs a zone before it has a clock time")
        value = local(value, zone).time()
    return format_time(value, "h:mm a", locale=LOCALE)


def zone_name(at: datetime, zone: str) -> str:
    """Return the zone's abbreviation at that instant: `PST` in winter, `PDT` in summer."""
    return local(at, zone).strftime("%Z")


def zone_words(zone: str) -> str:
    """Return the zone as people say it, summer and winter: `Pacific`."""
    return get_timezone_name(ZoneInfo(zone), locale=LOCALE).removesuffix(" Time")


def moment(at: datetime, zone: str) -> str:
    """Return `Nov 18, 2:22 PM`."""
    return f"{short_day(at, zone)}, {clock(at, zone)}"


def full_moment(at: datetime, zone: str) -> str:
    """Return `Nov 21, 2026 at 10:42 AM PST`."""
    return f"{long_day(at, zone)} at {clock(at, zone)} {zone_name(at, zone)}"


def when(start: datetime, end: datetime | None, zone: str) -> str:
    """Return `Tue, Dec 1, 2026, 9:00–11:30 AM PST`, or `…, 9:00 AM–1:30 PM PST` across noon."""
    first = clock(start, zone)
    if end is not None:
        last = clock(end, zone)
        if local(start, zone).date() != local(end, zone).date():
            until = f"{day(end, zone)}, {last} {zone_name(end, zone)}"
            return f"{day(start, zone)}, {first} {RANGE} {until}"
        if first[-2:] == last[-2:]:
            first = first[:-3]
        first = f"{first}{RANGE}{last}"
    return f"{day(start, zone)}, {first} {zone_name(start, zone)}"


def iso(value: date | datetime) -> str:
    """Return the machine-readable form for `<time datetime>`."""
    return value.isoformat()


def initials(name: str) -> str:
    """Return one or two letters for a round avatar: `Ellen Park` is `EP`."""
    words = [word for word in name.split() if word[0].isalnum()]
    chosen = words if len(words) < 2 else [words[0], words[-1]]  # noqa: PLR2004 - two letters
    return "".join(word[0] for word in chosen).upper() or "?"


def filesize(size_bytes: int) -> str:
    """Return `84 KB` or `2.1 MB` (decimal units, as download dialogs show them)."""
    if size_bytes < KILO:
        return f"{size_bytes} B"
    kilobytes = round(size_bytes / KILO)
    if kilobytes < KILO:
        return f"{kilobytes} KB"
    return f"{size_bytes / (KILO * KILO):.1f} MB"


def plural(count: int, one: str, many: str = "") -> str:
    """Return `1 invoice` or `1,200 invoices`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def tel(phone: str) -> str:
    """Return the number as a `tel:` link needs it: `(541) 555-0142` is `+15415550142`."""
    digits = "".join(character for character in phone if character.isdigit())
    if phone.strip().startswith("+"):
        return f"+{digits}"
    ten_digits = 10
    return f"+1{digits}" if len(digits) == ten_digits else digits

"""Money is whole cents: strict integers at every border, one function that prints them.

`Cents` may be zero, `PositiveCents` may not, `SignedCents` may be negative (credits). All three
refuse text, floats and booleans: pydantic's default reads `"5.00"` as five cents and `true` as one.
"""

from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Annotated

from babel import Locale
from babel.numbers import format_currency, get_currency_precision
from pydantic import Field

LOCALE = Locale("en", "US")
"""How amounts, days and times are written; a name would be looked up for each of them."""
MAX_CENTS = 99_999_999
"""The card networks' limit for one charge (eight digits); larger amounts are typing errors."""

Cents = Annotated[int, Field(strict=True, ge=0, le=MAX_CENTS)]
PositiveCents = Annotated[int, Field(strict=True, gt=0, le=MAX_CENTS)]
SignedCents = Annotated[int, Field(strict=True, ge=-MAX_CENTS, le=MAX_CENTS)]
SumCents = Annotated[int, Field(strict=True, ge=0)]
"""A sum over many charges; the limit of one charge does not bind it."""


class NotAnAmountError(ValueError):
    """The text does not read as an amount of money in this currency."""

    code = "not_an_amount"


@lru_cache(maxsize=4096)
def money(cents: int, currency: str = "USD") -> str:
    """Print minor units for people: `$1,234.50`, `¥1,235`, and `−$85.00` with a real minus."""
    amount = Decimal(abs(cents)).scaleb(-get_currency_precision(currency.upper()))
    text = format_currency(amount, currency.upper(), locale=LOCALE)
    return f"\N{MINUS SIGN}{text}" if cents < 0 else text


def cents_typed_as(text: str, currency: str = "USD") -> int:
    """Read what a person typed (`$1,234.50`, `1234.5`) as minor units.

    Raises NotAnAmountError for anything that is not a plain amount of at most the currency's
    precision: exponents, signs, other digits than 0-9, fractions of a cent.
    """
    digits = text.strip().removeprefix("$").replace(",", "").strip()
    if not digits.isascii() or not digits.replace(".", "", 1).isdigit():
        raise NotAnAmountError(text)
    try:
        scaled = Decimal(digits).scaleb(get_currency_precision(currency.upper()))
    except InvalidOperation as error:
        raise NotAnAmountError(text) from error
    if scaled != scaled.to_integral_value() or scaled > MAX_CENTS:
        raise NotAnAmountError(text)
    return int(scaled)

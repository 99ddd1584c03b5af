"""What a person typed, what is wrong with it, and the values once they are right.

A handler reads each field through a method that notes an error in plain words; if `form.ok` is
false afterwards, the page is rendered again with the same `form` and status 422, keeping what was
typed. `missing` is the error of an empty field; without it the field is optional.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date, time

from shared.money import MAX_CENTS, NotAnAmountError, cents_typed_as, money

EMAIL = re.compile(r"^[^@\s<>\"',;]+@[^@\s<>\"',;]+\.[^@\s<>\"',;]+$")
EMAIL_LENGTH_MAX = 254
TEXT_LENGTH_MAX = 500

Typed = Mapping[str, str | list[str]]


class Form:
    """Values by field, errors by field; the errors keep the order in which they were found."""

    def __init__(self, values: Typed | None = None) -> None:
        """Begin with the values a page shows before anybody typed anything."""
        self._values: dict[str, list[str]] = {
            name: [value] if isinstance(value, str) else list(value)
            for name, value in (values or {}).items()
        }
        self.errors: dict[str, str] = {}

    @classmethod
    def posted(cls, fields: Iterable[tuple[str, object]]) -> "Form":
        """Read `(await request.form()).multi_items()`; uploaded files are left out."""
        form = cls()
        for name, value in fields:
            if isinstance(value, str):
                form._values.setdefault(name, []).append(value)
        return form

    @property
    def ok(self) -> bool:
        """Whether nothing has been refused so far."""
        return not self.errors

    def value(self, name: str, default: str = "") -> str:
        """Return what was typed, for showing it again."""
        return self._values.get(name, [default])[0]

    def values(self, name: str) -> list[str]:
        """Return every value of a field that may be ticked more than once."""
        return self._values.get(name, [])

    @property
    def typed(self) -> Typed:
        """Everything that was typed, to read it once more without the errors."""
        return dict(self._values)

    def has(self, name: str, option: str = "on") -> bool:
        """Return whether a box or one option of several is ticked."""
        return option in self._values.get(name, [])

    def error(self, name: str) -> str:
        """Return the field's error in plain words, or an empty string."""
        return self.errors.get(name, "")

    def refuse(self, name: str, message: str) -> None:
        """Note what is wrong with a field; the first word on a field stands."""
        self.errors.setdefault(name, message)

    def text(self, name: str, missing: str = "", *, length_max: int = TEXT_LENGTH_MAX) -> str:
        """Return the trimmed text; with `missing` an empty field is refused with those words."""
        typed = self.value(name).strip()
        if not typed and missing:
            self.refuse(name, missing)
        if len(typed) > length_max:
            self.refuse(name, f"Use {length_max:,} characters or fewer")
        return typed

    def email(self, name: str, missing: str = "") -> str:
        """Return an address that looks deliverable, as typed."""
        typed = self.text(name, missing, length_max=EMAIL_LENGTH_MAX)
        if typed and not EMAIL.match(typed):
            self.refuse(name, "Enter an email address in the correct format, like name@example.com")
        return typed

    def cents(
        self, name: str, missing: str = "", *, maximum: int = MAX_CENTS, currency: str = "USD"
    ) -> int | None:
        """Return a typed amount (`$1,234.50`) in minor units: above zero, at most `maximum`."""
        typed = self.text(name, missing)
        if not typed:
            return None
        try:
            cents = cents_typed_as(typed, currency)
        except NotAnAmountError:
            self.refuse(name, f"Enter an amount like {money(123450, currency)}")
            return None
        if cents <= 0:
            self.refuse(name, f"Enter an amount of more than {money(0, currency)}")
        elif cents > maximum:
            self.refuse(name, f"Enter an amount of {money(maximum, currency)} or less")
        return cents if name not in self.errors else None

    def whole(
        self, name: str, missing: str = "", *, minimum: int = 0, maximum: int = 1_000_000
    ) -> int | None:
        """Return a whole number between the bounds."""
        typed = self.text(name, missing)
        if not typed:
            return None
        if not typed.isascii() or not typed.isdigit() or not minimum <= int(typed[:10]) <= maximum:
            self.refuse(name, f"Enter a whole number from {minimum:,} to {maximum:,}")
            return None
        return int(typed)

    def day(self, name: str, missing: str = "") -> date | None:
        """Return a date field's value."""
        typed = self.text(name, missing)
        if not typed:
            return None
        try:
            return date.fromisoformat(typed)
        except ValueError:
            self.refuse(name, "Enter a date, like 2026-12-01")
            return None

    def clock(self, name: str, missing: str = "") -> time | None:
        """Return a time field's value, to the minute and without a zone."""
        typed = self.text(name, missing)
        if not typed:
            return None
        try:
            return time.fromisoformat(typed).replace(second=0, microsecond=0, tzinfo=None)
        except ValueError:
            self.refuse(name, "Enter a time, like 9:00 AM")
            return None

    def choice(self, name: str, options: Iterable[str], missing: str = "") -> str:
        """Return one of the offered options; what the page never offered is refused."""
        typed = self.text(name, missing)
        if typed and typed not in set(options):
            self.refuse(name, missing or "Choose one of the options")
            return ""
        return typed

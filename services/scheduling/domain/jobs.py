"""Where a job is done, and for which account customer and order."""

from dataclasses import dataclass, replace

from services.scheduling.domain.refusals import BadFieldError


@dataclass(frozen=True, kw_only=True)
class Site:
    """Where the inspection takes place."""

    site_id: str
    street: str
    city: str
    region: str = ""
    postal_code: str = ""
    note: str = ""

    @property
    def one_line(self) -> str:
        """`1482 Alder Creek Rd, Bend, OR 97702`."""
        rest = " ".join(part for part in (self.region, self.postal_code) if part)
        return ", ".join(part for part in (self.street, self.city, rest) if part)

    def changed(self, **facts: object) -> "Site":
        """Return the site with other facts; None leaves a fact as it is."""
        given = {name: value for name, value in facts.items() if value is not None}
        after = replace(self, **given)  # type: ignore[arg-type]  # names are the callers' fields
        after.check()
        return after

    def check(self) -> None:
        """Refuse a place nobody could find."""
        for name, value, sentence in (
            ("street", self.street, "Enter the property's street and number"),
            ("city", self.city, "Enter the property's city"),
        ):
            if not value.strip():
                raise BadFieldError(sentence, field=name)


@dataclass(frozen=True, kw_only=True)
class AccountRef:
    """The account customer an inspection is done for, as it was when it was booked."""

    account_id: str
    name: str
    terms_days: int


@dataclass(frozen=True, kw_only=True)
class OrderRef:
    """The order over several sites an inspection belongs to; one inspection per site."""

    order_id: str
    number: str
    site_count: int

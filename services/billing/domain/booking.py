"""What billing takes from an inspection: the charges, the people, and when it may collect."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from services.billing.domain.account import AccountOf
from services.billing.domain.invoice import Payer


class Role(StrEnum):
    """What somebody is in the People box."""

    CLIENT = "client"
    AGENT = "agent"
    ADDITIONAL = "additional"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody of the inspection who could be invoiced."""

    role: Role
    payer: Payer


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One charge (cents); credits are negative."""

    line_id: str
    name: str
    note: str
    amount_cents: int
    service_id: str = ""
    """Of the company's catalogue; empty for fees and credits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """When the report opens and when money may be collected; a snapshot made at creation (C3)."""

    collect_after_publish: bool
    require_payment: bool
    locked: bool
    """Set by collect-after-publish: staff cannot unlock by hand (R6, C8)."""
    unlocked_by_staff: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """The public state of one inspection, as far as money is concerned."""

    number: str
    currency: str
    lines: tuple[Line, ...]
    people: tuple[Person, ...]
    street: str
    place: str
    """`Bend, OR 97702`."""
    starts_at: datetime
    starts_on: date
    """The date at the property; what is unpaid is due on it."""
    time_zone: str
    release: Release
    published: bool
    cancelled: bool
    notifications_disabled: bool
    revision: int
    account: AccountOf | None = None
    """None: a single client."""

    @property
    def charge_cents(self) -> int:
        """What the inspection costs; nothing once it is cancelled."""
        return 0 if self.cancelled else sum(line.amount_cents for line in self.lines)

    @property
    def client(self) -> Payer:
        """The first client; an inspection always has one, else its first person stands in."""
        found = (person.payer for person in self.people if person.role is Role.CLIENT)
        return next(found, self.people[0].payer)

    def person(self, contact_id: str) -> Payer | None:
        """The person of that contact, if he is in the People box."""
        found = (p.payer for p in self.people if p.payer.contact_id == contact_id)
        return next(found, None)

"""Account customers: whose invoices are paid together, and when they are due."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountOf:
    """The account customer an inspection is done for, and its place in his orders."""

    account_id: str
    name: str
    terms_days: int
    order_id: str | None = None
    order_number: str = ""
    site_id: str = ""
    site_line: str = ""
    """`1482 Alder Creek Rd, Bend`."""
    job_created_at: datetime

    def due_on(self, issued_on: date) -> date:
        """The last day of the agreed terms."""
        return issued_on + timedelta(days=self.terms_days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who acts for the account; the first one is written to about money."""

    contact_id: str
    name: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account customer as scheduling tells it, and who he is at the card processor."""

    account_id: str
    company_id: str
    name: str
    address: str = ""
    people: tuple[Person, ...] = ()
    revision: int = 0
    customer_id: str | None = None
    customer_on: str | None = None
    """The Stripe account the customer was made on."""

    @property
    def primary(self) -> Person | None:
        """Who is written to about money."""
        return self.people[0] if self.people else None

    @property
    def email(self) -> str:
        """Where mail about money goes."""
        return self.people[0].email if self.people else ""

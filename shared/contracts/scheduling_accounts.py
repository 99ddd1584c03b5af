"""What scheduling tells of account customers: who they are, and what is done for them regularly."""

from datetime import date
from typing import ClassVar, Literal

from pydantic import AwareDatetime

from shared.contracts.event import Event, Value
from shared.contracts.jobs import CustomFieldKind, Site
from shared.money import SignedCents

Cadence = Literal["weekly", "every_2_weeks", "monthly", "quarterly", "yearly"]
RecurringStatus = Literal["active", "paused", "ended"]


class AccountPerson(Value):
    """Somebody who may sign in for the account; the first one is written to about money."""

    contact_id: str
    name: str
    email: str
    phone: str


class CustomField(Value):
    """One custom field of the company with this account's value (R81).

    Told as the fields were when the account changed; `Company.custom_fields` says which exist now.
    """

    field_id: str
    label: str
    value: str
    """Empty when nothing was entered. A number is plain decimal text, a date `2026-12-01`."""
    kind: CustomFieldKind = "text"
    choices: tuple[str, ...] = ()


class CustomerAccount(Value):
    """A customer with many sites and invoices, for example a property manager."""

    account_id: str
    name: str
    people: tuple[AccountPerson, ...]
    address: str
    terms_days: int
    """Invoices are due this many days after they are issued."""
    sites: tuple[Site, ...]
    custom_fields: tuple[CustomField, ...]
    active: bool
    created_at: AwareDatetime
    revision: int


class RecurringService(Value):
    """A service that is scheduled again and again at one site."""

    recurring_id: str
    account_id: str
    site: Site
    service_id: str
    service_name: str
    amount_cents: SignedCents
    cadence: Cadence
    status: RecurringStatus
    pause_reason: str
    """Why it is paused; the customer may be allowed to read it (R98)."""
    next_on: date | None
    """The local day of the next visit; None while paused or ended."""
    revision: int


class CustomerAccountChangedV1(Event):
    """An account was opened or changed, by staff or by the customer."""

    name: ClassVar[str] = "scheduling.customer_account_changed.v1"
    aggregate: ClassVar[str] = "customer_account"
    account: CustomerAccount

    @property
    def aggregate_id(self) -> str:
        """The account's id."""
        return self.account.account_id

    @property
    def revision(self) -> int:
        """The account's revision."""
        return self.account.revision


class RecurringServiceChangedV1(Event):
    """A recurring service was set up, scheduled a visit, was paused, resumed or ended."""

    name: ClassVar[str] = "scheduling.recurring_service_changed.v1"
    aggregate: ClassVar[str] = "recurring_service"
    service: RecurringService

    @property
    def aggregate_id(self) -> str:
        """The recurring service's id."""
        return self.service.recurring_id

    @property
    def revision(self) -> int:
        """The recurring service's revision."""
        return self.service.revision

"""What the JSON API takes about account customers: unknown members are refused."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, ConfigDict, Field, StringConstraints

from services.scheduling.domain.account import ACCOUNT_PEOPLE_MAX, SITES_MAX, TERMS_DAYS_MAX
from services.scheduling.domain.custom_fields import CHOICES_MAX, LABEL_MAX, CustomFieldKind
from services.scheduling.entrypoints.api_fields import (
    ONE_LINE,
    Address,
    Flag,
    Id,
    In,
    Minutes,
    Name,
    Phone,
    Revision,
    Text,
)
from services.scheduling.entrypoints.api_requests import SiteIn

TermsDays = Annotated[int, Field(strict=True, ge=0, le=TERMS_DAYS_MAX)]
Label = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=LABEL_MAX, pattern=ONE_LINE),
]
Choices = Annotated[list[Label], Field(max_length=CHOICES_MAX)]
Values = Annotated[dict[Id, Text], Field(max_length=100)]
OrderSites = Annotated[list[Id], Field(max_length=1_000)]
"""Far above what is allowed, so that 201 get the refusal that says so."""


class AccountPersonIn(In):
    """Somebody who will sign in: a contact by `contact_id`, or a new one with an email."""

    contact_id: Id | None = None
    name: Text = ""
    email: Address | Literal[""] = ""
    phone: Phone = ""


class AccountIn(In):
    """A new account customer; the first person is written to about money."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "name": "Cascade Property Group",
                    "terms_days": 30,
                    "people": [{"name": "Nora Bell", "email": "nora@example.com"}],
                    "sites": [{"street": "410 Birch St", "city": "Bend", "region": "OR"}],
                }
            ]
        },
    )
    name: Name
    people: Annotated[list[AccountPersonIn], Field(min_length=1, max_length=ACCOUNT_PEOPLE_MAX)]
    address: Text = ""
    terms_days: TermsDays = 30
    sites: Annotated[list[SiteIn], Field(max_length=SITES_MAX)] = Field(default_factory=list)


class AccountChangeIn(In):
    """Facts to change; a member that is missing stays."""

    name: Name | None = None
    address: Text | None = None
    terms_days: TermsDays | None = None
    active: Flag | None = None
    revision: Revision | None = None


class AccountPersonChangeIn(In):
    """Facts to change; `primary` puts the person first."""

    name: Name | None = None
    email: Address | None = None
    phone: Phone | None = None
    primary: Literal[True] | None = None
    revision: Revision | None = None


class SiteChangeIn(In):
    """Facts to change; a member that is missing stays."""

    street: Name | None = None
    city: Name | None = None
    region: Text | None = None
    postal_code: Text | None = None
    note: Text | None = None
    revision: Revision | None = None


class ValuesIn(In):
    """Values by field id. A number is plain text, a date `2026-12-01`; empty clears."""

    values: Values
    revision: Revision | None = None


class CustomersValuesIn(In):
    """What a customer entered in the portal, and which fields the company lets him change."""

    company_id: Id
    contact_id: Id
    values: Values
    field_ids_allowed: Annotated[list[Id], Field(max_length=100)]


class CustomFieldDefinitionIn(In):
    """A new field that is kept for every account customer."""

    label: Label
    kind: CustomFieldKind = "text"
    choices: Choices = Field(default_factory=list)


class CustomFieldChangeIn(In):
    """Facts to change; the kind stays."""

    label: Label | None = None
    choices: Choices | None = None


class OrderIn(In):
    """One order over several sites of an account: an inspection for each, with all services."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "account_id": "5d21",
                    "site_ids": ["a1", "a2"],
                    "service_ids": ["9ab1"],
                    "starts_at": "2026-12-01T09:00:00-08:00",
                    "inspector_id": "3f0c",
                }
            ]
        },
    )
    account_id: Id
    site_ids: OrderSites
    service_ids: Annotated[list[Id], Field(max_length=50)]
    starts_at: AwareDatetime
    duration_minutes: Minutes | None = None
    time_zone: Name | None = None
    inspector_id: Id
    require_payment: Flag | None = None
    notifications_disabled: Flag = False

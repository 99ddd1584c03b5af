"""What the JSON API takes: unknown members are refused."""

from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, ConfigDict, Field, StringConstraints, model_validator

from services.scheduling.domain.lines import LineKind
from services.scheduling.domain.payment_policy import PaymentsProvider
from services.scheduling.domain.people import PersonRole
from services.scheduling.domain.staff import StaffRole
from services.scheduling.entrypoints.api_fields import (
    Address,
    Flag,
    Hue,
    Id,
    In,
    LongText,
    Minutes,
    Name,
    Phone,
    Revision,
    Text,
)
from shared.identity import Permission
from shared.money import Cents


class TokenIn(In):
    """An account with its password, or an API key."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"email": "priya@example.com", "password": "a long password"}]
        },
    )
    email: Annotated[str, StringConstraints(max_length=254)] = ""
    password: Annotated[str, StringConstraints(max_length=200)] = ""
    api_key: Annotated[str, StringConstraints(max_length=200)] = ""


class CompanyIn(In):
    """Facts to change; a member that is missing stays."""

    name: Name | None = None
    tagline: Text | None = None
    time_zone: Name | None = None
    email: Address | None = None
    phone: Phone | None = None
    address: Text | None = None
    hue: Hue | None = None
    agreement_title: Name | None = None
    agreement_text: LongText | None = None
    revision: Revision | None = None


class PolicyIn(In):
    """The company-wide payment settings; a member that is missing stays."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"collect_payment_after_publish": True}]},
    )
    payments_provider: PaymentsProvider | None = None
    collect_payment_after_publish: Flag | None = None
    allow_deferred_payment: Flag | None = None
    revision: Revision | None = None


class StaffIn(In):
    """A new account."""

    name: Name
    email: Address
    phone: Phone = ""
    role: StaffRole
    password: Annotated[str, StringConstraints(min_length=10, max_length=200)]


class StaffChangeIn(In):
    """Facts to change; a member that is missing stays."""

    name: Name | None = None
    phone: Phone | None = None
    role: StaffRole | None = None
    active: Flag | None = None
    password: Annotated[str, StringConstraints(min_length=10, max_length=200)] | None = None


class ApiKeyIn(In):
    """What the key is for, and what it may do."""

    name: Name
    scopes: Annotated[list[Permission], Field(min_length=1, max_length=10)]


class CustomFieldIn(In):
    """One of the company's own fields."""

    name: Name
    value: Text = ""


class ContactIn(In):
    """Somebody outside the company."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"name": "Ellen Park", "email": "ellen@example.com"}]},
    )
    name: Name
    email: Address | Literal[""] = ""
    phone: Phone = ""
    custom_fields: Annotated[list[CustomFieldIn], Field(max_length=30)] = Field(
        default_factory=list
    )


class ContactChangeIn(In):
    """Facts to change; a member that is missing stays."""

    name: Name | None = None
    email: Address | Literal[""] | None = None
    phone: Phone | None = None
    custom_fields: Annotated[list[CustomFieldIn], Field(max_length=30)] | None = None


class ServiceIn(In):
    """A new entry of the catalogue."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"name": "Radon test", "note": "48-hour monitor", "price_cents": 15000}]
        },
    )
    name: Name
    note: Text = ""
    price_cents: Cents
    duration_minutes: Minutes = 60


class ServiceChangeIn(In):
    """Facts to change; a member that is missing stays."""

    name: Name | None = None
    note: Text | None = None
    price_cents: Cents | None = None
    duration_minutes: Minutes | None = None
    active: Flag | None = None


class PersonIn(In):
    """A contact of the company by `contact_id`, or a new one by name."""

    role: PersonRole
    role_label: Text = ""
    contact_id: Id | None = None
    name: Text = ""
    email: Address | Literal[""] = ""
    phone: Phone = ""


class PersonChangeIn(In):
    """Facts to change; a member that is missing stays."""

    role: PersonRole | None = None
    role_label: Name | None = None
    name: Name | None = None
    email: Address | Literal[""] | None = None
    phone: Phone | None = None
    revision: Revision | None = None


class LineIn(In):
    """A service of the catalogue, or a manual fee or credit. A credit's amount is positive."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"kind": "fee", "name": "Travel", "amount_cents": 2500}]},
    )
    kind: LineKind
    service_id: Id | None = None
    name: Text = ""
    note: Text = ""
    amount_cents: Cents | None = None


class LineChangeIn(In):
    """A new price in whole cents."""

    amount_cents: Cents
    revision: Revision | None = None


class SiteIn(In):
    """Where the inspection takes place."""

    street: Name
    city: Name
    region: Text = ""
    postal_code: Text = ""
    note: Text = ""


class InspectionIn(In):
    """A new booking. Times carry their offset; they are shown in `time_zone`.

    For an account customer `account_id` and `site_id` take the place of `site`, and its first
    person is the client.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "site": {"street": "1482 Alder Creek Rd", "city": "Bend", "region": "OR"},
                    "starts_at": "2026-12-01T09:00:00-08:00",
                    "duration_minutes": 150,
                    "time_zone": "America/Los_Angeles",
                    "inspector_id": "3f0c",
                    "people": [
                        {"role": "client", "name": "Ellen Park", "email": "ellen@example.com"}
                    ],
                    "lines": [{"kind": "service", "service_id": "9ab1"}],
                }
            ]
        },
    )
    account_id: Id | None = None
    site_id: Id | None = None
    site: SiteIn | None = None
    starts_at: AwareDatetime
    duration_minutes: Minutes | None = None
    time_zone: Name | None = None
    inspector_id: Id
    people: Annotated[list[PersonIn], Field(max_length=30)] = Field(default_factory=list)
    lines: Annotated[list[LineIn], Field(max_length=50)] = Field(default_factory=list)
    require_payment: Flag | None = None
    notifications_disabled: Flag = False
    collect_payment_after_publish: Annotated[
        bool | None, Field(description="Refused: set for the company only (`company_wide_only`)")
    ] = None

    @model_validator(mode="after")
    def _says_where(self) -> Self:
        if (self.account_id is None) != (self.site_id is None):
            raise ValueError("account_id and site_id belong together")
        if (self.site is None) == (self.site_id is None):
            raise ValueError("give either site, or account_id and site_id")
        if self.account_id is None and not self.people:
            raise ValueError("people must name the client")
        return self


class InspectionChangeIn(In):
    """Release and notifications of one inspection; a member that is missing stays."""

    require_payment: Flag | None = None
    notifications_disabled: Flag | None = None
    collect_payment_after_publish: Annotated[
        bool | None, Field(description="Refused: set for the company only (`company_wide_only`)")
    ] = None
    revision: Revision | None = None


class RescheduleIn(In):
    """What moves; a member that is missing stays."""

    starts_at: AwareDatetime | None = None
    duration_minutes: Minutes | None = None
    time_zone: Name | None = None
    inspector_id: Id | None = None
    revision: Revision | None = None


class DuplicateIn(In):
    """When the copy begins."""

    starts_at: AwareDatetime


class RevisionIn(In):
    """Optionally the revision the caller has seen."""

    revision: Revision | None = None

"""What the JSON API gives: the public state, plus what only a company's own staff sees."""

from datetime import datetime
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from services.scheduling.domain.access import ApiKey
from services.scheduling.domain.agreement import Agreement
from services.scheduling.domain.company import Company
from services.scheduling.domain.contact import Contact
from services.scheduling.domain.inspection import Inspection
from services.scheduling.domain.staff import StaffMember
from services.scheduling.domain.standing import Balance, is_released
from shared.contracts import scheduling as contracts
from shared.money import SignedCents


class TokenOut(BaseModel):
    """Send it as `Authorization: Bearer <access_token>`."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the name of the scheme
    expires_in: int


class CompanyOut(contracts.Company):
    """The company, with what only its staff sees."""

    number_prefix: str
    agreement_title: str
    agreement_text: str


class ApiKeyOut(BaseModel):
    """A key; `api_key` is there once, in the answer that created it."""

    key_id: str
    name: str
    scopes: tuple[str, ...]
    created_at: AwareDatetime
    revoked_at: AwareDatetime | None
    api_key: str | None = None


class CustomFieldOut(BaseModel):
    """One of the company's own fields."""

    name: str
    value: str


class ContactOut(contracts.Contact):
    """A contact with the company's own fields."""

    custom_fields: tuple[CustomFieldOut, ...]


class ServiceOut(BaseModel):
    """An entry of the catalogue."""

    model_config = ConfigDict(from_attributes=True)
    service_id: str
    name: str
    note: str
    price_cents: int
    duration_minutes: int
    active: bool
    revision: int


class InspectionOut(contracts.Inspection):
    """An inspection as staff see it."""

    total_cents: SignedCents


class InspectionPage(BaseModel):
    """Some inspections, and where the rest begins."""

    items: list[InspectionOut]
    next_cursor: str | None


class InspectionDetail(InspectionOut):
    """One inspection with what billing and the portal told about it."""

    report_released: bool
    paid_cents: int
    balance_cents: int
    agreement_signed: bool
    agreement_behind: bool


class AgreementOut(BaseModel):
    """The agreement as it stands."""

    model_config = ConfigDict(from_attributes=True)
    agreement_id: str
    version: int
    title: str
    text: str
    total_cents: int
    signed: bool
    signed_by: str
    signed_at: datetime | None


class ContactPage(BaseModel):
    """Some contacts, and where the rest begins."""

    items: list[ContactOut]
    next_cursor: str | None


class StaffList(BaseModel):
    """The whole team."""

    items: list[contracts.StaffMember]


class ApiKeyList(BaseModel):
    """All keys, revoked ones too."""

    items: list[ApiKeyOut]


class ServiceList(BaseModel):
    """The whole catalogue."""

    items: list[ServiceOut]


def company_out(company: Company) -> CompanyOut:
    """Show a company."""
    return CompanyOut.model_validate(company, from_attributes=True)


def staff_out(member: StaffMember) -> contracts.StaffMember:
    """Show a staff member; never the password."""
    return contracts.StaffMember.model_validate(member, from_attributes=True)


def contact_out(contact: Contact) -> ContactOut:
    """Show a contact."""
    plain: dict[str, Any] = {
        **vars(contact),
        "custom_fields": [vars(field) for field in contact.custom_fields],
    }
    return ContactOut.model_validate(plain)


def inspection_out(inspection: Inspection) -> InspectionOut:
    """Show an inspection."""
    return InspectionOut.model_validate(inspection, from_attributes=True)


def inspection_detail(
    inspection: Inspection, balance: Balance | None, agreement: Agreement | None
) -> InspectionDetail:
    """Show an inspection with its standing."""
    behind = agreement is not None and agreement.is_behind(inspection.total_cents)
    return InspectionDetail.model_validate(
        {
            **inspection_out(inspection).model_dump(),
            "report_released": is_released(inspection, balance),
            "paid_cents": balance.paid_cents if balance else 0,
            "balance_cents": balance.balance_cents if balance else inspection.total_cents,
            "agreement_signed": agreement is not None and agreement.signed,
            "agreement_behind": behind,
        }
    )


def api_key_out(key: ApiKey, plain: str | None = None) -> ApiKeyOut:
    """Show a key, and its text only to the one who created it just now."""
    return ApiKeyOut.model_validate({**vars(key), "api_key": plain})

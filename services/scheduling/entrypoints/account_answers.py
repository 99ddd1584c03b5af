"""What the JSON API gives about account customers."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from services.scheduling.domain.account import CustomerAccount
from services.scheduling.domain.company import Company
from services.scheduling.domain.inspection import Inspection
from services.scheduling.domain.refusals import UnknownError
from services.scheduling.usecases._facts import about_account
from services.scheduling.usecases.ports import ListedAccount
from shared.contracts import scheduling_accounts as contracts
from shared.contracts.jobs import CustomFieldDefinition, Site
from shared.money import SignedCents


class AccountOut(contracts.CustomerAccount):
    """An account customer with its people, sites and custom fields."""


class ListedAccountOut(BaseModel):
    """One account in a list; its sites are only counted."""

    model_config = ConfigDict(from_attributes=True)
    account_id: str
    name: str
    site_count: int
    terms_days: int
    active: bool


class AccountPage(BaseModel):
    """Some accounts by name, and where the rest begins."""

    items: list[ListedAccountOut]
    next_cursor: str | None


class CustomFieldList(BaseModel):
    """All custom fields of the company."""

    items: list[CustomFieldDefinition]


class OrderedInspection(BaseModel):
    """One inspection of an order."""

    inspection_id: str
    number: str
    status: str
    site: Site
    total_cents: SignedCents


class OrderOut(BaseModel):
    """An order and its inspections."""

    order_id: str
    order_number: str
    account_id: str
    total_cents: SignedCents
    inspections: list[OrderedInspection]


def account_out(account: CustomerAccount, company: Company) -> AccountOut:
    """Show an account with its custom fields."""
    told = about_account(account, company.custom_fields).account
    return AccountOut.model_validate(told, from_attributes=True)


def account_page(rows: Sequence[ListedAccount], following: str | None) -> AccountPage:
    """Show a part of the list."""
    items = [ListedAccountOut.model_validate(row) for row in rows]
    return AccountPage(items=items, next_cursor=following)


def custom_fields_out(company: Company) -> CustomFieldList:
    """Show the company's fields."""
    return CustomFieldList(
        items=[
            CustomFieldDefinition.model_validate(field, from_attributes=True)
            for field in company.custom_fields
        ]
    )


def order_out(inspections: Sequence[Inspection]) -> OrderOut:
    """Show an order by its inspections."""
    first = inspections[0]
    if first.order is None or first.account is None:
        raise UnknownError(what="order")
    return OrderOut(
        order_id=first.order.order_id,
        order_number=first.order.number,
        account_id=first.account.account_id,
        total_cents=sum(inspection.total_cents for inspection in inspections),
        inspections=[
            OrderedInspection.model_validate(inspection, from_attributes=True)
            for inspection in inspections
        ],
    )

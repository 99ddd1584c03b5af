"""The custom fields of an account are filled in, by staff or by the customer (R81)."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.scheduling.domain.account import CustomerAccount
from services.scheduling.domain.refusals import FieldNotAllowedError
from services.scheduling.usecases._accounts import keep
from services.scheduling.usecases.ports import Desk, Office


@dataclass(frozen=True, kw_only=True)
class FillInCustomFields:
    """Values by field id; an empty one clears the field."""

    company_id: str
    account_id: str
    values: Mapping[str, str]
    contact_id: str | None = None
    """The customer who changes them; None for staff."""
    allowed: frozenset[str] | None = None
    """The fields a customer may change; None for staff, who may change all."""
    revision: int | None = None


async def fill_in_custom_fields(command: FillInCustomFields, *, office: Office) -> CustomerAccount:
    """Keep the values. A customer has to be on the account, and may change what is allowed.

    Raises FieldNotAllowedError, UnknownError for a person or field that is not there, and
    BadFieldError for a value that is not of its field's kind.
    """

    async def work(desk: Desk) -> CustomerAccount:
        before = await desk.account(command.company_id, command.account_id)
        before.must_be_at(command.revision)
        if command.contact_id is not None:
            before.person(command.contact_id)
        if command.allowed is not None and set(command.values) - command.allowed:
            raise FieldNotAllowedError
        company = await desk.company(command.company_id)
        after = before.with_values(company.custom_fields, command.values)
        await keep(desk, after, before=before)
        return after

    return await office.transaction(work)

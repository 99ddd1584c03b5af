"""A company keeps one more fact about its account customers."""

from dataclasses import dataclass

from services.scheduling.domain.company import Company
from services.scheduling.domain.custom_fields import CustomFieldDefinition, CustomFieldKind
from services.scheduling.usecases._facts import about_company
from services.scheduling.usecases.ports import Desk, Office, Secrets


@dataclass(frozen=True, kw_only=True)
class DefineCustomField:
    """The new field."""

    company_id: str
    label: str
    kind: CustomFieldKind = "text"
    choices: tuple[str, ...] = ()


async def define_custom_field(
    command: DefineCustomField, *, office: Office, secrets: Secrets
) -> Company:
    """Add it at the end of the list, and tell the company's new list."""
    definition = CustomFieldDefinition(
        field_id=secrets.new_id(),
        label=command.label.strip(),
        kind=command.kind,
        choices=tuple(choice.strip() for choice in command.choices),
    )

    async def work(desk: Desk) -> Company:
        before = await desk.company(command.company_id)
        after = before.with_custom_fields((*before.custom_fields, definition))
        await desk.write(after, before=before, events=[about_company(after)])
        return after

    return await office.transaction(work)

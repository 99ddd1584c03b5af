"""A field of the company gets another label or other choices."""

from dataclasses import dataclass

from services.scheduling.domain.company import Company
from services.scheduling.domain.custom_fields import definition_in
from services.scheduling.usecases._facts import about_company
from services.scheduling.usecases.ports import Desk, Office


@dataclass(frozen=True, kw_only=True)
class ChangeCustomField:
    """What changes; None leaves it as it is."""

    company_id: str
    field_id: str
    label: str | None = None
    choices: tuple[str, ...] | None = None


async def change_custom_field(command: ChangeCustomField, *, office: Office) -> Company:
    """Change it; a value that is no choice any more stays until somebody changes it."""

    async def work(desk: Desk) -> Company:
        before = await desk.company(command.company_id)
        changed = definition_in(before.custom_fields, command.field_id).changed(
            label=command.label, choices=command.choices
        )
        after = before.with_custom_fields(
            tuple(
                changed if known.field_id == command.field_id else known
                for known in before.custom_fields
            )
        )
        if after != before:
            await desk.write(after, before=before, events=[about_company(after)])
        return after

    return await office.transaction(work)

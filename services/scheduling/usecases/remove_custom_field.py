"""A company stops keeping a fact about its account customers."""

from services.scheduling.domain.company import Company
from services.scheduling.domain.custom_fields import definition_in
from services.scheduling.usecases._facts import about_company
from services.scheduling.usecases.ports import Desk, Office


async def remove_custom_field(company_id: str, field_id: str, *, office: Office) -> Company:
    """Remove the field; nobody sees its values any more."""

    async def work(desk: Desk) -> Company:
        before = await desk.company(company_id)
        definition_in(before.custom_fields, field_id)
        after = before.with_custom_fields(
            tuple(known for known in before.custom_fields if known.field_id != field_id)
        )
        await desk.write(after, before=before, events=[about_company(after)])
        return after

    return await office.transaction(work)

"""Services, manual fees and credits of an inspection: added, removed, repriced (R57)."""

from dataclasses import dataclass

from services.scheduling.domain.inspection import Inspection
from services.scheduling.domain.lines import Lines, with_line, with_price, without_line
from services.scheduling.usecases._booking import NewLine, line_for
from services.scheduling.usecases._facts import about_inspection
from services.scheduling.usecases.ports import Desk, Office, Secrets
from shared.contracts.scheduling import InspectionServicesChangedV1


@dataclass(frozen=True, kw_only=True)
class ChangeServices:
    """Lines to add, to remove, and new prices by line (whole cents; a credit's is positive)."""

    company_id: str
    inspection_id: str
    add: tuple[NewLine, ...] = ()
    remove: tuple[str, ...] = ()
    reprice: tuple[tuple[str, int], ...] = ()
    revision: int | None = None


async def change_services(
    command: ChangeServices, *, office: Office, secrets: Secrets
) -> Inspection:
    """Change the bill before or after publishing and payment (R14); billing does the rest.

    The agreement stays; whether it should follow is asked afterwards (R58).
    """

    async def work(desk: Desk) -> Inspection:
        before = await desk.inspection(command.company_id, command.inspection_id)
        before.must_be_at(command.revision)
        after = before.with_lines(await _changed(desk, command, before.lines, secrets))
        if after != before:
            told = about_inspection(InspectionServicesChangedV1, after)
            await desk.write(after, before=before, events=[told])
        return after

    return await office.transaction(work)


async def _changed(desk: Desk, command: ChangeServices, lines: Lines, secrets: Secrets) -> Lines:
    for asked in command.add:
        line = await line_for(desk, command.company_id, asked, new_id=secrets.new_id)
        lines = with_line(lines, line)
    for line_id, amount_cents in command.reprice:
        lines = with_price(lines, line_id, amount_cents)
    for line_id in command.remove:
        lines = without_line(lines, line_id)
    return lines

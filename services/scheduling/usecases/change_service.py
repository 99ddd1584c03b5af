"""Name, note, price, duration of a catalogue entry; and whether it is still offered."""

from dataclasses import dataclass

from services.scheduling.domain.catalogue import Service
from services.scheduling.usecases.ports import Desk, Office


@dataclass(frozen=True, kw_only=True)
class ChangeService:
    """Facts to change; None leaves one as it is."""

    company_id: str
    service_id: str
    name: str | None = None
    note: str | None = None
    price_cents: int | None = None
    duration_minutes: int | None = None
    active: bool | None = None


async def change_service(command: ChangeService, *, office: Office) -> Service:
    """Change the entry; inspections that are booked keep their price."""

    async def work(desk: Desk) -> Service:
        before = await desk.service(command.company_id, command.service_id)
        after = before.changed(
            name=command.name,
            note=command.note,
            price_cents=command.price_cents,
            duration_minutes=command.duration_minutes,
            active=command.active,
        )
        if after != before:
            await desk.write(after, before=before)
        return after

    return await office.transaction(work)

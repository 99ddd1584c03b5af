"""Something more to offer."""

from dataclasses import dataclass

from services.scheduling.domain.catalogue import Service
from services.scheduling.usecases.ports import Desk, Office, Secrets


@dataclass(frozen=True, kw_only=True)
class AddService:
    """A new entry of the catalogue."""

    company_id: str
    name: str
    note: str = ""
    price_cents: int
    duration_minutes: int = 60


async def add_service(command: AddService, *, office: Office, secrets: Secrets) -> Service:
    """Write the entry. The catalogue is scheduling's own; nobody else needs to hear of it."""
    service = Service(
        service_id=secrets.new_id(),
        company_id=command.company_id,
        name=command.name.strip(),
        note=command.note.strip(),
        price_cents=command.price_cents,
        duration_minutes=command.duration_minutes,
    )
    service.check()

    async def work(desk: Desk) -> Service:
        await desk.company(command.company_id)
        await desk.write(service)
        return service

    return await office.transaction(work)

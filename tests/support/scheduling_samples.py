"""A company with a catalogue and one booked inspection, and the words to make more."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from services.scheduling.domain.company import Company
from services.scheduling.domain.inspection import Inspection
from services.scheduling.domain.standing import KnownInvoice
from services.scheduling.entrypoints.parts import Parts
from services.scheduling.usecases._booking import NewLine, NewPerson
from services.scheduling.usecases._filing import Upload
from services.scheduling.usecases.add_service import AddService, add_service
from services.scheduling.usecases.create_company import CreateCompany, create_company
from services.scheduling.usecases.schedule_inspection import ScheduleInspection, schedule_inspection
from shared.contracts.event import Event
from tests.support.scheduling_fakes import (
    CountedSecrets,
    MemoryDoor,
    MemoryKeys,
    MemoryOffice,
    MemoryReports,
    PlainMint,
    PlainPasswords,
)
from tests.support.scheduling_memory import Memory, MemoryLookups

NOW = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
NINE_IN_BEND = datetime(2026, 12, 1, 17, 0, tzinfo=UTC)
PASSWORD = "a long password"
OWNER = "priya@harborpine.example"
A_PDF = Upload(file_name="Report.pdf", content=b"%PDF-1.7 a report")


@dataclass
class World:
    """Scheduling with its ports in memory."""

    memory: Memory = field(default_factory=Memory)
    now: datetime = NOW
    company_id: str = ""
    owner_id: str = ""
    home_id: str = ""
    radon_id: str = ""

    def __post_init__(self) -> None:
        self.office = MemoryOffice(self.memory)
        self.lookups = MemoryLookups(self.memory)
        self.door = MemoryDoor(self.memory)
        self.passwords = PlainPasswords()
        self.secrets = CountedSecrets()
        self.mint = PlainMint()
        self.reports = MemoryReports()
        self.keys = MemoryKeys()

    def parts(self) -> Parts:
        return Parts(
            office=self.office,
            door=self.door,
            lookups=self.lookups,
            passwords=self.passwords,
            secrets=self.secrets,
            mint=self.mint,
            reports=self.reports,
            keys=self.keys,
            now=lambda: self.now,
        )

    async def founded(self) -> "World":
        """Create the company, its owner and two services."""
        created = await create_company(
            CreateCompany(
                name="Harbor & Pine",
                tagline="Home Inspections",
                time_zone="America/Los_Angeles",
                email="hello@harborpine.example",
                phone="(541) 555-0142",
                owner_name="Priya Raman",
                owner_email=OWNER,
                owner_password=PASSWORD,
            ),
            office=self.office,
            passwords=self.passwords,
            secrets=self.secrets,
        )
        self.company_id, self.owner_id = created.company.company_id, created.owner.staff_id
        self.home_id = await self._service("Full home inspection", 47_500)
        self.radon_id = await self._service("Radon test", 15_000)
        self.memory.events.clear()
        return self

    async def _service(self, name: str, price_cents: int) -> str:
        service = await add_service(
            AddService(company_id=self.company_id, name=name, price_cents=price_cents),
            office=self.office,
            secrets=self.secrets,
        )
        return service.service_id

    def booking(self, **changes: object) -> ScheduleInspection:
        facts = {
            "company_id": self.company_id,
            "street": "1482 Alder Creek Rd",
            "city": "Bend",
            "region": "OR",
            "postal_code": "97702",
            "starts_at": NINE_IN_BEND,
            "duration_minutes": 150,
            "inspector_id": self.owner_id,
            "people": (NewPerson(role="client", name="Ellen Park", email="ellen@example.com"),),
            "lines": (NewLine(kind="service", service_id=self.home_id),),
        }
        return ScheduleInspection(**facts | changes)

    async def booked(self, **changes: object) -> Inspection:
        return await schedule_inspection(
            self.booking(**changes), office=self.office, secrets=self.secrets, now=self.now
        )

    def company(self) -> Company:
        return self.memory.records[Company][self.company_id]

    def told(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.memory.events if isinstance(event, kind)]


def an_invoice(inspection: Inspection, **changes: object) -> KnownInvoice:
    """Return a third party's open invoice of $150.00."""
    facts = {
        "invoice_id": "inv1",
        "company_id": inspection.company_id,
        "inspection_id": inspection.inspection_id,
        "kind": "third_party",
        "status": "open",
        "payer_contact_id": "agent1",
        "payer_name": "Marcus Lee",
        "payer_role_label": "Buyer's agent",
        "lines": (),
        "due_on": NINE_IN_BEND.date(),
        "paid_at": None,
        "waits_for_publish": False,
        "balance_cents": 15_000,
        "revision": 1,
    }
    return KnownInvoice(**facts | changes)

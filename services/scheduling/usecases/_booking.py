"""What scheduling and duplicating have in common: people, lines, number, agreement, one write."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from services.scheduling.domain.account import CustomerAccount
from services.scheduling.domain.agreement import Agreement, filled_in
from services.scheduling.domain.agreement_facts import agreement_facts
from services.scheduling.domain.company import Company
from services.scheduling.domain.contact import Contact
from services.scheduling.domain.inspection import Inspection
from services.scheduling.domain.lines import LineKind, ServiceLine
from services.scheduling.domain.people import USUAL_LABELS, Person, PersonRole
from services.scheduling.domain.refusals import BadFieldError
from services.scheduling.usecases._facts import about_agreement, about_contact, about_inspection
from services.scheduling.usecases.ports import Desk
from shared.contracts.event import Event
from shared.contracts.scheduling import InspectionScheduledV1

NewId = Callable[[], str]


@dataclass(frozen=True, kw_only=True)
class NewPerson:
    """Somebody for the People box: a contact of the company, or (without id) a new one."""

    role: PersonRole
    role_label: str = ""
    contact_id: str | None = None
    name: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, kw_only=True)
class NewLine:
    """A service of the catalogue, at its price unless told otherwise; or a fee or credit."""

    kind: LineKind
    service_id: str | None = None
    name: str = ""
    note: str = ""
    amount_cents: int | None = None


async def person_for(desk: Desk, company_id: str, asked: NewPerson, *, new_id: NewId) -> Person:
    """Find the contact, or add one with its event, and return his part in the box."""
    if asked.contact_id:
        contact = await desk.contact(company_id, asked.contact_id)
    else:
        contact = Contact(
            contact_id=new_id(),
            company_id=company_id,
            name=asked.name.strip(),
            email=asked.email.strip(),
            phone=asked.phone.strip(),
        )
        contact.check()
        await desk.write(contact, events=[about_contact(contact)])
    return Person(
        contact_id=contact.contact_id,
        role=asked.role,
        role_label=asked.role_label.strip() or USUAL_LABELS[asked.role],
        name=contact.name,
        email=contact.email,
        phone=contact.phone,
    )


async def line_for(desk: Desk, company_id: str, asked: NewLine, *, new_id: NewId) -> ServiceLine:
    """Return the charge: a service by its catalogue entry, a fee or credit as typed."""
    if asked.kind == "service":
        if not asked.service_id:
            raise BadFieldError("Choose a service of the catalogue", field="service_id")
        service = await desk.service(company_id, asked.service_id)
        return service.line(new_id(), amount_cents=asked.amount_cents, note=asked.note.strip())
    if asked.amount_cents is None:
        raise BadFieldError("Enter an amount", field="amount_cents")
    line = ServiceLine(
        line_id=new_id(),
        kind=asked.kind,
        name=asked.name.strip(),
        note=asked.note.strip(),
        amount_cents=0,
    )
    return line.repriced(asked.amount_cents)


async def people_for(
    desk: Desk, company_id: str, asked: Sequence[NewPerson], *, new_id: NewId
) -> tuple[Person, ...]:
    """Do `person_for` for everybody, in order."""
    return tuple([await person_for(desk, company_id, one, new_id=new_id) for one in asked])


def client_for(account: CustomerAccount) -> Person:
    """Return the account's first person as the client of its inspections."""
    person = account.primary
    return Person(
        contact_id=person.contact_id,
        role="client",
        role_label=USUAL_LABELS["client"],
        name=person.name,
        email=person.email,
        phone=person.phone,
    )


async def number_for(desk: Desk, company: Company) -> str:
    """Return the company's next number; it belongs to this transaction only."""
    return (await numbers_for(desk, company, 1))[0]


async def numbers_for(desk: Desk, company: Company, count: int) -> list[str]:
    """Return the company's next numbers; they belong to this transaction only."""
    first = await desk.next_number(company.company_id, count)
    return [f"{company.number_prefix}-{number}" for number in range(first, first + count)]


async def book(
    desk: Desk, company: Company, inspection: Inspection, *, new_id: NewId, now: datetime
) -> Inspection:
    """Write a new inspection with its agreement, and tell of both."""
    return (await book_all(desk, company, [inspection], new_id=new_id, now=now))[0]


async def book_all(
    desk: Desk,
    company: Company,
    inspections: Sequence[Inspection],
    *,
    new_id: NewId,
    now: datetime,
) -> list[Inspection]:
    """Write new inspections with their agreements, and tell of all of them."""
    records: list[Inspection | Agreement] = []
    events: list[Event] = []
    booked = []
    for inspection in inspections:
        day = today(company, now)
        agreement = agreement_for(company, inspection, agreement_id=new_id(), today=day)
        complete = replace(inspection, agreement_id=agreement.agreement_id)
        booked.append(complete)
        records += [complete, agreement]
        events += [about_inspection(InspectionScheduledV1, complete), about_agreement(agreement)]
    await desk.add_all(records, events)
    return booked


def agreement_for(
    company: Company, inspection: Inspection, *, agreement_id: str, today: date
) -> Agreement:
    """Return the first version of the agreement of an inspection."""
    facts = agreement_facts(company, inspection)
    return Agreement(
        agreement_id=agreement_id,
        company_id=company.company_id,
        inspection_id=inspection.inspection_id,
        version=1,
        title=filled_in(company.agreement_title, facts),
        text=filled_in(company.agreement_text, facts),
        total_cents=inspection.total_cents,
        issued_on=today,
    )


def today(company: Company, now: datetime) -> date:
    """Return the company's local date."""
    return now.astimezone(ZoneInfo(company.time_zone)).date()

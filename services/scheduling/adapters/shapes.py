"""Documents of MongoDB and records of the domain, both directions side by side."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

from services.scheduling.domain.access import ApiKey, Session
from services.scheduling.domain.account import CustomerAccount
from services.scheduling.domain.agreement import Agreement
from services.scheduling.domain.catalogue import Service
from services.scheduling.domain.company import Company
from services.scheduling.domain.contact import Contact
from services.scheduling.domain.inspection import Inspection
from services.scheduling.domain.recurring import RecurringService
from services.scheduling.domain.staff import StaffMember
from services.scheduling.domain.standing import Balance, KnownInvoice
from shared.mongo import Document

T = TypeVar("T")


@dataclass(frozen=True)
class Shape(Generic[T]):
    """Where one kind of record is kept, and which of its fields is the `_id`."""

    collection: str
    key: str
    adapter: TypeAdapter[T]

    def document(self, record: T) -> Document:
        """Return the record as MongoDB keeps it: days as text, since BSON has none."""
        plain: Document = _without_days(self.adapter.dump_python(record))
        return {"_id": plain.pop(self.key), **plain, **_found_by(record)}

    def record(self, document: Mapping[str, Any]) -> T:
        """Return what the document says; fields added by newer versions are ignored."""
        return self.adapter.validate_python({**document, self.key: document["_id"]})


def _without_days(value: Any) -> Any:
    match value:
        case dict():
            return {name: _without_days(part) for name, part in value.items()}
        case list() | tuple():
            return [_without_days(part) for part in value]
        case date() if not isinstance(value, datetime):
            return value.isoformat()
        case _:
            return value


def _found_by(record: object) -> Document:
    """Return what a record is found or listed by: text in lower case, counts, the next day."""
    more: Document = {}
    match record:
        case Inspection():
            words = [record.number, record.site.one_line, *(p.name for p in record.people)]
        case Contact():
            words = [record.name, record.email, record.phone]
        case CustomerAccount():
            words = [record.name]
            words += [word for person in record.people for word in (person.name, person.email)]
            more = {"site_count": len(record.sites)}
        case RecurringService():
            return {"next_on": record.next_on.isoformat() if record.next_on else None}
        case _:
            return {}
    return {"search": " ".join(words).lower(), **more}


COMPANY = Shape("companies", "company_id", TypeAdapter(Company))
STAFF = Shape("staff", "staff_id", TypeAdapter(StaffMember))
CONTACT = Shape("contacts", "contact_id", TypeAdapter(Contact))
SERVICE = Shape("services", "service_id", TypeAdapter(Service))
INSPECTION = Shape("inspections", "inspection_id", TypeAdapter(Inspection))
AGREEMENT = Shape("agreements", "agreement_id", TypeAdapter(Agreement))
API_KEY = Shape("api_keys", "key_id", TypeAdapter(ApiKey))
SESSION = Shape("sessions", "secret_hash", TypeAdapter(Session))
ACCOUNT = Shape("accounts", "account_id", TypeAdapter(CustomerAccount))
RECURRING = Shape("recurring_services", "recurring_id", TypeAdapter(RecurringService))
BALANCE = Shape("balances", "inspection_id", TypeAdapter(Balance))
INVOICE = Shape("invoices", "invoice_id", TypeAdapter(KnownInvoice))

SHAPES: Mapping[type, Shape[Any]] = {
    Company: COMPANY,
    StaffMember: STAFF,
    Contact: CONTACT,
    Service: SERVICE,
    Inspection: INSPECTION,
    Agreement: AGREEMENT,
    ApiKey: API_KEY,
    CustomerAccount: ACCOUNT,
    RecurringService: RECURRING,
    Balance: BALANCE,
    KnownInvoice: INVOICE,
}

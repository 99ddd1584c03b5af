"""Everything scheduling stores, in memory, and what is looked up in it."""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from services.scheduling.domain.access import ApiKey, Session
from services.scheduling.domain.account import CustomerAccount
from services.scheduling.domain.agreement import Agreement
from services.scheduling.domain.catalogue import Service
from services.scheduling.domain.company import Company
from services.scheduling.domain.contact import Contact
from services.scheduling.domain.inspection import Inspection
from services.scheduling.domain.recurring import RecurringService
from services.scheduling.domain.refusals import UnknownError
from services.scheduling.domain.staff import StaffMember
from services.scheduling.domain.standing import Balance, KnownInvoice
from services.scheduling.usecases.ports import InspectionList, ListedAccount, ListedInspection
from shared.contracts.event import Event

KEY_OF = {
    Company: "company_id",
    StaffMember: "staff_id",
    Contact: "contact_id",
    Service: "service_id",
    Inspection: "inspection_id",
    Agreement: "agreement_id",
    ApiKey: "key_id",
    CustomerAccount: "account_id",
    RecurringService: "recurring_id",
}
RETOLD = (
    Company,
    StaffMember,
    Contact,
    CustomerAccount,
    RecurringService,
    Inspection,
    Agreement,
)


@dataclass
class Memory:
    """Everything that would be in the database."""

    records: dict[type, dict[str, Any]] = field(
        default_factory=lambda: {kind: {} for kind in KEY_OF}
    )
    balances: dict[str, Balance] = field(default_factory=dict)
    invoices: dict[str, KnownInvoice] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    orders: dict[str, int] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    retold: list[Event] = field(default_factory=list)
    rebuilds: list[str] = field(default_factory=list)

    def copied(self) -> "Memory":
        fresh = copy(self)
        fresh.records = {kind: dict(rows) for kind, rows in self.records.items()}
        for name in ("balances", "invoices", "numbers", "orders", "sessions"):
            setattr(fresh, name, dict(getattr(self, name)))
        for name in ("events", "retold", "rebuilds"):
            setattr(fresh, name, list(getattr(self, name)))
        return fresh


class MemoryLookups:
    """Reading."""

    def __init__(self, memory: Memory) -> None:
        self.memory = memory

    def _one(self, kind: type, company_id: str, key: str) -> Any:
        found = self.memory.records[kind].get(key)
        if found is None or found.company_id != company_id:
            raise UnknownError(what=kind.__name__)
        return found

    def _all(self, kind: type, company_id: str) -> list[Any]:
        rows = self.memory.records[kind].values()
        return [row for row in rows if row.company_id == company_id]

    async def company(self, company_id: str) -> Company:
        return self._one(Company, company_id, company_id)

    async def staff_member(self, company_id: str, staff_id: str) -> StaffMember:
        return self._one(StaffMember, company_id, staff_id)

    async def contact(self, company_id: str, contact_id: str) -> Contact:
        return self._one(Contact, company_id, contact_id)

    async def service(self, company_id: str, service_id: str) -> Service:
        return self._one(Service, company_id, service_id)

    async def inspection(self, company_id: str, inspection_id: str) -> Inspection:
        return self._one(Inspection, company_id, inspection_id)

    async def agreement(self, company_id: str, agreement_id: str) -> Agreement:
        return self._one(Agreement, company_id, agreement_id)

    async def api_key(self, company_id: str, key_id: str) -> ApiKey:
        return self._one(ApiKey, company_id, key_id)

    async def account(self, company_id: str, account_id: str) -> CustomerAccount:
        return self._one(CustomerAccount, company_id, account_id)

    async def accounts_with(self, company_id: str, contact_id: str) -> list[CustomerAccount]:
        return [
            account
            for account in self._all(CustomerAccount, company_id)
            if contact_id in {person.contact_id for person in account.people}
        ]

    async def recurring(self, company_id: str, recurring_id: str) -> RecurringService:
        return self._one(RecurringService, company_id, recurring_id)

    async def recurring_of(self, company_id: str, account_id: str | None) -> list[RecurringService]:
        rows = self._all(RecurringService, company_id)
        return [row for row in rows if account_id in (None, row.account_id)]

    async def accounts(
        self, company_id: str, *, text: str = "", cursor: str | None = None, limit: int = 25
    ) -> tuple[list[ListedAccount], str | None]:
        def said(row: CustomerAccount) -> str:
            people = " ".join(f"{person.name} {person.email}" for person in row.people)
            return f"{row.name} {people}".lower()

        rows = [
            row
            for row in sorted(
                self._all(CustomerAccount, company_id), key=lambda a: (a.name, a.account_id)
            )
            if all(word in said(row) for word in text.lower().split())
            and (cursor is None or (row.name, row.account_id) > _place(cursor))
        ]
        last = rows[limit - 1] if len(rows) > limit else None
        listed = [
            ListedAccount(
                account_id=row.account_id,
                name=row.name,
                people=row.people[:1],
                site_count=len(row.sites),
                terms_days=row.terms_days,
                active=row.active,
            )
            for row in rows[:limit]
        ]
        return listed, f"{last.name}~{last.account_id}" if last else None

    async def order(self, company_id: str, order_id: str) -> list[Inspection]:
        rows = self._all(Inspection, company_id)
        found = [row for row in rows if row.order and row.order.order_id == order_id]
        if not found:
            raise UnknownError(what="order")
        return sorted(found, key=lambda row: row.number)

    async def visits(
        self, company_id: str, account_id: str, *, since: datetime | None, limit: int = 10
    ) -> list[ListedInspection]:
        rows = [
            row
            for row in self._all(Inspection, company_id)
            if row.account
            and row.account.account_id == account_id
            and (since is None or (row.starts_at >= since and row.status == "scheduled"))
        ]
        rows.sort(key=lambda row: (row.starts_at, row.number), reverse=since is None)
        return self._listed(rows[:limit])

    async def team(self, company_id: str) -> Sequence[StaffMember]:
        return sorted(self._all(StaffMember, company_id), key=lambda member: member.name)

    async def services(self, company_id: str) -> Sequence[Service]:
        return sorted(self._all(Service, company_id), key=lambda service: service.name)

    async def api_keys(self, company_id: str) -> Sequence[ApiKey]:
        return sorted(self._all(ApiKey, company_id), key=lambda key: key.created_at, reverse=True)

    async def scheduled_with(self, company_id: str, contact_id: str) -> Sequence[Inspection]:
        return [
            inspection
            for inspection in self._all(Inspection, company_id)
            if inspection.status == "scheduled"
            and contact_id in {person.contact_id for person in inspection.people}
        ]

    async def agreement_of(self, company_id: str, inspection_id: str) -> Agreement | None:
        rows = self._all(Agreement, company_id)
        return next((row for row in rows if row.inspection_id == inspection_id), None)

    async def balance_of(self, company_id: str, inspection_id: str) -> Balance | None:
        found = self.memory.balances.get(inspection_id)
        return found if found and found.company_id == company_id else None

    async def invoices_of(self, company_id: str, inspection_id: str) -> Sequence[KnownInvoice]:
        return [
            invoice
            for _, invoice in sorted(self.memory.invoices.items())
            if (invoice.company_id, invoice.inspection_id) == (company_id, inspection_id)
        ]

    async def open_third_party_invoices(self, company_id: str) -> int:
        return sum(
            invoice.open and invoice.kind == "third_party" and invoice.company_id == company_id
            for invoice in self.memory.invoices.values()
        )

    async def contacts(
        self, company_id: str, *, text: str = "", cursor: str | None = None, limit: int = 50
    ) -> tuple[Sequence[Contact], str | None]:
        rows = sorted(self._all(Contact, company_id), key=lambda c: (c.name, c.contact_id))
        words = text.lower().split()
        rows = [
            row
            for row in rows
            if all(word in f"{row.name} {row.email} {row.phone}".lower() for word in words)
            and (cursor is None or f"{row.name}~{row.contact_id}" > cursor)
        ]
        last = rows[limit - 1] if len(rows) > limit else None
        return rows[:limit], f"{last.name}~{last.contact_id}" if last else None

    async def between(
        self, company_id: str, *, since: datetime, until: datetime, inspector_id: str | None = None
    ) -> Sequence[ListedInspection]:
        rows = [
            row
            for row in self._all(Inspection, company_id)
            if since <= row.starts_at < until and inspector_id in (None, row.inspector.staff_id)
        ]
        return self._listed(sorted(rows, key=lambda row: row.starts_at))

    async def search(
        self,
        company_id: str,
        *,
        text: str = "",
        status: str | None = None,
        account_id: str | None = None,
        cursor: str | None = None,
        limit: int = 25,
    ) -> InspectionList:
        def place(row: Inspection) -> str:
            return f"{row.starts_at.astimezone(UTC).isoformat()}~{row.inspection_id}"

        def said(row: Inspection) -> str:
            names = " ".join(person.name for person in row.people)
            return f"{row.number} {row.site.one_line} {names}".lower()

        rows = [
            row
            for row in sorted(self._all(Inspection, company_id), key=place, reverse=True)
            if all(word in said(row) for word in text.lower().split())
            and status in (None, row.status)
            and account_id in (None, row.account and row.account.account_id)
            and (cursor is None or place(row) < cursor)
        ]
        following = place(rows[limit - 1]) if len(rows) > limit else None
        return InspectionList(rows=self._listed(rows[:limit]), next_cursor=following)

    def _listed(self, rows: Sequence[Inspection]) -> list[ListedInspection]:
        balances = self.memory.balances
        return [
            ListedInspection(inspection=row, balance=balances.get(row.inspection_id))
            for row in rows
        ]


def _place(cursor: str) -> tuple[str, str]:
    name, _, key = cursor.rpartition("~")
    return name, key

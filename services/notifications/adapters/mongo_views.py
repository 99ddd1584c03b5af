"""Small copies of what the other services own: the newest state by revision, nothing derived."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from pymongo import ASCENDING, IndexModel

from services.notifications.adapters.mongo_troubles import COLLECTIONS as TROUBLES
from services.notifications.adapters.mongo_troubles import MongoTroubles
from services.notifications.domain.calendar_feed import FeedKind
from services.notifications.domain.causes import cause_of
from services.notifications.domain.money_facts import moment_of, moved_cents
from services.notifications.domain.situation import Situation
from shared.contracts.billing import (
    BillingSettingsChangedV1,
    InspectionBalanceChangedV1,
    Invoice,
    InvoiceChangedV1,
    InvoiceSendRequestedV1,
    PaymentProcessingV1,
)
from shared.contracts.billing_accounts import AutopayChangedV1
from shared.contracts.event import Event, Value
from shared.contracts.portal import PortalSettingsChangedV1
from shared.contracts.scheduling import (
    Company,
    CompanyChangedV1,
    Contact,
    ContactChangedV1,
    Inspection,
    InspectionEvent,
    StaffMember,
    StaffMemberChangedV1,
)
from shared.contracts.scheduling_accounts import CustomerAccount, CustomerAccountChangedV1
from shared.mongo import Collection, Document, Session, Store

INSPECTION_KEY = IndexModel(
    [("company_id", ASCENDING), ("state.inspection_id", ASCENDING)], name="by_inspection"
)
UNPAID = IndexModel(
    [("company_id", ASCENDING), ("state.due_on", ASCENDING)],
    name="unpaid",
    partialFilterExpression={"state.status": "open"},
)
ACCOUNTS_MAX = 300
SUBJECT = {
    FeedKind.STAFF: "state.inspector.staff_id",
    FeedKind.ACCOUNT: "state.account.account_id",
    FeedKind.CLIENT: "state.people.contact_id",
}
APPOINTMENTS = tuple(
    IndexModel(
        [("company_id", ASCENDING), (path, ASCENDING), ("state.starts_at", ASCENDING)],
        name=f"calendar_{kind}",
    )
    for kind, path in SUBJECT.items()
)
COLLECTIONS = (
    Collection("companies"),
    Collection(
        "staff_members",
        indexes=(IndexModel([("company_id", ASCENDING)], name="of_company"),),
    ),
    Collection("contacts"),
    Collection(
        "customer_accounts",
        indexes=(
            IndexModel([("company_id", ASCENDING), ("state.name", ASCENDING)], name="by_name"),
        ),
    ),
    Collection("autopay"),
    Collection("inspections", indexes=APPOINTMENTS),
    Collection("invoices", indexes=(INSPECTION_KEY, UNPAID)),
    Collection("balances"),
    Collection("billing_settings"),
    Collection("portal_settings"),
    Collection("attempts"),
    *TROUBLES,
)

HELD: tuple[tuple[type[Event], str, Callable[[Any], Value]], ...] = (
    (CompanyChangedV1, "companies", lambda event: event.company),
    (StaffMemberChangedV1, "staff_members", lambda event: event.staff_member),
    (ContactChangedV1, "contacts", lambda event: event.contact),
    (InspectionEvent, "inspections", lambda event: event.inspection),
    (InvoiceChangedV1, "invoices", lambda event: event.invoice),
    (InvoiceSendRequestedV1, "invoices", lambda event: event.invoice),
    (CustomerAccountChangedV1, "customer_accounts", lambda event: event.account),
    (AutopayChangedV1, "autopay", lambda event: event),
    (InspectionBalanceChangedV1, "balances", lambda event: event),
    (BillingSettingsChangedV1, "billing_settings", lambda event: event),
    (PortalSettingsChangedV1, "portal_settings", lambda event: event),
)
"""Which collection holds the state an event carries."""


class MongoViews:
    """The views of all companies; every read names the company."""

    def __init__(self, store: Store, session: Session | None = None) -> None:
        """With a session, reads and writes belong to its transaction."""
        self._store = store
        self._session = session
        self._troubles = MongoTroubles(store, session)

    async def keep(self, event: Event, at: datetime) -> None:
        for type_, collection, state_of in HELD:
            if isinstance(event, type_):
                await self._keep(event, collection, state_of(event))
        moved = moved_cents(event)
        if moved is not None:
            fact = {"company_id": event.company_id, "cents": moved, "at": moment_of(event, at)}
            await self._store["money_facts"].replace_one(
                {"_id": cause_of(event, "")}, fact, upsert=True, session=self._session
            )
        await self._troubles.keep(event)
        if isinstance(event, PaymentProcessingV1):
            await self._store["attempts"].update_one(
                {"_id": event.inspection_id, "company_id": event.company_id},
                {"$max": {"at": at}},
                upsert=True,
                session=self._session,
            )

    async def _keep(self, event: Event, collection: str, state: Value) -> None:
        company_id, key = event.company_id, event.aggregate_id
        revision: int = getattr(state, "revision", 0)
        held = await self._store[collection].find_one(
            {"_id": key}, {"revision": 1, "company_id": 1}, session=self._session
        )
        if held is not None and (held["revision"] >= revision or held["company_id"] != company_id):
            return
        document = {
            "company_id": company_id,
            "revision": revision,
            "state": state.model_dump(mode="json"),
        }
        await self._store[collection].replace_one(
            {"_id": key}, document, upsert=True, session=self._session
        )

    async def situation(
        self,
        company_id: str,
        inspection_id: str | None,
        invoice_id: str | None,
        account_id: str | None = None,
    ) -> Situation:
        settings = await self._one("billing_settings", company_id, company_id)
        attempt = await self._document("attempts", company_id, inspection_id)
        balance = await self._one("balances", company_id, inspection_id)
        invoice = await self._invoice(company_id, inspection_id, invoice_id)
        customer = account_id or (invoice.account_id if invoice else None)
        autopay = await self._one("autopay", company_id, customer)
        return Situation(
            account=await self.account(company_id, customer) if customer else None,
            autopay=AutopayChangedV1.model_validate(autopay) if autopay else None,
            disputed=await self._troubles.disputed(company_id, invoice),
            charged_in_vain=await self._troubles.charged_in_vain(company_id, invoice),
            reminders_paused=await self._paused(company_id, invoice),
            company=await self.company(company_id),
            inspection=await self.inspection(company_id, inspection_id) if inspection_id else None,
            invoice=invoice,
            balance=InspectionBalanceChangedV1.model_validate(balance) if balance else None,
            online_payments=bool(settings["online_payments"]) if settings else True,
            last_attempt_at=attempt["at"] if attempt else None,
        )

    async def company(self, company_id: str) -> Company | None:
        state = await self._one("companies", company_id, company_id)
        return Company.model_validate(state) if state else None

    async def inspection(self, company_id: str, inspection_id: str) -> Inspection | None:
        state = await self._one("inspections", company_id, inspection_id)
        return Inspection.model_validate(state) if state else None

    async def inspections(self, company_id: str, ids: Sequence[str]) -> Mapping[str, Inspection]:
        wanted = {"company_id": company_id, "_id": {"$in": list(ids)}}
        cursor = self._store["inspections"].find(wanted, session=self._session)
        return {row["_id"]: Inspection.model_validate(row["state"]) async for row in cursor}

    async def account(self, company_id: str, account_id: str) -> CustomerAccount | None:
        state = await self._one("customer_accounts", company_id, account_id)
        return CustomerAccount.model_validate(state) if state else None

    async def accounts(self, company_id: str) -> list[CustomerAccount]:
        wanted = {"company_id": company_id, "state.active": True}
        cursor = self._store["customer_accounts"].find(wanted, session=self._session)
        rows = cursor.sort("state.name", ASCENDING).limit(ACCOUNTS_MAX)
        return [CustomerAccount.model_validate(row["state"]) async for row in rows]

    async def portal_settings(self, company_id: str) -> PortalSettingsChangedV1 | None:
        state = await self._one("portal_settings", company_id, company_id)
        return PortalSettingsChangedV1.model_validate(state) if state else None

    async def staff(self, company_id: str) -> list[StaffMember]:
        cursor = self._store["staff_members"].find(
            {"company_id": company_id}, session=self._session
        )
        found = [StaffMember.model_validate(row["state"]) async for row in cursor]
        return sorted(found, key=lambda member: member.name.casefold())

    async def contact(self, company_id: str, contact_id: str) -> Contact | None:
        state = await self._one("contacts", company_id, contact_id)
        return Contact.model_validate(state) if state else None

    async def appointments(
        self, company_id: str, kind: FeedKind, subject_id: str, *, since: datetime, limit: int
    ) -> list[Inspection]:
        person: Document = {SUBJECT[kind]: subject_id}
        if kind is FeedKind.CLIENT:
            person = {"state.people": {"$elemMatch": {"contact_id": subject_id, "role": "client"}}}
        wanted = {
            "company_id": company_id,
            "state.starts_at": {"$gte": since.date().isoformat()},
            **person,
        }
        cursor = self._store["inspections"].find(wanted, session=self._session)
        rows = cursor.sort("state.starts_at", ASCENDING).limit(limit)
        return [Inspection.model_validate(row["state"]) async for row in rows]

    async def unpaid(
        self, company_id: str, *, due_from: date, due_until: date
    ) -> AsyncIterator[Invoice]:
        wanted = {
            "company_id": company_id,
            "state.status": "open",
            "state.due_on": {"$gte": due_from.isoformat(), "$lte": due_until.isoformat()},
        }
        cursor = self._store["invoices"].find(wanted, session=self._session)
        async for row in cursor.sort("state.due_on", ASCENDING):
            invoice = Invoice.model_validate(row["state"])
            if invoice.balance_cents > 0:
                yield invoice

    async def _paused(self, company_id: str, invoice: Invoice | None) -> bool:
        if invoice is None:
            return False
        paused = await self._document("reminder_pauses", company_id, invoice.invoice_id)
        return paused is not None

    async def company_ids(self) -> list[str]:
        cursor = self._store["companies"].find({}, {"_id": 1}, session=self._session)
        return [str(row["_id"]) async for row in cursor]

    async def _invoice(
        self, company_id: str, inspection_id: str | None, invoice_id: str | None
    ) -> Invoice | None:
        if invoice_id is not None:
            state = await self._one("invoices", company_id, invoice_id)
            return Invoice.model_validate(state) if state else None
        wanted = {"company_id": company_id, "state.inspection_id": inspection_id}
        cursor = self._store["invoices"].find(wanted, session=self._session)
        invoices = [Invoice.model_validate(row["state"]) async for row in cursor]
        clients = [invoice for invoice in invoices if invoice.kind == "client"]
        standing = [invoice for invoice in clients if invoice.status != "void"]
        return next(iter([*standing, *clients]), None)

    async def _one(self, collection: str, company_id: str, key: str | None) -> Any:
        document = await self._document(collection, company_id, key)
        return document["state"] if document else None

    async def _document(self, collection: str, company_id: str, key: str | None) -> Document | None:
        if key is None:
            return None
        found: Document | None = await self._store[collection].find_one(
            {"_id": key, "company_id": company_id}, session=self._session
        )
        return found

"""The books inside one MongoDB transaction."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from services.billing.adapters.mongo_account_books import MongoAccountBooks, OvertakenError
from services.billing.adapters.mongo_shapes import (
    attempt_document,
    attempt_value,
    bill_value,
    document,
    entry_document,
    value,
)
from services.billing.domain.attempt import Attempt
from services.billing.domain.bill import Bill
from services.billing.domain.company import Company, Settings
from services.billing.domain.ledger import Entry
from services.billing.domain.refund import Refund
from services.billing.domain.refusals import (
    AttemptNotFoundError,
    InvoiceNotFoundError,
    PaymentNotFoundError,
)
from shared.contracts.event import Event
from shared.idempotency import Answer, IdempotencyKeys
from shared.messaging.outbox import Outbox
from shared.mongo import Document, Session, Store

T = TypeVar("T")


class MongoOpenBooks(MongoAccountBooks):
    """One write. Reads see what this write has already kept."""

    def __init__(
        self, store: Store, outbox: Outbox, keys: IdempotencyKeys, session: Session
    ) -> None:
        """`session` is inside a transaction."""
        self._store = store
        self._outbox = outbox
        self._keys = keys
        self._session = session

    async def bill(self, company_id: str, inspection_id: str) -> Bill | None:
        found = await self._one("bills", {"_id": inspection_id, "company_id": company_id})
        return bill_value(found) if found else None

    async def bill_of(self, company_id: str, invoice_id: str) -> Bill:
        query = {"invoice_ids": invoice_id, "company_id": company_id}
        found = await self._one("bills", query)
        if found is None:
            raise InvoiceNotFoundError
        return bill_value(found)

    async def bill_paid_by(self, company_id: str, payment_id: str) -> Bill:
        query = {"payment_ids": payment_id, "company_id": company_id}
        found = await self._one("bills", query)
        if found is None:
            raise PaymentNotFoundError
        return bill_value(found)

    async def keep_bill(self, before: Bill | None, after: Bill) -> None:
        await self.keep_bills([(before, after)])

    async def post(self, entries: Sequence[Entry], at: datetime) -> None:
        if not entries:
            return
        ids = [entry.entry_id for entry in entries]
        found = self._store["ledger"].find({"_id": {"$in": ids}}, {"_id": 1}, session=self._session)
        known = {row["_id"] async for row in found}
        news = [entry_document(entry, at) for entry in entries if entry.entry_id not in known]
        if news:
            await self._store["ledger"].insert_many(news, session=self._session)

    async def announce(self, events: Sequence[Event], *, replayed: bool = False) -> None:
        await self._outbox.add(events, self._session, replayed=replayed)

    async def attempt(self, company_id: str, attempt_id: str) -> Attempt:
        found = await self._one("attempts", {"_id": attempt_id, "company_id": company_id})
        if found is None:
            raise AttemptNotFoundError
        return attempt_value(found)

    async def keep_attempt(self, before: Attempt | None, after: Attempt) -> None:
        if before is None:
            await self._store["attempts"].insert_one(attempt_document(after), session=self._session)
            return
        counted = replace(after, revision=before.revision + 1)
        query = {"_id": after.attempt_id, "revision": before.revision}
        await self._replace("attempts", query, attempt_document(counted))

    async def refund(self, company_id: str, refund_id: str) -> Refund | None:
        return await self._refund({"_id": refund_id, "company_id": company_id})

    async def refund_asked_by(self, company_id: str, request_key: str) -> Refund | None:
        return await self._refund({"request_key": request_key, "company_id": company_id})

    async def keep_refund(self, refund: Refund) -> None:
        await self._keep("refunds", document(Refund, refund, key="refund_id"))

    async def company(self, company_id: str) -> Company | None:
        found = await self._one("companies", {"_id": company_id})
        return value(Company, found, key="company_id") if found else None

    async def keep_company(self, company: Company) -> None:
        await self._keep("companies", document(Company, company, key="company_id"))

    async def settings(self, company_id: str) -> Settings:
        found = await self._one("settings", {"_id": company_id})
        if found is None:
            return Settings(company_id=company_id)
        return value(Settings, found, key="company_id")

    async def settings_on(self, account: str | None) -> list[Settings]:
        query = {"stripe_account_id": account}
        found = self._store["settings"].find(query, session=self._session)
        return [value(Settings, row, key="company_id") async for row in found]

    async def keep_settings(self, settings: Settings) -> None:
        await self._keep("settings", document(Settings, settings, key="company_id"))

    async def next_number(self, company_id: str, series: str) -> int:
        row: Document = await self._store["counters"].find_one_and_update(
            {"_id": f"{company_id}:{series}"},
            {"$inc": {"last": 1}},
            upsert=True,
            return_document=True,
            session=self._session,
        )
        return int(row["last"])

    async def recall(self, company_id: str, key: str, fingerprint: str) -> Answer | None:
        return await self._keys.recall(company_id, key, fingerprint)

    async def remember(self, company_id: str, key: str, fingerprint: str, answer: Answer) -> None:
        await self._keys.remember(company_id, key, fingerprint, answer, self._session)

    async def _one(self, collection: str, query: Document) -> Document | None:
        found: Document | None = await self._store[collection].find_one(
            query, session=self._session
        )
        return found

    async def _refund(self, query: Document) -> Refund | None:
        found = await self._one("refunds", query)
        return value(Refund, found, key="refund_id") if found else None

    async def _keep(self, collection: str, row: Document) -> None:
        await self._store[collection].replace_one(
            {"_id": row["_id"]}, row, upsert=True, session=self._session
        )

    async def _replace(self, collection: str, query: Document, row: dict[str, Any]) -> None:
        """Replace what was read; if it has changed since, the whole write begins again."""
        done = await self._store[collection].replace_one(query, row, session=self._session)
        if done.matched_count == 0:
            raise OvertakenError

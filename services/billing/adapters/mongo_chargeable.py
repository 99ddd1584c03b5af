"""Invoices to charge, inside one MongoDB transaction: what waits, and what was tried before."""

from collections.abc import Sequence

from services.billing.adapters.mongo_shapes import attempt_value, value
from services.billing.domain.attempt import Attempt
from services.billing.domain.charge_tries import WITHOUT_PAYER
from services.billing.domain.limits import SMALLEST_CHARGE_CENTS
from services.billing.usecases.ports_accounts import Chargeable, ChargeableSum, ToCharge
from shared.mongo import Document, Session, Store


class MongoChargeable:
    """The part of one write that finds what is to be charged."""

    _store: Store
    _session: Session

    async def chargeable(
        self, company_id: str, asked: ToCharge, *, limit: int, skip: int = 0
    ) -> list[Chargeable]:
        query = await self._waiting(company_id, asked)
        if query is None:
            return []
        found = self._store["invoices"].find(query, session=self._session)
        rows = found.sort([("issued_on", 1), ("number", 1)]).skip(skip).limit(limit)
        return [value(Chargeable, row, key="invoice_id") async for row in rows]

    async def chargeable_sums(self, company_id: str, asked: ToCharge) -> list[ChargeableSum]:
        query = await self._waiting(company_id, asked)
        if query is None:
            return []
        group = {
            "_id": {"account_id": "$account_id", "currency": "$currency"},
            "account_name": {"$last": "$account_name"},
            "invoice_count": {"$sum": 1},
            "balance_cents": {"$sum": "$balance_cents"},
        }
        sort = {"account_name": 1, "_id": 1}
        pipeline: list[Document] = [{"$match": query}, {"$group": group}, {"$sort": sort}]
        found = await self._store.aggregate("invoices", pipeline, session=self._session)
        return [ChargeableSum(**row.pop("_id"), **row) for row in found]

    async def tries_without_payer(
        self, company_id: str, inspection_ids: Sequence[str]
    ) -> list[Attempt]:
        query = {
            "company_id": company_id,
            "inspection_id": {"$in": list(inspection_ids)},
            "origin": {"$in": [origin.value for origin in WITHOUT_PAYER]},
        }
        found = self._store["attempts"].find(query, session=self._session)
        return [attempt_value(row) async for row in found]

    async def _waiting(self, company_id: str, asked: ToCharge) -> Document | None:
        """The filter `Invoices to Charge` (C25); None if nobody asked for is in autopay."""
        accounts = self._store["autopay"].find(
            {"company_id": company_id, "enrolled": True}, session=self._session
        )
        since = {row["_id"]: row["enrolled_at"] async for row in accounts}
        if asked.account_ids is not None:
            since = {key: since[key] for key in asked.account_ids if key in since}
        if not since:
            return None
        query: Document = {
            "company_id": company_id,
            "payable": True,
            "held": False,
            "balance_cents": {"$gte": SMALLEST_CHARGE_CENTS},
            "$or": [
                {"account_id": account_id, "job_created_at": {"$gt": enrolled_at}}
                for account_id, enrolled_at in since.items()
            ],
        }
        if asked.invoice_ids is not None:
            query["_id"] = {"$in": list(asked.invoice_ids)}
        if asked.due_by is not None:
            query["due_on"] = {"$lte": asked.due_by.isoformat()}
        if asked.currency:
            query["currency"] = asked.currency
        return query

"""Reading scheduling's records: each question names its company."""

from collections.abc import Sequence
from datetime import datetime

from services.scheduling.adapters.mongo_accounts import MongoAccountLookups
from services.scheduling.adapters.mongo_reading import by_name, containing
from services.scheduling.adapters.shapes import (
    AGREEMENT,
    API_KEY,
    BALANCE,
    COMPANY,
    CONTACT,
    INSPECTION,
    INVOICE,
    SERVICE,
    STAFF,
)
from services.scheduling.domain.access import ApiKey
from services.scheduling.domain.agreement import Agreement
from services.scheduling.domain.catalogue import Service
from services.scheduling.domain.company import Company
from services.scheduling.domain.contact import Contact
from services.scheduling.domain.inspection import Inspection
from services.scheduling.domain.refusals import BadFieldError, UnknownError
from services.scheduling.domain.staff import StaffMember
from services.scheduling.domain.standing import OPEN_STATUSES, Balance, KnownInvoice
from services.scheduling.usecases.ports import InspectionList, ListedInspection
from shared.mongo import Document

DAY_MAX = 500


class MongoLookups(MongoAccountLookups):
    """Answers from the database; inside a transaction when made with its session."""

    async def company(self, company_id: str) -> Company:
        return await self._one(COMPANY, {"_id": company_id})

    async def staff_member(self, company_id: str, staff_id: str) -> StaffMember:
        return await self._one(STAFF, {"_id": staff_id, "company_id": company_id})

    async def contact(self, company_id: str, contact_id: str) -> Contact:
        return await self._one(CONTACT, {"_id": contact_id, "company_id": company_id})

    async def service(self, company_id: str, service_id: str) -> Service:
        return await self._one(SERVICE, {"_id": service_id, "company_id": company_id})

    async def inspection(self, company_id: str, inspection_id: str) -> Inspection:
        return await self._one(INSPECTION, {"_id": inspection_id, "company_id": company_id})

    async def agreement(self, company_id: str, agreement_id: str) -> Agreement:
        return await self._one(AGREEMENT, {"_id": agreement_id, "company_id": company_id})

    async def api_key(self, company_id: str, key_id: str) -> ApiKey:
        return await self._one(API_KEY, {"_id": key_id, "company_id": company_id})

    async def team(self, company_id: str) -> Sequence[StaffMember]:
        return await self._many(STAFF, {"company_id": company_id}, sort=[("name", 1)])

    async def services(self, company_id: str) -> Sequence[Service]:
        return await self._many(SERVICE, {"company_id": company_id}, sort=[("name", 1)])

    async def api_keys(self, company_id: str) -> Sequence[ApiKey]:
        return await self._many(API_KEY, {"company_id": company_id}, sort=[("created_at", -1)])

    async def scheduled_with(self, company_id: str, contact_id: str) -> Sequence[Inspection]:
        where = {
            "company_id": company_id,
            "people.contact_id": contact_id,
            "status": "scheduled",
        }
        return await self._many(INSPECTION, where)

    async def agreement_of(self, company_id: str, inspection_id: str) -> Agreement | None:
        where = {"company_id": company_id, "inspection_id": inspection_id}
        found = await self._many(AGREEMENT, where, limit=1)
        return found[0] if found else None

    async def balance_of(self, company_id: str, inspection_id: str) -> Balance | None:
        where = {"_id": inspection_id, "company_id": company_id}
        found = await self._many(BALANCE, where, limit=1)
        return found[0] if found else None

    async def invoices_of(self, company_id: str, inspection_id: str) -> Sequence[KnownInvoice]:
        where = {"company_id": company_id, "inspection_id": inspection_id}
        return await self._many(INVOICE, where, sort=[("_id", 1)])

    async def open_third_party_invoices(self, company_id: str) -> int:
        where = {
            "company_id": company_id,
            "kind": "third_party",
            "status": {"$in": sorted(OPEN_STATUSES)},
        }
        count = await self._store[INVOICE.collection].count_documents(where, session=self._session)
        return int(count)

    async def contacts(
        self, company_id: str, *, text: str = "", cursor: str | None = None, limit: int = 50
    ) -> tuple[Sequence[Contact], str | None]:
        where = {"company_id": company_id, **containing(text), **by_name(cursor)}
        sort = [("name", 1), ("_id", 1)]
        found = await self._many(CONTACT, where, sort=sort, limit=limit + 1)
        if len(found) <= limit:
            return found, None
        last = found[limit - 1]
        return found[:limit], f"{last.name}~{last.contact_id}"

    async def between(
        self, company_id: str, *, since: datetime, until: datetime, inspector_id: str | None = None
    ) -> Sequence[ListedInspection]:
        where: Document = {"company_id": company_id, "starts_at": {"$gte": since, "$lt": until}}
        if inspector_id:
            where["inspector.staff_id"] = inspector_id
        found = await self._many(INSPECTION, where, sort=[("starts_at", 1)], limit=DAY_MAX)
        return await self._with_balances(company_id, found)

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
        where: Document = {"company_id": company_id, **containing(text)}
        if status:
            where["status"] = status
        if account_id:
            where["account.account_id"] = account_id
        if cursor:
            starts_at, inspection_id = _position(cursor)
            where["$or"] = [
                {"starts_at": {"$lt": starts_at}},
                {"starts_at": starts_at, "_id": {"$lt": inspection_id}},
            ]
        sort = [("starts_at", -1), ("_id", -1)]
        found = await self._many(INSPECTION, where, sort=sort, limit=limit + 1)
        following = None
        if len(found) > limit:
            found = found[:limit]
            following = f"{found[-1].starts_at.isoformat()}~{found[-1].inspection_id}"
        rows = await self._with_balances(company_id, found)
        return InspectionList(rows=rows, next_cursor=following)

    async def order(self, company_id: str, order_id: str) -> Sequence[Inspection]:
        where = {"company_id": company_id, "order.order_id": order_id}
        found = await self._many(INSPECTION, where, sort=[("number", 1)])
        if not found:
            raise UnknownError(what="order")
        return found

    async def visits(
        self, company_id: str, account_id: str, *, since: datetime | None, limit: int = 10
    ) -> Sequence[ListedInspection]:
        where: Document = {"company_id": company_id, "account.account_id": account_id}
        way = -1 if since is None else 1
        sort = [("starts_at", way), ("number", way)]
        if since is not None:
            where |= {"starts_at": {"$gte": since}, "status": "scheduled"}
        found = await self._many(INSPECTION, where, sort=sort, limit=limit)
        return await self._with_balances(company_id, found)

    async def _with_balances(
        self, company_id: str, inspections: Sequence[Inspection]
    ) -> Sequence[ListedInspection]:
        ids = [inspection.inspection_id for inspection in inspections]
        where = {"_id": {"$in": ids}, "company_id": company_id}
        balances = {b.inspection_id: b for b in await self._many(BALANCE, where)}
        return [
            ListedInspection(inspection=i, balance=balances.get(i.inspection_id))
            for i in inspections
        ]


def _position(cursor: str) -> tuple[datetime, str]:
    at, _, inspection_id = cursor.partition("~")
    try:
        return datetime.fromisoformat(at), inspection_id
    except ValueError as error:
        raise BadFieldError("This cursor is not one of ours", field="cursor") from error

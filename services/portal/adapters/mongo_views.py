"""The read model in MongoDB: one collection, so that a batch is one find and one bulk write.

Ids name the kind: `inspection:7f3a`, `payer:91c0`, `company:c1`. `revisions` holds how new each
part is; it is all a batch reads. Parts are the events' own JSON, written when they are news.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from pymongo import UpdateOne

from services.portal.adapters.mongo_account_rows import empty_account_rows
from services.portal.domain.facts import COMPANY, INSPECTION, PAYER, view_id
from services.portal.domain.fold import Change, Revisions
from services.portal.domain.people_box import Boxes
from services.portal.domain.views import (
    CompanyView,
    InspectionView,
    Outcomes,
    PayerView,
    Property,
)
from shared.contracts.event import Event
from shared.messaging.outbox import Outbox
from shared.mongo import Collection, Document, Session, Store

VIEWS = "views"
COLLECTIONS = (Collection(VIEWS),)
_PROPERTY = {
    "inspection.site": 1,
    "inspection.starts_at": 1,
    "inspection.time_zone": 1,
    "inspection.status": 1,
}
_SHOWN = {"people": 0}
"""What pages read: all but the past of the People box."""
_TOLD = (
    "inspection",
    "agreement",
    "invoice",
    "balance",
    "amounts",
    "assigned",
    "outcomes",
    "company",
    "collecting",
)
"""Every part that its owner tells again.

`signature` does not come from events. `people` does, but of a box that was changed since nobody
tells again: forgetting who has left would revive his links."""


class MongoViews:
    """The views as pages read them."""

    def __init__(self, store: Store) -> None:
        """The portal's own database."""
        self._store = store

    async def inspection(self, company_id: str, inspection_id: str) -> InspectionView | None:
        """One find by id and company."""
        document = await self._find(INSPECTION, inspection_id, company_id)
        return _inspection(document)

    async def inspection_page(
        self, company_id: str, inspection_id: str
    ) -> tuple[InspectionView | None, CompanyView | None]:
        """Both in one find."""
        wanted = [view_id(INSPECTION, inspection_id), view_id(COMPANY, company_id)]
        asked = {"_id": {"$in": wanted}, "company_id": company_id}
        cursor = self._store[VIEWS].find(asked, _SHOWN)
        found = {document["_id"]: document async for document in cursor}
        return _inspection(found.get(wanted[0])), _company(found.get(wanted[1]))

    async def payer(self, company_id: str, invoice_id: str) -> PayerView | None:
        """The invoice, and from the inspection's view nothing but place, time and own payments."""
        document = await self._find(PAYER, invoice_id, company_id)
        if document is None or "invoice" not in document:
            return None
        wanted = {**_PROPERTY, f"outcomes.{invoice_id}": 1}
        inspection_id = document["invoice"]["inspection_id"]
        place = await self._find(INSPECTION, inspection_id, company_id, wanted)
        if place is None or "inspection" not in place:
            return None
        return PayerView(
            company_id=company_id,
            invoice=document["invoice"],
            property=Property.model_validate(place["inspection"]),
            outcomes=Outcomes.model_validate(place.get("outcomes", {}).get(invoice_id, {})),
            amounts=document.get("amounts", {}),
        )

    async def people_boxes(self, company_id: str, inspection_id: str) -> Boxes:
        """One find by id and company, of nothing else."""
        document = await self._find(INSPECTION, inspection_id, company_id, {"people": 1})
        boxes = document.get("people", {}) if document else {}
        return {int(revision): frozenset(box["addresses"]) for revision, box in boxes.items()}

    async def company(self, company_id: str) -> CompanyView | None:
        """One find by id."""
        return _company(await self._find(COMPANY, company_id, company_id))

    async def _find(
        self, kind: str, identity: str, company_id: str, fields: Document | None = None
    ) -> Document | None:
        found: Document | None = await self._store[VIEWS].find_one(
            {"_id": view_id(kind, identity), "company_id": company_id}, fields or _SHOWN
        )
        return found


def _inspection(document: Document | None) -> InspectionView | None:
    known = document is not None and "inspection" in document
    return InspectionView.model_validate(document) if known else None


def _company(document: Document | None) -> CompanyView | None:
    known = document is not None and "company" in document
    return CompanyView.model_validate(document) if known else None


class MongoProjections:
    """The views as the bus writes them, in one transaction."""

    def __init__(self, store: Store, session: Session) -> None:
        """`session` is the transaction that also holds the inbox."""
        self._views: Any = store[VIEWS]
        self._session = session

    async def revisions(self, view_ids: Iterable[str]) -> Mapping[str, Revisions]:
        """One find for the whole batch."""
        cursor = self._views.find(
            {"_id": {"$in": list(view_ids)}}, {"revisions": 1}, session=self._session
        )
        documents = await cursor.to_list(None)
        return {document["_id"]: document.get("revisions", {}) for document in documents}

    async def write(self, changes: Mapping[str, Change]) -> None:
        """One bulk write for the whole batch."""
        writes = [
            UpdateOne({"_id": key}, _set(change), upsert=True) for key, change in changes.items()
        ]
        await self._views.bulk_write(writes, ordered=False, session=self._session)


def _set(change: Change) -> Document:
    news: Document = {"company_id": change.company_id}
    for part, content in change.parts.items():
        news[part.replace("/", ".")] = content.model_dump(mode="json")
    for part, order in change.revisions.items():
        news[f"revisions.{part}"] = order
    return {"$set": news}


class MongoRebuilding:
    """The views as an operator empties them."""

    def __init__(self, store: Store, outbox: Outbox) -> None:
        """The request for the owners' state leaves through the outbox."""
        self._store = store
        self._outbox = outbox

    async def empty(self, event: Event) -> int:
        """Take every told part away, then ask for it again.

        Not one transaction: it would outlive its five seconds on many views. A command that dies
        in between has emptied some and asked for nothing; running it again does the rest.
        """
        fields = dict.fromkeys((*_TOLD, "revisions"), "")
        result = await self._store[VIEWS].update_many({}, {"$unset": fields})
        rows = await empty_account_rows(self._store)
        await self._store.transaction(lambda session: self._outbox.add([event], session))
        count: int = result.modified_count + rows
        return count

"""Signed agreements in MongoDB: inserted once, never changed."""

from dataclasses import asdict

from services.portal.adapters.mongo_views import VIEWS
from services.portal.domain.facts import INSPECTION, view_id
from services.portal.domain.signing import SignatureRecord
from services.portal.domain.views import Signature
from shared.contracts.event import Event
from shared.crash_points import crash_point
from shared.messaging.outbox import Outbox
from shared.mongo import Collection, Document, Session, Store

SIGNATURES = "signatures"
COLLECTIONS = (Collection(SIGNATURES),)


class MongoSignatures:
    """The evidence, and a short copy in the inspection's view."""

    def __init__(self, store: Store, outbox: Outbox) -> None:
        """The signature is told in the transaction that keeps it."""
        self._store = store
        self._outbox = outbox

    async def add(self, record: SignatureRecord, event: Event) -> bool:
        """Signature, view and event in one transaction; a second one of a version is none."""
        key = _key(record.agreement_id, record.version)

        async def work(session: Session) -> bool:
            result = await self._store[SIGNATURES].update_one(
                {"_id": key}, {"$setOnInsert": asdict(record)}, upsert=True, session=session
            )
            if result.upserted_id is None:
                return False
            await self._store[VIEWS].update_one(
                {"_id": view_id(INSPECTION, record.inspection_id)},
                {"$set": {"signature": _short(record), "company_id": record.company_id}},
                upsert=True,
                session=session,
            )
            await self._outbox.add([event], session)
            crash_point("portal.signed-not-committed")
            return True

        return await self._store.transaction(work)

    async def of(self, company_id: str, agreement_id: str, version: int) -> SignatureRecord | None:
        """By agreement and version."""
        document: Document | None = await self._store[SIGNATURES].find_one(
            {"_id": _key(agreement_id, version), "company_id": company_id}, {"_id": 0}
        )
        return SignatureRecord(**document) if document else None


def _key(agreement_id: str, version: int) -> str:
    return f"{agreement_id}:{version}"


def _short(record: SignatureRecord) -> Document:
    return Signature(
        agreement_id=record.agreement_id,
        version=record.version,
        signed_by=record.signed_by,
        signed_at=record.signed_at,
    ).model_dump(mode="json")

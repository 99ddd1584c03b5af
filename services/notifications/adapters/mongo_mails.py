"""The mail log and the senders' queue in one collection: what was never sent is not lost."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel, ReturnDocument

from services.notifications.adapters.mongo_shapes import mail_document, mail_from
from services.notifications.domain.mail import Mail, MailState
from services.notifications.usecases.ports import KeptLetter, MailCounts, MailFilter
from shared.mongo import Collection, Document, Session, Store

SHOWN_MAX = 50
LETTERS_KEPT = timedelta(days=400)
UNSETTLED = [str(MailState.WAITING), str(MailState.SENDING)]
COLLECTIONS = (
    Collection(
        "mails",
        indexes=(
            IndexModel(
                [("not_before", ASCENDING)],
                name="due",
                partialFilterExpression={"state": str(MailState.WAITING)},
            ),
            IndexModel(
                [("lease_until", ASCENDING)],
                name="lapsing",
                partialFilterExpression={"state": str(MailState.SENDING)},
            ),
            IndexModel(
                [
                    ("company_id", ASCENDING),
                    ("inspection_id", ASCENDING),
                    ("queued_at", DESCENDING),
                ],
                name="of_inspection",
            ),
            IndexModel([("company_id", ASCENDING), ("queued_at", DESCENDING)], name="log"),
            IndexModel([("link_ids", ASCENDING)], name="by_link"),
        ),
    ),
    Collection(
        "letters",
        indexes=(
            IndexModel(
                [("at", ASCENDING)],
                name="expire",
                expireAfterSeconds=int(LETTERS_KEPT.total_seconds()),
            ),
        ),
    ),
)


class MongoMails:
    """Mails of all companies; only the senders look across companies."""

    def __init__(self, store: Store, session: Session | None = None) -> None:
        """With a session, reads and writes belong to its transaction."""
        self._store = store
        self._mails = store["mails"]
        self._session = session

    async def queue(self, mails: Sequence[Mail]) -> list[Mail]:
        if not mails:
            return []
        ids = [mail.mail_id for mail in mails]
        cursor = self._mails.find({"_id": {"$in": ids}}, {"_id": 1}, session=self._session)
        there = {row["_id"] async for row in cursor}
        fresh = [mail for mail in mails if mail.mail_id not in there]
        if fresh:
            documents = [mail_document(mail) for mail in fresh]
            await self._mails.insert_many(documents, session=self._session)
        return fresh

    async def claim(self, *, now: datetime, lease_until: datetime) -> Mail | None:
        due = {"state": str(MailState.WAITING), "not_before": {"$lte": now}}
        lapsed = {"state": str(MailState.SENDING), "lease_until": {"$lte": now}}
        for wanted, first in ((due, "not_before"), (lapsed, "lease_until")):
            found: Document | None = await self._mails.find_one_and_update(
                wanted,
                {
                    "$set": {"state": str(MailState.SENDING), "lease_until": lease_until},
                    "$inc": {"attempts": 1},
                },
                sort=[(first, ASCENDING)],
                return_document=ReturnDocument.AFTER,
                session=self._session,
            )
            if found is not None:
                return mail_from(found)
        return None

    async def update(self, mail: Mail, kept: KeptLetter | None = None) -> bool:
        document = mail_document(mail)
        # The link was noted apart, and may have been opened since.
        changed = {k: v for k, v in document.items() if k not in {"_id", "link_ids", "opened_at"}}
        if kept is not None:
            changed["subject"] = kept.subject
        tries = [mail.attempts, mail.attempts + 1]  # a try that did not count was counted at claim
        result = await self._mails.update_one(
            {"_id": mail.mail_id, "state": str(MailState.SENDING), "attempts": {"$in": tries}},
            {"$set": changed},
            session=self._session,
        )
        if kept is not None and result.matched_count:
            await self._keep_letter(mail, kept)
        return bool(result.matched_count)

    async def _keep_letter(self, mail: Mail, kept: KeptLetter) -> None:
        await self._store["letters"].replace_one(
            {"_id": mail.mail_id},
            {
                "company_id": mail.company_id,
                "subject": kept.subject,
                "html": kept.html,
                "text": kept.text,
                "at": mail.settled_at,
            },
            upsert=True,
            session=self._session,
        )

    async def note_link(self, mail: Mail, link_id: str) -> None:
        await self._mails.update_one(
            {"_id": mail.mail_id}, {"$addToSet": {"link_ids": link_id}}, session=self._session
        )

    async def opened(self, company_id: str, link_id: str, at: datetime) -> bool:
        result = await self._mails.update_one(
            {"link_ids": link_id, "company_id": company_id},
            {"$min": {"opened_at": at}}
            if await self._opened_before(company_id, link_id)
            else {"$set": {"opened_at": at}},
            session=self._session,
        )
        return bool(result.matched_count)

    async def _opened_before(self, company_id: str, link_id: str) -> bool:
        wanted = {"link_ids": link_id, "company_id": company_id, "opened_at": {"$ne": None}}
        found = await self._mails.find_one(wanted, {"_id": 1}, session=self._session)
        return found is not None

    async def mail(self, company_id: str, mail_id: str) -> Mail | None:
        found = await self._mails.find_one(
            {"_id": mail_id, "company_id": company_id}, session=self._session
        )
        return mail_from(found) if found else None

    async def letter(self, company_id: str, mail_id: str) -> KeptLetter | None:
        found = await self._store["letters"].find_one({"_id": mail_id, "company_id": company_id})
        if found is None:
            return None
        return KeptLetter(subject=found["subject"], html=found["html"], text=found["text"])

    async def of_inspection(self, company_id: str, inspection_id: str) -> list[Mail]:
        wanted = {"company_id": company_id, "inspection_id": inspection_id}
        return await self._found(wanted, SHOWN_MAX)

    async def page(
        self, company_id: str, wanted: MailFilter, *, before: datetime | None, limit: int
    ) -> list[Mail]:
        query: dict[str, Any] = {"company_id": company_id, **_state_query(wanted.state)}
        if wanted.kind:
            query["kind"] = wanted.kind
        if wanted.address:
            query["address_key"] = wanted.address.strip().casefold()
        if wanted.inspection_id:
            query["inspection_id"] = wanted.inspection_id
        if before is not None:
            query["queued_at"] = {"$lt": before}
        return await self._found(query, limit)

    async def counts(self, company_id: str, since: datetime) -> MailCounts:
        settled = {"company_id": company_id, "settled_at": {"$gte": since}}
        rows = await self._store.aggregate(
            "mails",
            [{"$match": settled}, {"$group": {"_id": "$state", "count": {"$sum": 1}}}],
            session=self._session,
        )
        by_state = {row["_id"]: row["count"] for row in rows}
        retrying = await self._mails.count_documents(
            {"company_id": company_id, **_state_query("retrying")}, session=self._session
        )
        return MailCounts(
            delivered=by_state.get(str(MailState.SENT), 0),
            retrying=retrying,
            bounced=by_state.get(str(MailState.BOUNCED), 0),
            suppressed=by_state.get(str(MailState.SUPPRESSED), 0),
        )

    async def _found(self, query: Document, limit: int) -> list[Mail]:
        cursor = self._mails.find(query, session=self._session).sort("queued_at", DESCENDING)
        return [mail_from(row) async for row in cursor.limit(limit)]


def _state_query(state: str) -> Document:
    match state:
        case "":
            return {}
        case "retrying":
            return {"state": {"$in": UNSETTLED}, "attempts": {"$gt": 0}}
        case "waiting":
            return {"state": {"$in": UNSETTLED}}
        case _:
            return {"state": state}

"""The mail texts each company has changed."""

from collections.abc import Mapping
from datetime import datetime

from pymongo import ASCENDING, IndexModel

from services.notifications.domain.mail import Words
from shared.mongo import Collection, Session, Store

COLLECTIONS = (
    Collection("texts", indexes=(IndexModel([("company_id", ASCENDING)], name="of_company"),)),
)


class MongoTexts:
    """One document per company and text."""

    def __init__(self, store: Store, session: Session | None = None) -> None:
        """With a session, reads and writes belong to its transaction."""
        self._texts = store["texts"]
        self._session = session

    async def changed(self, company_id: str) -> Mapping[str, Words]:
        cursor = self._texts.find({"company_id": company_id}, session=self._session)
        return {row["key"]: Words(subject=row["subject"], body=row["body"]) async for row in cursor}

    async def put(self, company_id: str, key: str, words: Words, *, by: str, at: datetime) -> None:
        await self._texts.replace_one(
            {"_id": f"{company_id}:{key}"},
            {
                "company_id": company_id,
                "key": key,
                "subject": words.subject,
                "body": words.body,
                "by": by,
                "at": at,
            },
            upsert=True,
            session=self._session,
        )

    async def remove(self, company_id: str, key: str) -> None:
        await self._texts.delete_one({"_id": f"{company_id}:{key}"}, session=self._session)

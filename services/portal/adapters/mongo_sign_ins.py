"""Mailed sign-in links and sessions of account customers in MongoDB, by their hashes alone."""

from collections.abc import Collection as Some
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from services.portal.domain.account_access import (
    IDLE_MAX,
    LINK_LIFETIME,
    AccountSession,
    SignInLink,
)
from services.portal.domain.account_rows import fold_address
from shared.contracts.event import Event
from shared.messaging.outbox import Outbox
from shared.mongo import Collection, Document, Session, Store

LINKS = "account_links"
SESSIONS = "account_sessions"
REQUESTS = "account_sign_ins"
_LINK_KEPT = LINK_LIFETIME + timedelta(days=1)
_REQUEST_KEPT = timedelta(days=1)


def _expire(field: str, after: timedelta) -> IndexModel:
    seconds = int(after.total_seconds())
    return IndexModel([(field, ASCENDING)], name="expire", expireAfterSeconds=seconds)


_OF_ACCOUNT = IndexModel([("account_id", ASCENDING)], name="account")
COLLECTIONS = (
    Collection(LINKS, indexes=(_expire("created_at", _LINK_KEPT), _OF_ACCOUNT)),
    Collection(SESSIONS, indexes=(_expire("seen_at", IDLE_MAX), _OF_ACCOUNT)),
    Collection(REQUESTS, indexes=(_expire("at", _REQUEST_KEPT),)),
)


class MongoSignIns:
    """`_id` is the hash of what the person holds."""

    def __init__(self, store: Store, outbox: Outbox) -> None:
        """A request is told in the transaction that notes it."""
        self._store = store
        self._outbox = outbox

    async def request(
        self, key: str, at: datetime, not_since: datetime, events: Sequence[Event]
    ) -> bool:
        """Only if the last request of the key is old enough."""

        async def work(session: Session) -> bool:
            await self._store[REQUESTS].update_one(
                {"_id": key, "at": {"$lte": not_since}},
                {"$set": {"at": at}},
                upsert=True,
                session=session,
            )
            await self._outbox.add(events, session)
            return True

        try:
            return await self._store.transaction(work)
        except DuplicateKeyError:  # there is one, and it is too young to match
            return False

    async def add_link(self, link: SignInLink, digest: str) -> None:
        """Insert; a digest that exists already raises DuplicateKeyError."""
        await self._store[LINKS].insert_one({"_id": digest, **asdict(link)})

    async def link(self, digest: str) -> SignInLink | None:
        """By hash."""
        document: Document | None = await self._store[LINKS].find_one({"_id": digest}, {"_id": 0})
        return SignInLink(**document) if document else None

    async def use_link(self, digest: str, at: datetime, session: AccountSession) -> bool:
        """Link and session in one transaction."""

        async def work(transaction: Session) -> bool:
            live = {"_id": digest, "used_at": None, "expires_at": {"$gt": at}}
            used = await self._store[LINKS].update_one(
                live, {"$set": {"used_at": at}}, session=transaction
            )
            if not used.modified_count:
                return False
            fields = asdict(session)
            document = {"_id": fields.pop("digest"), **fields}
            await self._store[SESSIONS].insert_one(document, session=transaction)
            return True

        return await self._store.transaction(work)

    async def session(self, digest: str) -> AccountSession | None:
        """By hash."""
        document: Document | None = await self._store[SESSIONS].find_one({"_id": digest})
        if document is None:
            return None
        return AccountSession(digest=document.pop("_id"), **document)

    async def touch(self, digest: str, at: datetime) -> None:
        """Never backwards."""
        await self._store[SESSIONS].update_one({"_id": digest}, {"$max": {"seen_at": at}})

    async def choose(self, digest: str, account_id: str, contact_id: str) -> None:
        """Overwrite."""
        await self._store[SESSIONS].update_one(
            {"_id": digest}, {"$set": {"account_id": account_id, "contact_id": contact_id}}
        )

    async def end(self, digest: str) -> None:
        """Remove it."""
        await self._store[SESSIONS].delete_one({"_id": digest})


class MongoSignInEnding:
    """Links and sessions as the bus ends them."""

    def __init__(self, store: Store, session: Session) -> None:
        """`session` is the transaction that also holds the inbox."""
        self._store = store
        self._session = session

    async def end_all(self, account_id: str, *, but_of: Some[str], before: datetime) -> None:
        """By the index of accounts; a mailed link keeps its address as it was typed."""
        wanted = {"account_id": account_id, "created_at": {"$lt": before}}
        for name in (LINKS, SESSIONS):
            begun = self._store[name].find(wanted, {"email": 1}, session=self._session)
            ended = [
                one["_id"]
                for one in await begun.to_list(None)
                if fold_address(one["email"]) not in but_of
            ]
            if ended:
                of_them = {"_id": {"$in": ended}}
                await self._store[name].delete_many(of_them, session=self._session)

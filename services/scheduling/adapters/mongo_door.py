"""Accounts, sessions and wrong passwords in MongoDB; no plain secret and no plain address."""

import hashlib
from datetime import datetime

from services.scheduling.adapters.shapes import API_KEY, SESSION, STAFF
from services.scheduling.domain.access import ApiKey, Attempts, Session
from services.scheduling.domain.staff import StaffMember
from shared.mongo import Store

FAILURES = "sign_in_failures"


class MongoDoor:
    """Sign-in as the database knows it."""

    def __init__(self, store: Store) -> None:
        """The service's own store."""
        self._store = store

    async def account(self, email: str) -> StaffMember | None:
        found = await self._store[STAFF.collection].find_one({"email": email})
        return STAFF.record(found) if found else None

    async def member(self, company_id: str, staff_id: str) -> StaffMember | None:
        where = {"_id": staff_id, "company_id": company_id}
        found = await self._store[STAFF.collection].find_one(where)
        return STAFF.record(found) if found else None

    async def key(self, key_id: str) -> ApiKey | None:
        found = await self._store[API_KEY.collection].find_one({"_id": key_id})
        return API_KEY.record(found) if found else None

    async def session(self, secret_hash: str) -> Session | None:
        found = await self._store[SESSION.collection].find_one({"_id": secret_hash})
        return SESSION.record(found) if found else None

    async def keep_session(self, session: Session) -> None:
        document = {**SESSION.document(session), "ends_at": session.ends_at}
        await self._store[SESSION.collection].replace_one(
            {"_id": session.secret_hash}, document, upsert=True
        )

    async def drop_session(self, secret_hash: str) -> None:
        await self._store[SESSION.collection].delete_one({"_id": secret_hash})

    async def attempts(self, account: str, address: str, *, since: datetime) -> Attempts:
        failures = self._store[FAILURES]
        recent = {"address": _hashed(address), "at": {"$gte": since}}
        return Attempts(
            by_account_and_address=await failures.count_documents(
                {**recent, "account": _hashed(account)}
            ),
            by_address=await failures.count_documents(recent),
        )

    async def note_failure(self, account: str, address: str, *, at: datetime) -> None:
        await self._store[FAILURES].insert_one(
            {"account": _hashed(account), "address": _hashed(address), "at": at}
        )

    async def forget_failures(self, account: str, address: str) -> None:
        await self._store[FAILURES].delete_many(
            {"account": _hashed(account), "address": _hashed(address)}
        )


def _hashed(who: str) -> str:
    return hashlib.sha256(who.encode()).hexdigest()

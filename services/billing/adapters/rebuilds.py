"""Wishes of other services to be told everything again, kept until they are fulfilled."""

from shared.mongo import Collection, Session, Store

COLLECTIONS: tuple[Collection, ...] = (Collection("jobs"),)


class Rebuilds:
    """One row per wish."""

    def __init__(self, store: Store) -> None:
        """The service's own store."""
        self._store = store

    async def note(self, company_id: str, rebuild_id: str, session: Session) -> None:
        """Keep the wish in the transaction that received it."""
        query = {"_id": f"tell-again:{rebuild_id}:{company_id}"}
        await self._store["jobs"].update_one(
            query, {"$set": {"company_id": company_id}}, upsert=True, session=session
        )

    async def next_company(self) -> tuple[str, str] | None:
        """The id and company of the oldest wish."""
        row = await self._store["jobs"].find_one({}, sort=[("_id", 1)])
        return (row["_id"], row["company_id"]) if row else None

    async def fulfilled(self, wish_id: str) -> None:
        """Forget it."""
        await self._store["jobs"].delete_one({"_id": wish_id})

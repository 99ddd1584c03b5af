"""Wishes of other services to be told everything again, kept until they are fulfilled."""

from shared.mongo import Collection, Session, Store

EVERYBODY = "*"
"""A wish that concerns all companies."""
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
        """The id and company of the oldest wish; one for everybody becomes one for each company."""
        while row := await self._store["jobs"].find_one({}, sort=[("_id", 1)]):
            if row["company_id"] != EVERYBODY:
                return row["_id"], row["company_id"]
            for company_id in await self._companies():
                await self._store["jobs"].update_one(
                    {"_id": f"{row['_id']}:{company_id}"},
                    {"$set": {"company_id": company_id}},
                    upsert=True,
                )
            await self.fulfilled(row["_id"])
        return None

    async def _companies(self) -> set[str]:
        """Everybody who has a bill, or of whom we were told."""
        billed: list[str] = await self._store["bills"].distinct("company_id")
        known: list[str] = await self._store["companies"].distinct("_id")
        return {*billed, *known}

    async def fulfilled(self, wish_id: str) -> None:
        """Forget it."""
        await self._store["jobs"].delete_one({"_id": wish_id})

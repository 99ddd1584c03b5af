"""Secret calendar addresses; of a token only its hash is stored."""

from pydantic import TypeAdapter
from pymongo import ASCENDING, IndexModel

from services.notifications.domain.calendar_feed import CalendarFeed, FeedKind
from shared.mongo import Collection, Document, Session, Store

FEED = TypeAdapter(CalendarFeed)
FIELDS = frozenset(CalendarFeed.__dataclass_fields__)
LISTED_MAX = 500
COLLECTIONS = (
    Collection(
        "calendar_feeds",
        indexes=(
            IndexModel([("token_hash", ASCENDING)], name="by_token", unique=True),
            IndexModel([("company_id", ASCENDING), ("kind", ASCENDING)], name="of_company"),
        ),
    ),
)


class MongoCalendarFeeds:
    """One document per company, kind and subject."""

    def __init__(self, store: Store, session: Session | None = None) -> None:
        """With a session, reads and writes belong to its transaction."""
        self._feeds = store["calendar_feeds"]
        self._session = session

    async def put(self, feed: CalendarFeed) -> None:
        document = {**FEED.dump_python(feed, mode="json"), "made_at": feed.made_at}
        await self._feeds.replace_one(
            {"_id": _key(feed.company_id, feed.kind, feed.subject_id)},
            document,
            upsert=True,
            session=self._session,
        )

    async def remove(self, company_id: str, kind: FeedKind, subject_id: str) -> bool:
        result = await self._feeds.delete_one(
            {"_id": _key(company_id, kind, subject_id), "company_id": company_id},
            session=self._session,
        )
        return bool(result.deleted_count)

    async def of(self, company_id: str, kind: FeedKind, subject_id: str) -> CalendarFeed | None:
        wanted = {"_id": _key(company_id, kind, subject_id), "company_id": company_id}
        return _read(await self._feeds.find_one(wanted, session=self._session))

    async def by_hash(self, token_hash: str) -> CalendarFeed | None:
        return _read(await self._feeds.find_one({"token_hash": token_hash}, session=self._session))

    async def all(self, company_id: str, kind: FeedKind) -> list[CalendarFeed]:
        wanted = {"company_id": company_id, "kind": str(kind)}
        cursor = self._feeds.find(wanted, session=self._session).limit(LISTED_MAX)
        return [feed async for row in cursor if (feed := _read(row)) is not None]


def _key(company_id: str, kind: FeedKind, subject_id: str) -> str:
    return f"{company_id}:{kind}:{subject_id}"


def _read(row: Document | None) -> CalendarFeed | None:
    if row is None:
        return None
    feed: CalendarFeed = FEED.validate_python({k: v for k, v in row.items() if k in FIELDS})
    return feed

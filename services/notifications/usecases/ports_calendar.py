"""Secret calendar feeds, as the use cases ask for them."""

from typing import Protocol

from services.notifications.domain.calendar_feed import CalendarFeed, FeedKind


class CalendarFeeds(Protocol):
    """The addresses that work; a token is stored as its hash only."""

    async def put(self, feed: CalendarFeed) -> None:
        """The subject's address from now on; an earlier one stops working."""

    async def remove(self, company_id: str, kind: FeedKind, subject_id: str) -> bool:
        """End the subject's address; false when there is none."""

    async def of(self, company_id: str, kind: FeedKind, subject_id: str) -> CalendarFeed | None:
        """The subject's address, if it has one."""

    async def by_hash(self, token_hash: str) -> CalendarFeed | None:
        """The address of a token, of whichever company."""

    async def all(self, company_id: str, kind: FeedKind) -> list[CalendarFeed]:
        """The addresses of this kind, bounded."""

"""Services of an account as its pages read them: single visits, and what comes again and again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from services.portal.domain.account_rows import RecurringRow, VisitRow
from services.portal.usecases.ports_accounts import Account, Cursor


class Services(Protocol):
    """The accounts' visits and recurring services."""

    async def visits(
        self,
        of: Account,
        status: Sequence[str],
        *,
        newest_first: bool,
        limit: int,
        since: datetime | None = None,
        until: datetime | None = None,
        behind: Cursor | None = None,
    ) -> Sequence[VisitRow]:
        """Inspections in these states that start from `since` on and before `until`, by start.

        `behind` is the start and the number of the visit before.
        """

    async def visit(self, of: Account, inspection_id: str) -> VisitRow | None:
        """One inspection of this account."""

    async def recurring(
        self, of: Account, status: str, *, limit: int, behind: str = ""
    ) -> Sequence[RecurringRow]:
        """Recurring services in this state by name and street, behind the one with this id."""

    async def recurring_service(self, of: Account, recurring_id: str) -> RecurringRow | None:
        """One recurring service of this account."""

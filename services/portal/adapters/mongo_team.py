"""The company's staff, from the rows that scheduling's events made."""

from collections.abc import Sequence

from services.portal.domain import account_rows as rows
from shared.contracts.scheduling import StaffMember
from shared.mongo import Store


class MongoTeam:
    """Who tickets can be assigned to."""

    def __init__(self, store: Store) -> None:
        """The portal's own database."""
        self._store = store

    async def active(self, company_id: str) -> Sequence[StaffMember]:
        """By the index of companies; there are few."""
        wanted = {"company_id": company_id, "member.active": True}
        found = await self._store[rows.STAFF.name].find(wanted).to_list(None)
        members = [rows.StaffRow.model_validate(one).member for one in found]
        return sorted(members, key=lambda member: (member.name.casefold(), member.staff_id))

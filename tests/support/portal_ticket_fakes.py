"""Tickets and the team in memory, and how staff and tickets are told."""

from services.portal.domain import account_rows as rows
from services.portal.domain.ticket_refusals import UnknownTicketError
from services.portal.domain.tickets import FIRST_NUMBER, STATUSES, UNFINISHED, Step, events_of
from services.portal.usecases.ports_tickets import InboxCounts
from shared.contracts.scheduling import StaffMember, StaffMemberChangedV1
from tests.support.portal_samples import COMPANY_ID


def told_staff(staff_id="staff-1", name="Priya Raman", company_id=COMPANY_ID, **changes):
    member = {
        "staff_id": staff_id,
        "name": name,
        "email": f"{staff_id}@example.com",
        "phone": "",
        "role": "office",
        "active": True,
        "revision": 1,
    }
    return StaffMemberChangedV1(
        company_id=company_id, staff_member=StaffMember(**(member | changes))
    )


class MemoryTeam:
    """Staff from the rows that events made."""

    def __init__(self, accounts):
        self._rows = accounts

    async def active(self, company_id):
        members = [
            fact.row.member
            for (name, _), fact in self._rows.kept.items()
            if name == rows.STAFF.name and fact.company_id == company_id
        ]
        standing = [member for member in members if member.active]
        return sorted(standing, key=lambda member: (member.name.casefold(), member.staff_id))


class MemoryTickets:
    """Tickets by id, messages in their order, everything told."""

    def __init__(self):
        self.kept = {}
        self.messages = []
        self.told = []

    async def open(self, draft):
        known = await self.one(draft.company_id, draft.ticket_id)
        if known:
            return known
        count = sum(1 for one in self.kept.values() if one.company_id == draft.company_id)
        ticket = draft.opened(FIRST_NUMBER + count)
        self._keep(Step(ticket, draft.first))
        return ticket

    async def change(self, company_id, ticket_id, step, message_id=""):
        now = await self.one(company_id, ticket_id)
        if now is None:
            raise UnknownTicketError
        if message_id and any(message.message_id == message_id for _, message in self.messages):
            return now
        wanted = step(now)
        if wanted.ticket == now and wanted.message is None:
            return now
        taken = wanted.numbered(now.revision + 1)
        self._keep(taken)
        return taken.ticket

    def _keep(self, step):
        self.kept[step.ticket.ticket_id] = step.ticket
        if step.message:
            self.messages.append((step.ticket.ticket_id, step.message))
        self.told += events_of(step)

    async def one(self, company_id, ticket_id):
        found = self.kept.get(ticket_id)
        return found if found and found.company_id == company_id else None

    async def answered_by(self, digest):
        return next((one for one in self.kept.values() if digest in one.reply_digests), None)

    async def thread(self, company_id, ticket_id):
        known = await self.one(company_id, ticket_id)
        return [m for found, m in self.messages if known and found == ticket_id]

    async def of_account(self, of, *, closed, before, limit):
        found = [
            one
            for one in self.kept.values()
            if (one.company_id, one.asker.account_id) == (of.company_id, of.account_id)
            and one.closed == closed
        ]
        return _newest(found, before, limit)

    async def inbox(self, company_id, wish, before, limit):
        found = [
            one for one in self.kept.values() if one.company_id == company_id and _fits(one, wish)
        ]
        return _newest(found, before, limit)

    async def counts(self, company_id, staff_id):
        own = [one for one in self.kept.values() if one.company_id == company_id]
        unfinished = [one for one in own if one.status in UNFINISHED]
        return InboxCounts(
            mine=sum(one.assignee_staff_id == staff_id for one in unfinished),
            unassigned=sum(one.assignee_staff_id is None for one in unfinished),
            unfinished=len(unfinished),
            statuses={name: sum(one.status == name for one in own) for name in STATUSES},
        )


def _fits(one, wish):
    wanted = wish.staff_id if wish.whose == "mine" else None
    asker = one.asker
    words = f"{one.number}\n{one.subject}\n{asker.name}\n{asker.account_name}".casefold()
    return (
        (not wish.whose or one.assignee_staff_id == wanted)
        and (not wish.status or one.status in _statuses(wish.status))
        and wish.category in {"", one.category}
        and wish.kind in {"", one.kind}
        and wish.words.strip().casefold() in words
    )


def _statuses(stage):
    return UNFINISHED if stage == "unfinished" else (stage,)


def _newest(found, before, limit):
    rows_ = sorted(found, key=_place, reverse=True)
    if before:
        rows_ = [one for one in rows_ if _place(one) < before]
    return rows_[:limit]


def _place(one):
    return one.last_message_at.isoformat(), one.ticket_id

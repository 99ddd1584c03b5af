"""Tickets in MongoDB: one document per ticket, one per message, one counter per company.

Numbers have no gaps: the counter moves in the transaction that inserts the ticket.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, get_args

from pymongo import ASCENDING, DESCENDING, IndexModel, ReturnDocument

from services.portal.domain.ticket_refusals import UnknownTicketError
from services.portal.domain.tickets import (
    FIRST_NUMBER,
    UNFINISHED,
    Asker,
    Draft,
    Message,
    Step,
    Ticket,
    events_of,
)
from services.portal.usecases.ports_accounts import Account, Cursor
from services.portal.usecases.ports_tickets import InboxCounts, InboxWish
from shared.contracts.portal import TicketStatus
from shared.messaging.outbox import Outbox
from shared.mongo import Collection, Document, Session, Store

TICKETS = "tickets"
MESSAGES = "ticket_messages"
NUMBERS = "ticket_numbers"
_COMPANY = ("company_id", ASCENDING)
_NEWEST = (("last_message_at", DESCENDING), ("_id", DESCENDING))
COLLECTIONS = (
    Collection(
        TICKETS,
        indexes=(
            IndexModel([_COMPANY, ("number", ASCENDING)], name="number", unique=True),
            IndexModel([_COMPANY, *_NEWEST], name="recent"),
            IndexModel(
                [_COMPANY, ("status", ASCENDING), ("assignee_staff_id", ASCENDING), *_NEWEST],
                name="inbox",
            ),
            IndexModel(
                [_COMPANY, ("asker.account_id", ASCENDING), ("closed", ASCENDING), *_NEWEST],
                name="account",
            ),
            IndexModel([("reply_digests", ASCENDING)], name="reply"),
        ),
    ),
    Collection(
        MESSAGES,
        indexes=(
            IndexModel([_COMPANY, ("ticket_id", ASCENDING), ("place", ASCENDING)], name="thread"),
        ),
    ),
    Collection(NUMBERS),
)


class MongoTickets:
    """`_id` is the ticket's and the message's id; both are made from the request's key."""

    def __init__(self, store: Store, outbox: Outbox) -> None:
        """A change is told in the transaction that makes it."""
        self._store = store
        self._outbox = outbox

    async def open(self, draft: Draft) -> Ticket:
        """Counter, ticket, message and events in one transaction."""

        async def work(session: Session) -> Ticket:
            known = await self._find(draft.company_id, draft.ticket_id, session)
            if known is not None:
                return known
            ticket = draft.opened(await self._next_number(draft.company_id, session))
            await self._store[TICKETS].insert_one(_document(ticket), session=session)
            await self._add(ticket, draft.first, session)
            await self._outbox.add(events_of(Step(ticket, draft.first)), session)
            return ticket

        return await self._store.transaction(work)

    async def change(
        self, company_id: str, ticket_id: str, step: Callable[[Ticket], Step], message_id: str = ""
    ) -> Ticket:
        """Read, step, write; two at once conflict and one of them reads anew."""

        async def work(session: Session) -> Ticket:
            now = await self._find(company_id, ticket_id, session)
            if now is None:
                raise UnknownTicketError
            if message_id and await self._said(company_id, message_id, session):
                return now
            wanted = step(now)
            if wanted.ticket == now and wanted.message is None:
                return now
            taken = wanted.numbered(now.revision + 1)
            document = _document(taken.ticket)
            await self._store[TICKETS].replace_one({"_id": ticket_id}, document, session=session)
            if taken.message is not None:
                await self._add(taken.ticket, taken.message, session)
            await self._outbox.add(events_of(taken), session)
            return taken.ticket

        return await self._store.transaction(work)

    async def one(self, company_id: str, ticket_id: str) -> Ticket | None:
        """By id."""
        return await self._find(company_id, ticket_id, None)

    async def answered_by(self, digest: str) -> Ticket | None:
        """By the index of reply addresses."""
        return _ticket(await self._store[TICKETS].find_one({"reply_digests": digest}))

    async def thread(self, company_id: str, ticket_id: str) -> Sequence[Message]:
        """By the index of threads."""
        cursor = self._store[MESSAGES].find({"company_id": company_id, "ticket_id": ticket_id})
        return [_message(found) for found in await cursor.sort("place", ASCENDING).to_list(None)]

    async def of_account(
        self, of: Account, *, closed: bool, before: Cursor | None, limit: int
    ) -> Sequence[Ticket]:
        """In the order of the index."""
        owned = {"company_id": of.company_id, "asker.account_id": of.account_id, "closed": closed}
        return await self._newest({**owned, **_earlier(before)}, limit)

    async def inbox(
        self, company_id: str, wish: InboxWish, before: Cursor | None, limit: int
    ) -> Sequence[Ticket]:
        """In the order of an index; words are looked for in what it gives."""
        return await self._newest(
            {"company_id": company_id, **_wanted(wish), **_earlier(before)}, limit
        )

    async def counts(self, company_id: str, staff_id: str) -> InboxCounts:
        """One pass over the company's part of the index."""
        group: Document = {
            "_id": {"status": "$status", "assignee": "$assignee_staff_id"},
            "count": {"$sum": 1},
        }
        pipeline: list[Document] = [{"$match": {"company_id": company_id}}, {"$group": group}]
        found = [
            (row["_id"]["status"], row["_id"].get("assignee"), row["count"])
            for row in await self._store.aggregate(TICKETS, pipeline)
        ]
        unfinished = [(who, count) for status, who, count in found if status in UNFINISHED]
        return InboxCounts(
            mine=sum(count for who, count in unfinished if who == staff_id),
            unassigned=sum(count for who, count in unfinished if who is None),
            unfinished=sum(count for _, count in unfinished),
            statuses={
                one: sum(count for status, _, count in found if status == one)
                for one in get_args(TicketStatus)
            },
        )

    async def _newest(self, wanted: Document, limit: int) -> list[Ticket]:
        cursor = self._store[TICKETS].find(wanted).sort(list(_NEWEST)).limit(limit)
        return [_known(found) for found in await cursor.to_list(None)]

    async def _find(self, company_id: str, ticket_id: str, session: Session) -> Ticket | None:
        wanted = {"_id": ticket_id, "company_id": company_id}
        return _ticket(await self._store[TICKETS].find_one(wanted, session=session))

    async def _said(self, company_id: str, message_id: str, session: Session) -> bool:
        wanted = {"_id": message_id, "company_id": company_id}
        return await self._store[MESSAGES].find_one(wanted, {"_id": 1}, session=session) is not None

    async def _next_number(self, company_id: str, session: Session) -> int:
        found: Document = await self._store[NUMBERS].find_one_and_update(
            {"_id": company_id},
            {"$inc": {"given": 1}},
            upsert=True,
            return_document=ReturnDocument.AFTER,
            session=session,
        )
        return FIRST_NUMBER - 1 + int(found["given"])

    async def _add(self, ticket: Ticket, message: Message, session: Session) -> None:
        fields = asdict(message)
        document = {
            "_id": fields.pop("message_id"),
            "company_id": ticket.company_id,
            "ticket_id": ticket.ticket_id,
            "place": ticket.revision,
            **fields,
        }
        await self._store[MESSAGES].insert_one(document, session=session)


def _wanted(wish: InboxWish) -> Document:
    wanted: Document = {}
    if wish.whose:
        wanted["assignee_staff_id"] = wish.staff_id if wish.whose == "mine" else None
    if wish.status:
        wanted["status"] = {"$in": UNFINISHED} if wish.status == "unfinished" else wish.status
    if wish.category:
        wanted["category"] = wish.category
    if wish.kind:
        wanted["kind"] = wish.kind
    if wish.words.strip():
        wanted["found_by"] = {"$regex": re.escape(wish.words.strip().casefold())}
    return wanted


def _earlier(before: Cursor | None) -> Document:
    if before is None:
        return {}
    at, ticket_id = datetime.fromisoformat(before[0]), before[1]
    return {
        "$or": [
            {"last_message_at": {"$lt": at}},
            {"last_message_at": at, "_id": {"$lt": ticket_id}},
        ]
    }


def _document(ticket: Ticket) -> Document:
    fields: dict[str, Any] = asdict(ticket)
    asker = ticket.asker
    words = (ticket.number, ticket.subject, asker.name, asker.account_name)
    return {
        "_id": fields.pop("ticket_id"),
        **fields,
        "reply_digests": list(ticket.reply_digests),
        "closed": ticket.closed,
        "found_by": "\n".join(words).casefold(),
    }


def _ticket(found: Document | None) -> Ticket | None:
    return _known(found) if found is not None else None


def _known(found: Document) -> Ticket:
    names = Ticket.__slots__
    fields = {name: found[name] for name in names if name in found}
    fields["reply_digests"] = tuple(found["reply_digests"])
    return Ticket(**{**fields, "ticket_id": found["_id"], "asker": Asker(**found["asker"])})


def _message(found: Document) -> Message:
    fields = {name: found[name] for name in Message.__slots__ if name in found}
    return Message(**{**fields, "message_id": found["_id"]})

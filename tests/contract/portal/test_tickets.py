"""Tickets and portal settings: memory and database promise the same."""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.portal.adapters.mongo_account_rows import MongoRowProjections
from services.portal.adapters.mongo_portal_settings import MongoPortalSettings
from services.portal.adapters.mongo_team import MongoTeam
from services.portal.adapters.mongo_tickets import MongoTickets
from services.portal.domain.ticket_refusals import UnknownTicketError
from services.portal.domain.tickets import Asker, Draft, Message, answered, assigned, heard, moved
from services.portal.main import COLLECTIONS, SERVICE
from services.portal.usecases.ports_accounts import Account
from services.portal.usecases.ports_tickets import InboxWish
from services.portal.usecases.project_account_rows import project_account_rows
from shared.messaging.outbox import OUTBOX, Outbox
from shared.mongo import Store
from tests.support.portal_account_fakes import MemoryRows, MemorySettings
from tests.support.portal_samples import COMPANY_ID, NOW
from tests.support.portal_ticket_fakes import MemoryTeam, MemoryTickets, told_staff

DANA = Asker("account-1", "Cascade Property Group", "p1", "Dana Whitfield", "ap@cascade.example")
OF = Account(COMPANY_ID, "account-1")


@dataclass
class Kept:
    """The stores on one backend."""

    tickets: Any
    settings: Any
    team: Any
    project: Any
    told: Any


@pytest.fixture(params=["memory", "mongo"])
async def kept(request):
    if request.param == "memory":
        rows, tickets, settings = MemoryRows(), MemoryTickets(), MemorySettings()

        async def project(*events):
            await project_account_rows(events, rows)

        async def told():
            return [event.name for event in (*tickets.told, *settings.told)]

        yield Kept(tickets, settings, MemoryTeam(rows), project, told)
        return
    store = Store(request.getfixturevalue("mongo"), f"portal_{uuid4().hex[:12]}")
    await store.ensure((OUTBOX, *COLLECTIONS))
    outbox = Outbox(store, SERVICE)

    async def project_in_mongo(*events):
        await store.transaction(
            lambda session: project_account_rows(events, MongoRowProjections(store, session))
        )

    async def told_in_mongo():
        return [row["type"] async for row in store[OUTBOX.name].find().sort("seq")]

    yield Kept(
        MongoTickets(store, outbox),
        MongoPortalSettings(store, outbox),
        MongoTeam(store),
        project_in_mongo,
        told_in_mongo,
    )
    await store.close()


def a_message(message_id="m1", minutes=0, side="customer", text="Which code?"):
    at = NOW + timedelta(minutes=minutes)
    return Message(message_id=message_id, side=side, author="Dana", way="page", text=text, at=at)


def a_draft(name="t1", minutes=0, **changes):
    draft = Draft(
        ticket_id=name,
        company_id=COMPANY_ID,
        asker=DANA,
        kind="question",
        category="Visits",
        subject=f"Gate code {name}",
        about="",
        assignee_staff_id="staff-2",
        first=a_message(f"{name}-1", minutes),
    )
    return replace(draft, **changes)


async def test_numbers_have_no_gaps_also_when_many_open_at_once(kept):
    opened = await asyncio.gather(*[kept.tickets.open(a_draft(f"t{n}")) for n in range(8)])
    assert sorted(ticket.number for ticket in opened) == [f"T-{n}" for n in range(101, 109)]
    elsewhere = await kept.tickets.open(a_draft("other", company_id="company-2"))
    assert elsewhere.number == "T-101"


async def test_the_same_ticket_again_is_the_same_ticket(kept):
    first = await kept.tickets.open(a_draft())
    assert await kept.tickets.open(a_draft(subject="Another")) == first
    assert await kept.tickets.one(COMPANY_ID, "t1") == first
    assert await kept.tickets.one("company-2", "t1") is None
    assert await kept.told() == ["portal.ticket_changed.v1"]


async def test_a_message_is_added_once_and_told(kept):
    await kept.tickets.open(a_draft())
    answer = a_message("m2", 5, "staff", "4711")

    def step(now):
        return answered(now, answer, status="pending", digest="hash", reply_to="ticket+x@in")

    for _ in range(2):
        now = await kept.tickets.change(COMPANY_ID, "t1", step, "m2")
    assert (now.status, now.revision, now.last_message_from) == ("pending", 2, "staff")
    thread = await kept.tickets.thread(COMPANY_ID, "t1")
    assert [message.text for message in thread] == ["Which code?", "4711"]
    assert thread[1] == answer
    assert await kept.tickets.thread("company-2", "t1") == []
    assert await kept.told() == [
        "portal.ticket_changed.v1",
        "portal.ticket_changed.v1",
        "portal.ticket_reply_sent.v1",
    ]
    assert (await kept.tickets.answered_by("hash")).ticket_id == "t1"
    assert await kept.tickets.answered_by("other") is None


async def test_a_step_that_changes_nothing_tells_nothing(kept):
    await kept.tickets.open(a_draft())
    now = await kept.tickets.change(COMPANY_ID, "t1", lambda t: moved(t, "open", "Visits"))
    assert now.revision == 1
    assert len(await kept.told()) == 1


async def test_another_companys_ticket_is_not_changed(kept):
    await kept.tickets.open(a_draft())
    with pytest.raises(UnknownTicketError):
        await kept.tickets.change("company-2", "t1", lambda t: assigned(t, "staff-1"))


async def test_messages_at_once_are_all_kept(kept):
    await kept.tickets.open(a_draft())

    def step(message):
        return lambda now: heard(now, message)

    messages = [a_message(f"m{n}", n) for n in range(5)]
    await asyncio.gather(
        *[kept.tickets.change(COMPANY_ID, "t1", step(one), one.message_id) for one in messages]
    )
    assert len(await kept.tickets.thread(COMPANY_ID, "t1")) == 6
    now = await kept.tickets.one(COMPANY_ID, "t1")
    assert (now.revision, now.last_message_at) == (6, NOW + timedelta(minutes=4))


async def test_lists_come_page_by_page_the_latest_first(kept):
    for n in range(5):
        await kept.tickets.open(a_draft(f"t{n}", minutes=n // 2))
    await kept.tickets.change(COMPANY_ID, "t1", lambda t: moved(t, "closed", ""))
    await kept.tickets.open(a_draft("other", asker=replace(DANA, account_id="account-2")))
    first = await kept.tickets.of_account(OF, closed=False, before=None, limit=2)
    last = first[-1]
    cursor = (last.last_message_at.isoformat(), last.ticket_id)
    rest = await kept.tickets.of_account(OF, closed=False, before=cursor, limit=9)
    assert [one.ticket_id for one in (*first, *rest)] == ["t4", "t3", "t2", "t0"]
    closed = await kept.tickets.of_account(OF, closed=True, before=None, limit=9)
    assert [one.ticket_id for one in closed] == ["t1"]


@pytest.mark.parametrize(
    ("wish", "found"),
    [
        ({}, ["t3", "t2", "t1"]),
        ({"status": "unfinished"}, ["t3", "t2"]),
        ({"status": "closed"}, ["t1"]),
        ({"whose": "mine", "staff_id": "staff-2"}, ["t3", "t1"]),
        ({"whose": "unassigned"}, ["t2"]),
        ({"category": "Invoices"}, ["t3"]),
        ({"kind": "cancel"}, ["t2"]),
        ({"words": "CODE T2"}, ["t2"]),
        ({"words": "t-103"}, ["t3"]),
        ({"words": ".*"}, []),
    ],
)
async def test_the_inbox_finds_what_staff_look_for(kept, wish, found):
    await kept.tickets.open(a_draft("t1", 1))
    await kept.tickets.open(a_draft("t2", 2, assignee_staff_id=None, kind="cancel"))
    await kept.tickets.open(a_draft("t3", 3, category="Invoices"))
    await kept.tickets.open(a_draft("other", 4, company_id="company-2"))
    await kept.tickets.change(COMPANY_ID, "t1", lambda t: moved(t, "closed", t.category))
    rows = await kept.tickets.inbox(COMPANY_ID, InboxWish(**wish), None, 9)
    assert [one.ticket_id for one in rows] == found
    counts = await kept.tickets.counts(COMPANY_ID, "staff-2")
    assert (counts.mine, counts.unassigned, counts.unfinished) == (1, 1, 2)
    assert counts.statuses == {"open": 2, "pending": 0, "on_hold": 0, "closed": 1}


async def test_settings_are_kept_with_a_revision_and_told(kept):
    assert (await kept.settings.of(COMPANY_ID)).revision == 0

    def edit(now):
        return now.model_copy(update={"tickets": True, "ticket_categories": ("Visits",)})

    now = await kept.settings.change(COMPANY_ID, edit)
    assert await kept.settings.change(COMPANY_ID, edit) == now
    assert await kept.settings.of(COMPANY_ID) == now
    assert (now.revision, now.ticket_categories) == (1, ("Visits",))
    assert not (await kept.settings.of("company-2")).tickets
    assert await kept.told() == ["portal.portal_settings_changed.v1"]


async def test_the_team_is_those_who_may_sign_in(kept):
    await kept.project(
        told_staff("staff-2", "tom"),
        told_staff("staff-1", "Priya"),
        told_staff("staff-3", "Ann", active=False),
        told_staff("staff-4", "Eve", company_id="company-2"),
    )
    assert [member.staff_id for member in await kept.team.active(COMPANY_ID)] == [
        "staff-1",
        "staff-2",
    ]

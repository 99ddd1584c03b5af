"""What a transaction promises: all or nothing, nobody overwritten, numbers without gaps."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from services.scheduling.domain.access import Session
from services.scheduling.domain.refusals import (
    ChangedMeanwhileError,
    EmailTakenError,
    UnknownError,
)
from services.scheduling.domain.standing import Balance
from services.scheduling.entrypoints.api_answers import inspection_out
from services.scheduling.entrypoints.once import Wish, once
from services.scheduling.usecases._facts import about_contact
from services.scheduling.usecases.add_contact import AddContact, add_contact
from services.scheduling.usecases.cancel_inspection import CancelInspection, cancel_inspection
from services.scheduling.usecases.note_rebuild import note_rebuild
from services.scheduling.usecases.schedule_inspection import schedule_inspection
from services.scheduling.usecases.tell_again import tell_again
from shared.contracts.portal import ViewRebuildRequestedV1
from shared.idempotency import Answer, IdempotencyKeyReusedError
from tests.support.scheduling_samples import NOW, OWNER, an_invoice


async def test_what_was_written_reads_back_the_same(world):
    booked = await world.booked()
    assert await world.lookups.inspection(world.company_id, booked.inspection_id) == booked
    agreement = await world.lookups.agreement_of(world.company_id, booked.inspection_id)
    assert (agreement.total_cents, agreement.issued_on.isoformat()) == (47_500, "2026-11-21")
    contact_id = booked.people[0].contact_id
    assert (await world.lookups.contact(world.company_id, contact_id)).name == "Ellen Park"


async def test_a_booking_tells_its_contact_itself_and_its_agreement(backend):
    await backend.world.booked()
    assert await backend.told() == [
        "scheduling.contact_changed.v1",
        "scheduling.inspection_scheduled.v1",
        "scheduling.agreement_issued.v1",
    ]


async def test_a_transaction_that_fails_leaves_nothing_and_tells_nothing(backend):
    world = backend.world

    async def work(desk):
        contact = await add_in(desk)
        await desk.next_number(world.company_id)
        await desk.staff_member(world.company_id, "nobody")
        return contact

    async def add_in(desk):
        booked = await world.lookups.company(world.company_id)
        changed = replace(booked, name="Changed", revision=2)
        await desk.write(changed, before=booked)

    with pytest.raises(UnknownError):
        await world.office.transaction(work)
    assert (await world.lookups.company(world.company_id)).name == "Harbor & Pine"
    assert (await world.booked()).number == "HP-3101"
    assert len(await backend.told()) == 3


async def test_the_second_of_two_writers_is_refused(world):
    command = AddContact(company_id=world.company_id, name="Ellen Park")
    before = await add_contact(command, office=world.office, secrets=world.secrets)

    async def write(name):
        after = before.changed(name=name)

        async def work(desk):
            await desk.write(after, before=before, events=[about_contact(after)])

        await world.office.transaction(work)

    await write("Ellen Marsh")
    with pytest.raises(ChangedMeanwhileError):
        await write("Ellen Cho")
    present = await world.lookups.contact(world.company_id, before.contact_id)
    assert (present.name, present.revision) == ("Ellen Marsh", 2)


async def test_an_address_opens_one_account_only(world):
    owner = await world.door.account(OWNER)

    async def work(desk):
        await desk.write(replace(owner, staff_id="another"))

    with pytest.raises(EmailTakenError):
        await world.office.transaction(work)


async def test_bookings_at_once_get_numbers_without_gaps(world):
    commands = [world.booking() for _ in range(8)]
    booked = await asyncio.gather(
        *(
            schedule_inspection(c, office=world.office, secrets=world.secrets, now=world.now)
            for c in commands
        )
    )
    assert sorted(inspection.number for inspection in booked) == [
        f"HP-{number}" for number in range(3101, 3109)
    ]


async def test_the_same_key_at_once_books_once(world):
    wish = Wish(company_id=world.company_id, key="k1", meaning=["the same"])

    async def book():
        return await once(
            world.parts(),
            wish,
            lambda office: schedule_inspection(
                world.booking(), office=office, secrets=world.secrets, now=world.now
            ),
            lambda inspection: Answer(201, inspection_out(inspection).model_dump(mode="json")),
        )

    first = await book()
    again = await asyncio.gather(*(book() for _ in range(4)))
    assert {answer.body["inspection_id"] for answer in again} == {first.body["inspection_id"]}
    found = await world.lookups.search(world.company_id)
    assert len(found.rows) == 1
    other = Wish(company_id=world.company_id, key="k1", meaning=["something else"])
    with pytest.raises(IdempotencyKeyReusedError):
        await world.keys.recall(other.company_id, other.key, other.request_hash)


async def test_the_newest_news_of_billing_stay(world):
    inspection = await world.booked()
    fact = Balance(
        inspection_id=inspection.inspection_id,
        company_id=world.company_id,
        total_cents=47_500,
        paid_cents=0,
        processing_cents=0,
        balance_cents=47_500,
        surplus_cents=0,
        report_released=False,
        revision=1,
    )
    for revision in (2, 1, 3, 3, 2):

        async def work(desk, revision=revision):
            await desk.remember(replace(fact, paid_cents=revision, revision=revision))

        await world.office.transaction(work)
    known = await world.lookups.balance_of(world.company_id, inspection.inspection_id)
    assert (known.revision, known.paid_cents) == (3, 3)
    assert await world.lookups.balance_of("another company", inspection.inspection_id) is None


async def test_open_third_party_invoices_are_counted(world):
    inspection = await world.booked()
    invoices = [
        an_invoice(inspection),
        an_invoice(inspection, invoice_id="inv2", status="processing"),
        an_invoice(inspection, invoice_id="inv3", status="paid"),
        an_invoice(inspection, invoice_id="inv4", kind="client"),
        an_invoice(inspection, invoice_id="inv5", company_id="another company"),
    ]

    async def work(desk):
        for invoice in invoices:
            await desk.remember(invoice)

    await world.office.transaction(work)
    assert await world.lookups.open_third_party_invoices(world.company_id) == 2
    of_it = await world.lookups.invoices_of(world.company_id, inspection.inspection_id)
    assert [invoice.invoice_id for invoice in of_it] == ["inv1", "inv2", "inv3", "inv4"]
    assert of_it[0] == invoices[0]


async def test_lists_are_found_ordered_and_paged(world):
    starts = [NOW + timedelta(days=day) for day in (3, 1, 2)]
    for at in starts:
        await world.booked(starts_at=at)
    first = await world.lookups.search(world.company_id, text="alder ellen", limit=2)
    rest = await world.lookups.search(world.company_id, cursor=first.next_cursor, limit=2)
    days = [row.inspection.starts_at.day for row in (*first.rows, *rest.rows)]
    assert days == [24, 23, 22]
    assert rest.next_cursor is None
    assert not (await world.lookups.search(world.company_id, text="alder .*")).rows
    assert not (await world.lookups.search(world.company_id, status="published")).rows
    assert not (await world.lookups.search("another company")).rows
    two = await world.lookups.between(world.company_id, since=starts[1], until=starts[0])
    assert [row.inspection.starts_at.day for row in two] == [22, 23]


async def test_contacts_are_found_and_paged(world):
    for name in ("Marcus Lee", "Ellen Park", "Northwest Mutual"):
        command = AddContact(company_id=world.company_id, name=name)
        await add_contact(command, office=world.office, secrets=world.secrets)
    first, cursor = await world.lookups.contacts(world.company_id, limit=2)
    rest, end = await world.lookups.contacts(world.company_id, cursor=cursor, limit=2)
    assert [contact.name for contact in (*first, *rest)] == [
        "Ellen Park",
        "Marcus Lee",
        "Northwest Mutual",
    ]
    assert end is None
    found, _ = await world.lookups.contacts(world.company_id, text="mutual")
    assert [contact.name for contact in found] == ["Northwest Mutual"]


async def test_scheduled_inspections_of_a_contact_are_found(world):
    booked = await world.booked()
    contact_id = booked.people[0].contact_id

    async def work(desk):
        return await desk.scheduled_with(world.company_id, contact_id)

    assert await world.office.transaction(work) == [booked]
    cancel = CancelInspection(company_id=world.company_id, inspection_id=booked.inspection_id)
    await cancel_inspection(cancel, office=world.office, now=world.now)
    assert await world.office.transaction(work) == []


async def test_a_rebuild_tells_everything_once_more(backend):
    world = backend.world
    await world.booked()
    before = await backend.told()
    wish = ViewRebuildRequestedV1(company_id=world.company_id, rebuild_id="r1")
    for _ in range(2):
        await world.office.transaction(lambda desk: note_rebuild(wish, desk=desk))
    while await tell_again(office=world.office):
        pass
    again = (await backend.told())[len(before) :]
    assert sorted(again) == [
        "scheduling.agreement_issued.v1",
        "scheduling.company_changed.v1",
        "scheduling.contact_changed.v1",
        "scheduling.inspection_scheduled.v1",
        "scheduling.staff_member_changed.v1",
    ]


async def test_sessions_are_kept_found_and_ended(world):
    session = Session(
        session_id="s1",
        secret_hash="h1",
        company_id=world.company_id,
        staff_id=world.owner_id,
        role="owner",
        opened_at=NOW,
        seen_at=NOW,
    )
    await world.door.keep_session(session)
    await world.door.keep_session(session.seen(NOW + timedelta(hours=1)))
    assert (await world.door.session("h1")).seen_at == NOW + timedelta(hours=1)
    await world.office.transaction(lambda desk: desk.end_sessions(world.company_id, world.owner_id))
    assert await world.door.session("h1") is None


async def test_wrong_passwords_are_counted_by_account_and_address(world):
    for account, address in (("a", "1"), ("a", "1"), ("a", "2"), ("b", "1")):
        await world.door.note_failure(account, address, at=NOW)
    since = NOW - timedelta(minutes=15)
    attempts = await world.door.attempts("a", "1", since=since)
    assert (attempts.by_account_and_address, attempts.by_address) == (2, 3)
    later = await world.door.attempts("a", "1", since=NOW + timedelta(seconds=1))
    assert (later.by_account_and_address, later.by_address) == (0, 0)
    await world.door.forget_failures("a", "1")
    attempts = await world.door.attempts("a", "1", since=since)
    assert (attempts.by_account_and_address, attempts.by_address) == (0, 1)

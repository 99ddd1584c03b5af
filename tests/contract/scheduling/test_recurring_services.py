"""Visits of recurring services in memory and in MongoDB: exactly once, whoever tries at once."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.scheduling.domain.recurring import RecurringService
from services.scheduling.domain.refusals import ChangedMeanwhileError
from services.scheduling.usecases.pause_recurring_service import (
    PauseRecurringService,
    pause_recurring_service,
)
from services.scheduling.usecases.schedule_due_visits import schedule_due_visits
from services.scheduling.usecases.start_recurring_service import (
    StartRecurringService,
    start_recurring_service,
)
from tests.contract.scheduling.test_accounts import opened


async def started(world, account, first_on=date(2026, 11, 24)) -> RecurringService:
    command = StartRecurringService(
        company_id=world.company_id,
        account_id=account.account_id,
        site_id=account.sites[0].site_id,
        service_id=world.radon_id,
        cadence="weekly",
        first_on=first_on,
        visit_at="09:00",
        inspector_id=world.owner_id,
    )
    return await start_recurring_service(
        command, office=world.office, secrets=world.secrets, now=world.now
    )


async def due(world, **more):
    return await schedule_due_visits(
        office=world.office, secrets=world.secrets, now=world.now, **more
    )


async def test_two_instances_at_once_schedule_each_visit_once(world):
    account = await opened(world)
    for _ in range(3):
        await started(world, account)
    until = date(2026, 12, 20)
    await asyncio.gather(*(due(world, until=until) for _ in range(4)))
    await due(world, until=until)
    found = await world.lookups.search(world.company_id, limit=100)
    visits = [(row.inspection.recurring_id, row.inspection.recurring_on) for row in found.rows]
    assert len(visits) == len(set(visits)) == 3 * 4
    numbers = sorted(row.inspection.number for row in found.rows)
    assert numbers == [f"HP-{number}" for number in range(3101, 3113)]


async def test_a_day_of_a_series_has_one_inspection(world):
    account = await opened(world)
    await started(world, account)
    await due(world, until=date(2026, 11, 30))
    visit = (await world.lookups.search(world.company_id)).rows[0].inspection

    async def work(desk):
        await desk.write(replace(visit, inspection_id="second", number="HP-9"))

    with pytest.raises(ChangedMeanwhileError):
        await world.office.transaction(work)

    async def many(desk):
        again = replace(visit, inspection_id="third", number="HP-10")
        other = replace(visit, inspection_id="fourth", number="HP-11", recurring_id=None)
        await desk.add_all([other, again], [])

    with pytest.raises(ChangedMeanwhileError):
        await world.office.transaction(many)
    assert len((await world.lookups.search(world.company_id)).rows) == 1


async def test_only_what_is_due_and_active_is_found(world):
    account = await opened(world)
    soon = await started(world, account)
    later = await started(world, account, date(2027, 5, 1))
    paused = await started(world, account)
    pause = PauseRecurringService(
        company_id=world.company_id, recurring_id=paused.recurring_id, reason="Roof works"
    )
    await pause_recurring_service(pause, office=world.office)
    last = date(2026, 12, 1)
    assert [s.recurring_id for s in await world.office.due_recurring(last)] == [soon.recurring_id]
    assert await world.office.due_recurring(last, after="~") == []
    both = await world.office.due_recurring(last + timedelta(days=200), limit=1)
    assert len(both) == 1
    mine = await world.lookups.recurring_of(world.company_id, account.account_id)
    assert {s.recurring_id for s in mine} == {s.recurring_id for s in (soon, later, paused)}
    assert await world.lookups.recurring_of(world.company_id, "another") == []
    assert len(await world.lookups.recurring_of(world.company_id, None)) == 3
    assert await world.lookups.recurring(world.company_id, soon.recurring_id) == soon

"""Recurring services: days of a series, the clock, pausing, and visits exactly once."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from services.scheduling.domain.inspection import Inspection
from services.scheduling.domain.jobs import Site
from services.scheduling.domain.recurring import RecurringService
from services.scheduling.domain.refusals import ChangedMeanwhileError, RecurringNotPausedError
from services.scheduling.entrypoints.command_line import run
from services.scheduling.usecases.schedule_due_visits import schedule_due_visits
from shared.contracts.scheduling import InspectionScheduledV1
from shared.contracts.scheduling_accounts import RecurringServiceChangedV1
from tests.support.scheduling_samples import NOW
from tests.unit.scheduling.test_accounts import API, key, opened

PACIFIC = "America/Los_Angeles"


@pytest.fixture
def api(browser):
    browser.signed_in()
    browser.http.cookies.clear()
    return browser.http


def a_series(cadence="monthly", first_on=date(2026, 12, 31), **changes):
    facts = {
        "recurring_id": "r1",
        "company_id": "c1",
        "account_id": "a1",
        "site": Site(site_id="s1", street="410 Birch St", city="Bend"),
        "service_id": "v1",
        "service_name": "Radon test",
        "amount_cents": 15_000,
        "cadence": cadence,
        "first_on": first_on,
        "visit_at": "09:00",
        "duration_minutes": 30,
        "inspector_id": "i1",
        "created_at": NOW,
    }
    return RecurringService(**facts | changes)


@pytest.mark.parametrize(
    ("cadence", "days"),
    [
        ("weekly", ["2026-12-31", "2027-01-07", "2027-01-14", "2027-01-21"]),
        ("every_2_weeks", ["2026-12-31", "2027-01-14", "2027-01-28", "2027-02-11"]),
        ("monthly", ["2026-12-31", "2027-01-31", "2027-02-28", "2027-03-31"]),
        ("quarterly", ["2026-12-31", "2027-03-31", "2027-06-30", "2027-09-30"]),
        ("yearly", ["2026-12-31", "2027-12-31", "2028-12-31", "2029-12-31"]),
    ],
)
def test_a_series_goes_on_by_its_cadence_and_comes_back_after_a_short_month(cadence, days):
    series = a_series(cadence)
    assert [series.day(index).isoformat() for index in range(4)] == days


def test_a_leap_day_comes_back_in_a_leap_year():
    series = a_series("yearly", date(2028, 2, 29))
    days = [series.day(index).isoformat() for index in (1, 4)]
    assert days == ["2029-02-28", "2032-02-29"]


@pytest.mark.parametrize(
    ("day", "at", "utc"),
    [
        ("2027-03-13", "09:00", "17:00"),
        ("2027-03-14", "09:00", "16:00"),
        ("2027-03-14", "02:30", "10:30"),
        ("2027-11-06", "01:30", "08:30"),
        ("2027-11-07", "01:30", "08:30"),
        ("2027-11-07", "09:00", "17:00"),
    ],
)
def test_a_visit_is_at_the_same_time_on_the_clock_all_year(day, at, utc):
    starts_at = a_series(visit_at=at).starts_at(date.fromisoformat(day), PACIFIC)
    assert (starts_at.tzinfo, f"{starts_at:%H:%M}") == (UTC, utc)


def test_what_was_missed_while_paused_is_not_made_up():
    series = a_series("weekly", date(2026, 12, 1), visits=2)
    paused = series.paused(" Roof works ")
    assert (paused.next_on, paused.pause_reason) == (None, "Roof works")
    resumed = paused.resumed(date(2027, 1, 20))
    assert (resumed.next_on, resumed.pause_reason) == (date(2027, 1, 26), "")
    assert resumed.revision == paused.revision + 1


def test_resuming_never_goes_back_to_a_day_that_is_scheduled():
    series = a_series("weekly", date(2026, 12, 1), visits=3).paused("A short rest")
    assert series.resumed(date(2026, 12, 2)).next_on == date(2026, 12, 22)


def test_what_is_not_paused_is_not_resumed_and_what_has_ended_stays_so():
    ended = a_series().ended()
    assert (ended.next_on, ended.ended()) == (None, ended)
    for series in (a_series(), ended):
        with pytest.raises(RecurringNotPausedError):
            series.resumed(date(2027, 1, 1))


async def started(api, world, account, **changes):
    body = {
        "account_id": account["account_id"],
        "site_id": account["sites"][0]["site_id"],
        "service_id": world.radon_id,
        "cadence": "weekly",
        "first_on": "2026-11-24",
        "visit_at": "09:00",
        "inspector_id": world.owner_id,
        **changes,
    }
    return await api.post(f"{API}/recurring-services", json=body, headers=key(str(body)))


async def due(world, **more):
    return await schedule_due_visits(
        office=world.office, secrets=world.secrets, now=world.now, **more
    )


def visits(world):
    rows = world.memory.records[Inspection].values()
    return [row.recurring_on.isoformat() for row in rows if row.recurring_id]


async def test_visits_are_scheduled_ahead_as_inspections_of_the_account(api, world):
    account = await opened(api)
    series = (await started(api, world, account)).json()
    assert (series["next_on"], series["amount_cents"]) == ("2026-11-24", 15_000)
    assert (await due(world)).booked == 2
    assert (await due(world)).booked == 0
    told = [event.inspection for event in world.told(InspectionScheduledV1)]
    assert [(i.recurring_id, i.account.name, i.order) for i in told] == [
        (series["recurring_id"], account["name"], None)
    ] * 2
    assert told[0].starts_at == datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
    assert visits(world) == ["2026-11-24", "2026-12-01"]
    following = world.told(RecurringServiceChangedV1)[-1].service
    assert following.next_on == date(2026, 12, 8)
    assert [i.lines[0].amount_cents for i in told] == [15_000] * 2


async def test_visits_up_to_a_day_are_scheduled_by_the_operator(api, world, capsys):
    account = await opened(api)
    await started(api, world, account, cadence="monthly", first_on="2026-11-30")
    assert await run(world.parts(), ["schedule-visits", "--until", "2027-03-01"]) == 0
    assert capsys.readouterr().out == "scheduled 4\n"
    assert visits(world) == ["2026-11-30", "2026-12-30", "2027-01-30", "2027-02-28"]
    await run(world.parts(), ["schedule-visits", "--until", "2027-03-01"])
    assert capsys.readouterr().out == "scheduled 0\n"


async def test_days_that_passed_unscheduled_are_left_out(api, world):
    account = await opened(api)
    await started(api, world, account)
    world.now = NOW + timedelta(days=10)
    await due(world, days_ahead=7)
    assert visits(world) == ["2026-12-01", "2026-12-08"]


async def test_a_paused_service_schedules_nothing_until_it_goes_on(api, world):
    account = await opened(api)
    series = (await started(api, world, account)).json()
    path = f"{API}/recurring-services/{series['recurring_id']}"
    paused = (await api.post(f"{path}/pause", json={"reason": "<b>Roof</b> works"})).json()
    assert (paused["status"], paused["pause_reason"]) == ("paused", "<b>Roof</b> works")
    assert (await due(world)).booked == 0
    again = await api.post(f"{path}/pause", json={"reason": "Once more"})
    assert (again.status_code, again.json()["code"]) == (409, "recurring_not_active")
    world.now = NOW + timedelta(days=8)
    assert (await api.post(f"{path}/resume")).json()["next_on"] == "2026-12-01"
    await due(world)
    assert visits(world)[0] == "2026-12-01"
    ended = (await api.post(f"{path}/end")).json()
    assert (ended["status"], ended["next_on"]) == ("ended", None)
    changed = await api.patch(path, json={"visit_at": "10:00"})
    assert (changed.status_code, changed.json()["code"]) == (409, "recurring_ended")


async def test_a_changed_time_and_price_count_for_the_visits_to_come(api, world):
    account = await opened(api)
    series = (await started(api, world, account)).json()
    path = f"{API}/recurring-services/{series['recurring_id']}"
    await due(world, days_ahead=4)
    await api.patch(path, json={"visit_at": "13:30", "amount_cents": 9_900})
    await due(world)
    rows = list(world.memory.records[Inspection].values())
    assert [(f"{row.starts_at:%H:%M}", row.total_cents) for row in rows] == [
        ("17:00", 15_000),
        ("21:30", 9_900),
    ]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"first_on": "2026-11-20"}, 422, "bad_field"),
        ({"cadence": "daily"}, 422, "validation"),
        ({"visit_at": "25:00"}, 422, "validation"),
        ({"site_id": "unknown"}, 404, "not_found"),
        ({"service_id": "unknown"}, 404, "not_found"),
        ({"inspector_id": "unknown"}, 404, "not_found"),
        ({"account_id": "unknown"}, 404, "not_found"),
    ],
)
async def test_a_series_that_cannot_be_is_refused(api, world, change, status, code):
    account = await opened(api)
    answer = await started(api, world, account, **change)
    assert answer.status_code == status
    assert status != 404 or answer.json()["code"] == code
    assert world.memory.records[RecurringService] == {}


async def test_an_account_with_visits_to_come_is_not_closed_and_keeps_the_site(api, world):
    account = await opened(api)
    series = (await started(api, world, account)).json()
    path = f"{API}/accounts/{account['account_id']}"
    site = f"{path}/sites/{account['sites'][0]['site_id']}"
    closed = await api.patch(path, json={"active": False})
    assert (closed.status_code, closed.json()["code"]) == (409, "account_has_recurring_services")
    given_up = await api.delete(site)
    assert (given_up.status_code, given_up.json()["code"]) == (409, "site_in_use")
    await api.patch(site, json={"street": "410 Birch Street"})
    assert world.told(RecurringServiceChangedV1)[-1].service.site.street == "410 Birch Street"
    await api.post(f"{API}/recurring-services/{series['recurring_id']}/end")
    assert (await api.patch(path, json={"active": False})).status_code == 200
    assert (await api.delete(site)).status_code == 200


async def test_one_service_that_is_refused_does_not_stop_the_others(api, world, capsys):
    account = await opened(api)
    first = (await started(api, world, account)).json()
    await started(api, world, account, cadence="yearly")
    rows = world.memory.records[RecurringService]
    broken = rows[first["recurring_id"]]
    rows[first["recurring_id"]] = replace(broken, inspector_id="left")
    done = await due(world)
    assert (done.booked, done.refused) == (1, ((first["recurring_id"], "not_found"),))
    assert await run(world.parts(), ["schedule-visits"]) == 1
    assert "not_found" in capsys.readouterr().out


async def test_who_is_slower_than_another_instance_goes_on_with_the_rest(api, world, monkeypatch):
    account = await opened(api)
    await started(api, world, account)
    await started(api, world, account, cadence="yearly")
    real, calls = world.office.transaction, []

    async def slower(work):
        calls.append(work)
        if len(calls) == 1:
            raise ChangedMeanwhileError
        return await real(work)

    monkeypatch.setattr(world.office, "transaction", slower)
    assert (await due(world)).booked == 1
    monkeypatch.setattr(world.office, "transaction", real)
    assert (await due(world)).booked == 2


async def test_the_plan_is_set_by_the_operator_and_not_over_the_api(api, world, capsys):
    assert (await api.patch(f"{API}/company", json={"plan": "pro_plus"})).status_code == 422
    command = ["change-plan", "--company", world.company_id, "--plan", "basic", "--trial"]
    assert await run(world.parts(), command) == 0
    assert "plan basic, on trial" in capsys.readouterr().out
    assert (world.company().plan, world.company().trial) == ("basic", True)
    await run(world.parts(), ["change-plan", "--company", world.company_id, "--no-trial"])
    assert (world.company().plan, world.company().trial) == ("basic", False)
    assert await run(world.parts(), ["change-plan", "--company", "x", "--plan", "pro"]) == 1

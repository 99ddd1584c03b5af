"""Recurring services over a year: visits ahead, once each, at rest while paused."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

from deploy.demo.office import eventually
from tests.support.accounts import ZONE, Account, open_account, schedule_visits, today
from tests.support.product import Company
from tests.support.refusals import refusal

PATH = "scheduling/v1/recurring-services"


def days(account: Account, recurring_id: str) -> list[date]:
    """The local days of its visits that are on the schedule."""
    return sorted(
        datetime.fromisoformat(row["starts_at"]).astimezone(ZONE).date()
        for row in account.inspections()
        if row["recurring_id"] == recurring_id
    )


def times(account: Account) -> set[str]:
    """The local times of its visits."""
    starts = (datetime.fromisoformat(row["starts_at"]) for row in account.inspections())
    return {f"{at.astimezone(ZONE):%H:%M}" for at in starts}


def test_visits_are_scheduled_ahead_by_themselves(company: Company) -> None:
    account = open_account(company)
    service = account.every("weekly", today() + timedelta(days=1))
    wanted = [today() + timedelta(days=1), today() + timedelta(days=8)]
    eventually(
        lambda: days(account, service["recurring_id"]) == wanted,
        "the loop schedules the visits",
        within=60,
    )
    visit = account.inspections()[-1]
    assert (visit["account"]["account_id"], visit["order"]) == (account.account_id, None)
    assert visit["lines"][0]["amount_cents"] == 15_000
    eventually(
        lambda: (
            company.office.get(f"{PATH}/{service['recurring_id']}")["next_on"]
            == (today() + timedelta(days=15)).isoformat()
        ),
        "the next visit is known",
    )


def test_two_at_once_schedule_a_year_once_and_at_the_same_time_of_day(company: Company) -> None:
    account = open_account(company)
    first = date(today().year + 1, 1, 31)
    monthly = account.every("monthly", first)
    fortnightly = account.every("every_2_weeks", first, visit_at="17:45")
    until = first + timedelta(days=330)
    with ThreadPoolExecutor(2) as at_once:
        list(at_once.map(lambda _: schedule_visits(company, until), range(2)))
    assert "scheduled 0" in schedule_visits(company, until)
    ends = [day.day for day in days(account, monthly["recurring_id"])]
    february = 29 if (first.year % 4 == 0) else 28
    assert ends == [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30]
    visits = days(account, fortnightly["recurring_id"])
    assert visits == [first + timedelta(days=14 * count) for count in range(330 // 14 + 1)]
    assert times(account) == {"09:00", "17:45"}, "daylight saving or not"


def test_a_pause_is_a_rest_and_nothing_is_made_up(company: Company) -> None:
    office = company.office
    account = open_account(company)
    service = account.every("every_2_weeks", today() + timedelta(days=20))
    path = f"{PATH}/{service['recurring_id']}"
    schedule_visits(company, today() + timedelta(days=40))
    before = days(account, service["recurring_id"])
    assert len(before) == 2
    assert refusal(lambda: office.post(f"{path}/pause", {"reason": ""}))["status"] == 422
    script = "<script>alert('roof')</script>"
    paused = office.post(f"{path}/pause", {"reason": script})
    assert (paused["status"], paused["next_on"]) == ("paused", None)
    schedule_visits(company, today() + timedelta(days=90))
    assert days(account, service["recurring_id"]) == before, "nothing while it rests"
    page = company.staff_browser().open(f"/staff/scheduling/accounts/{account.account_id}")
    assert script in page.text
    assert script not in str(page.soup)
    resumed = office.post(f"{path}/resume", {})
    assert resumed["next_on"] == (before[-1] + timedelta(days=14)).isoformat()
    assert resumed["pause_reason"] == ""
    refused = refusal(lambda: office.patch(account.path, {"active": False}))
    assert refused["code"] == "account_has_recurring_services"
    office.post(f"{path}/end", {})
    schedule_visits(company, today() + timedelta(days=90))
    assert days(account, service["recurring_id"]) == before
    assert refusal(lambda: office.post(f"{path}/resume", {}))["code"] == "recurring_not_paused"

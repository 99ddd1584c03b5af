"""Appointments in a calendar program: the invitation in the mail, the secret address."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deploy.demo.office import eventually
from tests.support.account_customer import open_account
from tests.support.product import Company
from tests.support.visitor import Page, Visitor

PAGE = "/staff/notifications/calendar"
_ADDRESS = re.compile(r"/notifications/calendar/[\w-]{40,}\.ics")


def address(page: Page) -> str:
    found = _ADDRESS.search(page.text)
    assert found, page.text
    return found[0]


def feed(visitor: Visitor, path: str, **headers: str) -> Any:
    return visitor.http.get(path, headers=headers)


def holds(visitor: Visitor, path: str, words: str) -> None:
    eventually(lambda: words in feed(visitor, path).text, f"the calendar says {words}")


@pytest.mark.timeout(200)
def test_an_inspector_subscribes_to_his_inspections_by_a_secret_address(company: Company) -> None:
    booking = company.book()
    owner, calendar = company.staff_browser(), company.visitor()
    page = owner.submit(owner.open(PAGE).form("Make an address"))
    path = address(page)
    assert _ADDRESS.search(owner.open(PAGE).text) is None  # shown once
    holds(calendar, path, booking.number)
    answer = feed(calendar, path)
    assert answer.headers["content-type"].startswith("text/calendar")
    assert "Ellen Park" in answer.text
    unchanged = feed(calendar, path, **{"If-None-Match": answer.headers["etag"]})
    assert (unchanged.status_code, unchanged.content) == (304, b"")

    starts_at = (datetime.now(UTC) + timedelta(days=8)).replace(second=0, microsecond=0)
    company.office.post(f"{booking.path}/reschedule", {"starts_at": starts_at.isoformat()})
    holds(calendar, path, starts_at.strftime("%Y%m%dT%H%M%SZ"))

    renewed = address(owner.submit(owner.open(PAGE).form("Make a new address")))
    unknown = feed(calendar, renewed.replace(renewed[24:40], "x" * 16))
    ended = feed(calendar, path)
    assert (ended.status_code, unknown.status_code) == (404, 404)
    owner.submit(owner.open(PAGE).form("Stop it"))
    assert feed(calendar, renewed).status_code == 404


@pytest.mark.timeout(200)
def test_a_customer_account_has_a_calendar_without_other_peoples_appointments(
    company: Company,
) -> None:
    customer = open_account(company, sites=1)
    other = company.book()
    customer.book(sites=1)
    wanted = {"kind": "account", "subject_id": customer.account_id}
    url = company.office.post("notifications/v1/calendar-feeds", wanted)["url"]
    path = _ADDRESS.search(url)[0]
    calendar = company.visitor()
    holds(calendar, path, "1 Birch St")
    assert "Alder Creek" not in feed(calendar, path).text
    assert other.number not in feed(calendar, path).text

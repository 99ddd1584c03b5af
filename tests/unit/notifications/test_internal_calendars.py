"""What portal asks for customers, over HTTP."""

from urllib.parse import urlsplit

import httpx
import pytest

from tests.support import notifications_accounts as accounts
from tests.support import notifications_events as told
from tests.support import shared_app
from tests.support.notifications_fakes import Bench
from tests.unit.notifications.test_pages import browser, form

CALENDAR = f"/internal/v1/accounts/{accounts.ACCOUNT}/calendar"
FILE = f"/internal/v1/inspections/{told.INSPECTION}/calendar.ics"
OURS = {"company_id": told.COMPANY}
OTHERS = {"company_id": "another-company"}


@pytest.fixture
async def bench():
    bench = Bench()
    await bench.hear(told.company_changed(), accounts.account_changed(), told.scheduled())
    return bench


def caller(bench: Bench, service: str = "portal") -> httpx.AsyncClient:
    """Another service of ours."""
    client = browser(bench)
    client.cookies.clear()
    token = shared_app.keyring(service).mint_service("notifications")
    client.headers = {"Authorization": f"Bearer {token}"}
    return client


def path_of(answer: httpx.Response) -> str:
    return urlsplit(answer.json()["url"]).path


async def test_an_address_is_made_told_of_renewed_and_ended(bench):
    async with caller(bench) as portal:
        assert (await portal.get(CALENDAR, params=OURS)).json() == {"made_at": None}
        first = await portal.post(CALENDAR, json=OURS)
        assert first.status_code == 201
        assert (await portal.get(CALENDAR, params=OURS)).json()["made_at"]
        second = await portal.post(CALENDAR, json=OURS)
        assert (await portal.get(path_of(first))).status_code == 404
        assert (await portal.get(path_of(second))).status_code == 200
        assert (await portal.post(f"{CALENDAR}/end", json=OURS)).status_code == 204
        assert (await portal.get(path_of(second))).status_code == 404
        assert (await portal.post(f"{CALENDAR}/end", json=OURS)).status_code == 404


async def test_another_companys_account_and_inspection_are_not_there(bench):
    async with caller(bench) as portal:
        address = path_of(await portal.post(CALENDAR, json=OURS))
        assert (await portal.get(CALENDAR, params=OTHERS)).json() == {"made_at": None}
        assert (await portal.post(CALENDAR, json=OTHERS)).status_code == 404
        assert (await portal.post(f"{CALENDAR}/end", json=OTHERS)).status_code == 404
        assert (await portal.get(FILE, params=OTHERS)).status_code == 404
        assert (await portal.get(address)).status_code == 200


async def test_a_clients_appointment_is_a_calendar_file(bench):
    async with caller(bench) as portal:
        answer = await portal.get(FILE, params=OURS)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert f"UID:{told.INSPECTION}@doorstep" in answer.text


@pytest.mark.parametrize("service", ["billing", "scheduling"])
async def test_only_portal_may_ask(bench, service):
    async with caller(bench, service) as other:
        assert (await other.post(CALENDAR, json=OURS)).status_code == 403
        assert (await other.get(FILE, params=OURS)).status_code == 403
    async with browser(bench) as staff:
        assert (await staff.get(FILE, params=OURS)).status_code == 401


async def test_staff_are_told_why_no_account_has_a_calendar(bench):
    page = "/staff/notifications/calendar"
    pressed = form(action="renew", account_id=accounts.ACCOUNT)
    async with browser(bench) as staff:
        assert "Northwind" in (await staff.get(page)).text
        await bench.hear(accounts.customers_see(upcoming_services=False))
        text = (await staff.get(page)).text
        assert "Customers do not see coming visits" in text
        assert "Northwind" not in text
        assert (await staff.post(f"{page}/accounts", data=pressed)).status_code == 404

"""Appointments in a calendar program: the invitation in the mail, the secret address."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deploy.demo.office import eventually
from tests.support.account_customer import Customer, open_account
from tests.support.product import Company, open_company
from tests.support.stack import Stack
from tests.support.visitor import Page, Visitor

PAGE = "/staff/notifications/calendar"
MINE = "/account/calendar"
HIS = {"street": "8 Osprey Ln", "city": "Bend", "region": "OR"}
_ADDRESS = re.compile(r"/notifications/calendar/[\w-]{40,}\.ics")


def address(page: Page) -> str:
    found = _ADDRESS.search(page.text)
    assert found, page.text
    return found[0]


def signed_in(company: Company) -> Customer:
    """A person of an account, at a portal that knows it."""
    customer = open_account(company, sites=1)
    customer.sign_in()
    return customer


def get_address(customer: Customer, button: str = "Get an address") -> str:
    return address(customer.browser.submit(customer.browser.open(MINE).form(button)))


def end_address(customer: Customer) -> Page:
    """The form of an account that has an address, sent also by one that has none."""
    page = customer.browser.open(MINE)
    token = page.form("Get a").values["csrf_token"]
    answer = customer.browser.http.post(f"{MINE}/end", data={"csrf_token": token})
    return Page(str(answer.url), answer.status_code, answer.text, answer.headers)


def feed(visitor: Visitor, path: str, **headers: str) -> Any:
    return visitor.http.get(path, headers=headers)


def holds(visitor: Visitor, path: str, words: str) -> None:
    eventually(lambda: words in feed(visitor, path).text, f"the calendar says {words}")


@pytest.mark.timeout(200)
def test_an_inspector_subscribes_to_his_inspections_by_a_secret_address(company: Company) -> None:
    booking = company.book()
    eventually(lambda: company.alerts(booking.inspection_id), "notifications knows the inspector")
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
    (visit,) = customer.book(sites=1)
    inspection_id = customer.invoice(visit["invoice_id"])["inspection_id"]
    eventually(lambda: company.alerts(inspection_id), "notifications knows the account")
    wanted = {"kind": "account", "subject_id": customer.account_id}
    url = company.office.post("notifications/v1/calendar-feeds", wanted)["url"]
    path = _ADDRESS.search(url)[0]
    calendar = company.visitor()
    holds(calendar, path, "1 Birch St")
    assert "Alder Creek" not in feed(calendar, path).text
    assert other.number not in feed(calendar, path).text


@pytest.mark.timeout(200)
def test_staff_make_a_clients_address_from_the_people_box_and_pass_it_on(company: Company) -> None:
    booking = company.book(site=HIS)
    company.book()
    owner, calendar = company.staff_browser(), company.visitor()
    people = company.office.get(booking.path)["people"]
    contact = next(person["contact_id"] for person in people if person["role"] == "client")
    inspection = f"/staff/scheduling/inspections/{booking.inspection_id}"
    drawer = owner.open(f"{inspection}/people/{contact}")
    link = drawer.link("Calendar address of Ellen Park")
    page = eventually(
        lambda: found if (found := owner.open(link)).status == 200 else None,
        "notifications knows the client",
    )
    path = address(owner.submit(page.form("Make an address for Ellen Park")))
    holds(calendar, path, HIS["street"])
    assert "Alder Creek" not in feed(calendar, path).text

    again = owner.open(page.url)
    assert _ADDRESS.search(again.text) is None  # shown once
    renewed = address(owner.submit(again.form("New address for Ellen Park")))
    assert feed(calendar, path).status_code == 404
    holds(calendar, renewed, HIS["street"])
    owner.submit(owner.open(page.url).form("Stop the address of Ellen Park"))
    assert feed(calendar, renewed).status_code == 404

    elsewhere = open_company(company.stack)
    stranger = elsewhere.staff_browser()
    assert stranger.open(f"{PAGE}?client={contact}").status == 404
    form = owner.open(page.url).form("Make an address for Ellen Park")
    token = stranger.open(PAGE).form("Make an address").values["csrf_token"]
    fields = {**form.values, "csrf_token": token}
    assert stranger.http.post(f"{PAGE}/clients", data=fields).status_code == 404
    elsewhere.close()


@pytest.mark.timeout(300)
def test_a_customer_gets_renews_and_ends_the_address_of_his_account(company: Company) -> None:
    customer, stranger, calendar = signed_in(company), signed_in(company), company.visitor()
    customer.book(sites=1)
    path = get_address(customer)
    assert _ADDRESS.search(customer.browser.open(MINE).text) is None  # shown once
    holds(calendar, path, "1 Birch St")
    answer = feed(calendar, path)
    assert answer.headers["content-type"].startswith("text/calendar")
    assert feed(calendar, path, **{"If-None-Match": answer.headers["etag"]}).status_code == 304

    assert "has an address" not in stranger.browser.open(MINE).text
    assert end_address(stranger).status == 404
    assert "1 Birch St" not in feed(calendar, get_address(stranger)).text
    assert feed(calendar, path).status_code == 200

    renewed = get_address(customer, "Get a new address")
    assert feed(calendar, path).status_code == 404
    assert "1 Birch St" in feed(calendar, renewed).text
    ended = customer.browser.submit(customer.browser.open(MINE).form("End the address"))
    assert "The address has stopped working" in ended.text
    assert feed(calendar, renewed).status_code == 404
    assert end_address(customer).status == 404


@pytest.mark.timeout(200)
def test_hidden_coming_visits_are_in_no_customers_calendar(company: Company) -> None:
    customer, calendar = signed_in(company), company.visitor()
    path = get_address(customer)

    def answers(status: int) -> None:
        eventually(lambda: feed(calendar, path).status_code == status, f"the calendar: {status}")

    answers(200)
    company.office.put("portal/v1/settings", {"upcoming_services": False})
    assert customer.browser.open(MINE).status == 403
    answers(404)
    company.office.put("portal/v1/settings", {"upcoming_services": True})
    answers(200)


@pytest.mark.timeout(200)
def test_while_notifications_is_away_the_page_stays_and_nothing_is_lost(
    stack: Stack, company: Company
) -> None:
    customer = signed_in(company)
    path = get_address(customer)
    form = customer.browser.open(MINE).form("End the address")
    stack.stop("notifications")
    page = customer.browser.open(MINE)
    assert (page.status, "cannot be reached for a moment" in page.text) == (200, True)
    refused = customer.browser.submit(form)
    assert (refused.status, "cannot be reached for a moment" in refused.text) == (503, True)
    stack.start("notifications")
    stack.wait_ready(["notifications"])
    assert feed(company.visitor(), path).status_code == 200
    assert "has an address" in customer.browser.open(MINE).text


@pytest.mark.timeout(200)
def test_a_client_takes_his_inspection_into_his_calendar(company: Company) -> None:
    booking = company.book()
    client = booking.client()
    link = client.page.link("Add to calendar")

    def file() -> Any:
        return client.browser.http.get(link)

    eventually(lambda: file().status_code == 200, "notifications knows the inspection")
    answer = file()
    assert answer.headers["content-type"].startswith("text/calendar")
    assert f"UID:{booking.inspection_id}@doorstep" in answer.text
    assert "1482 Alder Creek Rd" in answer.text
    assert company.visitor().http.get(link).status_code == 404

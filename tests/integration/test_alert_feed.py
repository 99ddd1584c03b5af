"""The alert feed over HTTP: filters, done, what is new to whom, and each one's own mail."""

import re
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from deploy.demo.office import eventually
from shared.contracts.portal import TicketChangedV1
from tests.integration.test_tickets import submit, with_tickets
from tests.support.product import PASSWORD, Company
from tests.support.refusals import problem
from tests.support.visitor import Form, Page, Visitor
from tests.support.wire import tell
from tools.samples import sample

ALERTS = "notifications/v1/alerts"
FEED = "/staff/notifications/alerts"
COUNT = "/notifications/fragments/alerts/count"
PREFERENCES = "/staff/notifications/preferences"
ZONES = [ZoneInfo(name) for name in ("America/Los_Angeles", "Europe/London", "Asia/Tokyo")]
"""In one of them it is day, and the hour of digests is over."""


def shown(company: Company, show: str) -> list[str]:
    """The words of a filter, the same for programs and on the page; newest first."""
    texts = [row["text"] for row in company.office.get(ALERTS, show=show)["items"]]
    page = company.staff_browser().open(f"{FEED}?show={show}")
    assert [line.text for line in page.soup.select("#feed > li p.t")] == texts
    return texts


def wait_alert(company: Company, words: str) -> dict[str, Any]:
    """The alert that says this, once it is in the feed."""

    def found() -> dict[str, Any] | None:
        rows: list[dict[str, Any]] = company.office.get(ALERTS, limit="100")["items"]
        return next((row for row in rows if words in row["text"]), None)

    return eventually(found, f"an alert about {words!r}")


def press_done(staff: Visitor, page: Page) -> Page:
    """Press the only button that marks an alert as done."""
    (tag,) = page.soup.select("form[action$='/done']")
    button = tag.select_one("button")
    assert button is not None
    return staff.submit(Form(page, tag, button))


@pytest.mark.timeout(120)
def test_each_filter_shows_its_alerts_and_done_takes_one_from_those_that_wait(
    company: Company,
) -> None:
    booking = company.book()
    client = booking.client()
    client.checkout()
    client.pay_by_card()
    booking.wait_invoice(status="paid")
    submit(with_tickets(company), "Gate code", "Which one?")
    asks = wait_alert(company, "Nora Bell asks: Gate code")
    paid = wait_alert(company, "paid")
    assert shown(company, "tickets") == [asks["text"]]
    assert paid["text"] in shown(company, "payments")
    inspections = shown(company, "inspections")
    assert inspections
    assert not {asks["text"], paid["text"]} & set(inspections)
    assert shown(company, "action") == [asks["text"]]
    assert shown(company, "mine") == [asks["text"]]
    assert shown(company, "done") == shown(company, "email") == []

    staff = company.staff_browser()
    assert "Done by" in press_done(staff, staff.open(f"{FEED}?show=action")).text
    assert shown(company, "action") == []
    assert shown(company, "done") == [asks["text"]]
    assert company.office.get(ALERTS, show="done")["items"][0]["done_at"]
    for alert_id in (asks["alert_id"], "of-nobody"):
        again = company.office._http.post(f"/api/{ALERTS}/{alert_id}/done")
        assert problem(again)["status"] == 404


def unseen(staff: Visitor) -> int:
    """The number in the sidebar."""
    found = re.match(r"\d*", staff.open(COUNT).text)
    return int(found[0] or 0) if found else 0


def see(staff: Visitor) -> None:
    """Have the feed on the screen for a moment, as its page does by itself."""
    page = staff.open(FEED)
    (tag,) = page.soup.select("form[hx-post$='/seen']")
    values = Form(page, tag, tag).values
    headers = {"Origin": staff.gateway, "Sec-Fetch-Site": "same-origin"}
    answer = staff.http.post(str(tag["hx-post"]), data=values, headers=headers)
    assert answer.status_code == 204


def colleague(company: Company) -> Visitor:
    """Somebody else of the office, before a browser."""
    email = f"office-{uuid4().hex[:8]}@example.com"
    member = {"name": "Priya Raman", "email": email, "role": "office", "password": PASSWORD}
    company.office.post("scheduling/v1/staff", member)
    staff = company.visitor()
    form = staff.open("/staff/scheduling/sign-in").form("Sign in")
    staff.submit(form, email=email, password=PASSWORD)
    return staff


@pytest.mark.timeout(120)
def test_what_is_new_is_counted_for_each_person_and_only_what_is_for_him(company: Company) -> None:
    company.book()
    eventually(lambda: company.office.get(ALERTS)["items"], "the booking is in the feed")
    owner, other = company.staff_browser(), colleague(company)
    before = unseen(other)
    assert unseen(owner) == before > 0
    assert owner.open(FEED).soup.select("#feed > li.new")
    see(owner)
    assert (unseen(owner), unseen(other)) == (0, before)
    assert not owner.open(FEED).soup.select("#feed > li.new")

    submit(with_tickets(company), "Gate code", "Which one?")
    wait_alert(company, "Gate code")
    assert unseen(owner) == 1
    assert unseen(other) == before, "the ticket is the owner's"
    see(owner)
    see(other)
    assert (unseen(owner), unseen(other)) == (0, 0)


@pytest.mark.timeout(180)
def test_alerts_are_mailed_at_once_once_a_day_or_never_and_not_in_quiet_hours(open_one) -> None:
    zone = next(one for one in ZONES if 9 <= datetime.now(one).hour < 21)
    company = open_one("", "--time-zone", zone.key)
    customer = with_tickets(company)
    staff = company.staff_browser()

    def prefer(**wish: str) -> None:
        nothing = {"quiet_from": "", "quiet_until": ""}
        saved = staff.submit(staff.open(PREFERENCES).form("Save"), **{**nothing, **wish})
        assert "Saved" in saved.text

    def mailed() -> list[str]:
        return [mail["subject"] for mail in company.sandbox.mails(company.owner_email)]

    def ask(subject: str) -> None:
        submit(customer, subject, "Hello")
        wait_alert(company, subject)

    prefer(mode="never")
    ask("never")
    now = datetime.now(zone)
    hour = timedelta(hours=1)
    quiet = {"quiet_from": f"{now - hour:%H:%M}", "quiet_until": f"{now + hour:%H:%M}"}
    prefer(mode="at_once", **quiet)
    ask("quiet")
    prefer(mode="daily")
    ask("daily")
    prefer(mode="at_once")
    ask("at once")
    eventually(mailed, "the mail that comes at once")
    assert mailed() == ["Nora Bell asks: at once"]
    log = partial(company.office.get, "notifications/v1/mails", kind="staff_alert")
    eventually(
        lambda: sorted(row["state"] for row in log()["items"]) == ["sent", "waiting"],
        "what came in quiet hours waits until they are over",
    )

    asked_yesterday(company, zone)
    yesterday = wait_alert(company, "of yesterday")
    assert yesterday["assigned_to"] == [company.inspector_id]
    prefer(mode="daily")
    company.stack.restart("notifications")  # it looks when it starts, then every two minutes
    digest = eventually(
        lambda: next(
            (
                mail
                for mail in company.sandbox.mails(company.owner_email)
                if mail["subject"].endswith("for you")
            ),
            None,
        ),
        "the digest",
        within=60,
    )
    assert "of yesterday" in digest["text"]
    assert "asks: never" not in digest["text"], "that is for tomorrow's"


def asked_yesterday(company: Company, zone: ZoneInfo) -> None:
    """A customer has asked the owner something the day before."""
    noon = datetime.combine(datetime.now(zone).date(), time(12), zone) - timedelta(days=1)
    told = sample(TicketChangedV1)
    assert isinstance(told, TicketChangedV1)
    changes = {
        "ticket_id": uuid4().hex,
        "subject": "of yesterday",
        "status": "open",
        "last_message_from": "customer",
        "last_message_at": noon,
        "assignee_staff_id": company.inspector_id,
    }
    company_id = company.office.get("scheduling/v1/company")["company_id"]
    ticket = told.ticket.model_copy(update=changes)
    tell(company.stack, TicketChangedV1(company_id=company_id, ticket=ticket), noon)

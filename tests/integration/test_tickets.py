"""Tickets from the customer's page to staff's mail and back (R99-R106)."""

import hashlib
import hmac
import re
import time
from email.message import EmailMessage
from functools import partial
from typing import Any
from uuid import uuid4

import httpx
import pytest

from deploy.demo.office import eventually
from tests.support.account_customer import Customer, open_account
from tests.support.portal_rules import show_customers
from tests.support.product import PASSWORD, Company
from tests.support.refusals import refusal
from tests.support.visitor import Page

SCRIPT = "<script>alert(1)</script>"
TICKETS = "portal/v1/tickets"
SETTINGS = "portal/v1/settings"


def with_tickets(company: Company, **changes: Any) -> Customer:
    """A signed-in customer of a company that takes tickets, all of them for the owner."""
    settings = {"assignee_staff_ids": [company.inspector_id], **changes}
    show_customers(company, {"tickets": True, "ticket_settings": settings})
    customer = open_account(company, sites=1)
    customer.sign_in()
    return customer


def submit(customer: Customer, subject: str, text: str, path: str = "new", **fields: str) -> str:
    """Send the form; the new ticket's id."""
    form = customer.browser.open(f"/account/tickets/{path}").form("Send")
    page = customer.browser.submit(form, subject=subject, text=text, **fields)
    found = re.search(r"/account/tickets/(\w+)", page.url)
    assert found, page.text
    return found[1]


def thread(company: Company, ticket_id: str) -> list[str]:
    shown = company.office.get(f"{TICKETS}/{ticket_id}")
    return [message["text"] for message in shown["messages"]]


@pytest.mark.rule(103)
def test_a_ticket_goes_back_and_forth_by_page_and_by_mail(company: Company) -> None:
    customer = with_tickets(company, ticket_categories=["Visits"])
    ticket_id = submit(customer, f"Gate code {SCRIPT}", f"Which one? {SCRIPT}")
    office = company.office
    ticket = office.get(f"{TICKETS}/{ticket_id}")
    assert (ticket["number"], ticket["status"], ticket["category"]) == ("T-101", "open", "Visits")
    assert ticket["assignee_staff_id"] == company.inspector_id
    staff = company.staff_browser()
    page = staff.open(f"/staff/portal/tickets/{ticket_id}")
    assert SCRIPT not in page.html
    assert SCRIPT in page.text
    staff.submit(page.form("Send answer"), text="The code is 4711.", status="on_hold")
    mail = eventually(
        lambda: _mail(company, customer.email, "T-101"), "the answer by mail", within=60
    )
    assert "4711" in mail["text"]
    mine = customer.browser.open(f"/account/tickets/{ticket_id}")
    assert "4711" in mine.text
    assert "On hold" not in mine.text
    inbox = company.visitor()
    letter = inbox.open(f"{company.stack.sandbox}/sandbox/inbox/{mail['id']}")
    inbox.submit(letter.form("Answer"), text="Thank you, it worked.")
    eventually(lambda: len(thread(company, ticket_id)) == 3, "the answer by mail arrived")
    assert thread(company, ticket_id)[2] == "Thank you, it worked."
    assert office.get(f"{TICKETS}/{ticket_id}")["status"] == "open"
    closing = staff.open(f"/staff/portal/tickets/{ticket_id}").form("Close ticket")
    staff.submit(closing)
    assert "Closed" in customer.browser.open(f"/account/tickets/{ticket_id}").text
    texts = [alert["text"] for alert in office.get("notifications/v1/alerts")["items"]]
    assert any("Gate code" in text for text in texts)


def _mail(company: Company, to: str, subject: str) -> dict[str, Any] | None:
    mails = company.sandbox.mails(to)
    return next((mail for mail in mails if subject in mail["subject"]), None)


@pytest.mark.rule(99, 101)
def test_each_switch_holds_on_the_page_and_in_the_api(company: Company) -> None:
    customer = with_tickets(company)
    ticket_id = submit(customer, "Roof", "Is it dry?")
    path = f"/account/tickets/{ticket_id}"
    assert customer.browser.open(path).status == 200
    icon = "a[aria-label='Submit a ticket'][href='/account/tickets/new']"
    assert customer.browser.open("/account").soup.select(icon)
    company.office.put("portal/v1/settings", {"ticket_settings": {"open_tickets": False}})
    assert customer.browser.open(path).status == 404
    assert customer.browser.open("/account/tickets?show=open").status == 403
    assert customer.browser.open("/account/tickets?show=closed").status == 200
    company.office.put("portal/v1/settings", {"tickets": False})
    for page in ("/account/tickets", "/account/tickets/new", path):
        assert customer.browser.open(page).status == 403
    assert "Submit a ticket" not in customer.browser.open("/account").html
    account = company.office.get(f"scheduling/v1/accounts/{customer.account_id}")
    wish = {
        "account_id": customer.account_id,
        "contact_id": account["people"][0]["contact_id"],
        "subject": "x",
        "text": "y",
    }
    refused = refusal(lambda: company.office.post(TICKETS, wish))
    assert (refused["status"], refused["code"]) == (403, "tickets_off")


def test_mail_that_the_provider_did_not_sign_is_refused(company: Company) -> None:
    customer = with_tickets(company)
    gateway = company.stack.gateway
    unsigned = httpx.post(f"{gateway}/api/portal/v1/inbound-mail", content=_letter("a@b.example"))
    assert (unsigned.status_code, unsigned.json()["code"]) == (403, "inbound_mail_unsigned")
    forged = _hand_over(gateway, _letter(customer.email), b"a guess")
    assert forged.status_code == 403
    assert company.office.get(TICKETS)["items"] == []


@pytest.mark.rule(99, 103, 104)
def test_mail_to_the_companys_address_opens_a_ticket_for_customers_only(company: Company) -> None:
    customer = with_tickets(company, ticket_categories=["Visits", "Invoices"])
    offered = customer.browser.open("/account/tickets").soup.select_one("a[href^='mailto:']")
    address = offered["href"].removeprefix("mailto:")
    gateway, secret = company.stack.gateway, company.stack.secrets.inbound_mail_secret.encode()
    letter = _letter(customer.email, address, "Which days?")
    for mail in (_letter("stranger@example.com", address, "Let me in"), letter, letter):
        assert _hand_over(gateway, mail, secret).status_code == 202, "nobody learns who is known"
    (ticket,) = company.office.get(TICKETS)["items"]
    assert (ticket["subject"], ticket["status"], ticket["kind"]) == (
        "Which days?",
        "open",
        "question",
    )
    assert ticket["account_id"] == customer.account_id
    assert ticket["assignee_staff_id"] == company.inspector_id
    assert thread(company, ticket["ticket_id"]) == ["Hello"]
    assert "Which days?" in customer.browser.open("/account/tickets").text


@pytest.mark.rule(103)
def test_two_people_for_all_tickets_are_refused_and_nothing_changes(company: Company) -> None:
    """R103: `Ticket Assignment` is exactly one user."""
    with_tickets(company)
    person = {
        "name": "Priya Raman",
        "email": f"second-{uuid4().hex[:8]}@example.com",
        "role": "office",
        "password": PASSWORD,
    }
    second = company.office.post("scheduling/v1/staff", person)["staff_id"]
    show_customers(company, {"ticket_settings": {"assignee_staff_ids": [second]}})
    before = company.office.get(SETTINGS)
    two = {"open_tickets": False, "assignee_staff_ids": [company.inspector_id, second]}
    for chosen in (two, {**two, "assignee_staff_ids": []}):
        wish = {"ticket_settings": chosen}
        refused = refusal(partial(company.office.put, SETTINGS, wish))
        assert (refused["status"], refused["code"]) == (422, "settings_refused")
        assert refused["field"] == "ticket_assignee_staff_id"
    assert company.office.get(SETTINGS) == before


@pytest.mark.rule(105, 106)
def test_requests_to_move_and_to_cancel_have_categories_of_their_own(company: Company) -> None:
    """R105, R106, C26: a list each; with one entry it is preselected."""
    customer = with_tickets(
        company,
        ticket_categories=["Invoices", "Visits"],
        reschedule_categories=["Another day", "Another hour"],
        cancel_categories=["No longer needed"],
    )
    other = open_account(company, sites=1)
    other.sign_in()
    for anybody in (customer, other):
        asked = anybody.browser.open("/account/tickets/new").soup
        offered = asked.select("select[name=category] option")
        assert [one["value"] for one in offered] == ["", "Invoices", "Visits"]
    customer.book(sites=1)

    def asking(words: str) -> Page | None:
        services = customer.browser.open("/account/services")
        return customer.browser.open(services.link(words)) if words in services.text else None

    moving = eventually(lambda: asking("Ask to reschedule"), "the visit is shown")
    assert [one["value"] for one in moving.soup.select("select[name=category] option")] == [
        "",
        "Another day",
        "Another hour",
    ]
    unchosen = customer.browser.submit(moving.form("Send"), text="Friday?")
    assert (unchosen.status, "Choose a category" in unchosen.text) == (422, True)
    foreign = customer.browser.submit(moving.form("Send"), text="Friday?", category="Invoices")
    assert (foreign.status, "Choose a category" in foreign.text) == (422, True)
    assert company.office.get(TICKETS)["items"] == []
    customer.browser.submit(moving.form("Send"), text="Friday?", category="Another hour")
    cancelling = asking("Ask to cancel")
    customer.browser.submit(cancelling.form("Send"), text="The house is sold.")
    told = {one["kind"]: one for one in company.office.get(TICKETS)["items"]}
    assert told["reschedule"]["category"] == "Another hour"
    assert told["cancel"]["category"] == "No longer needed"
    assert told["cancel"]["subject"].startswith("Cancel: Radon test")
    (booked,) = company.office.get("scheduling/v1/inspections", account_id=customer.account_id)[
        "items"
    ]
    assert booked["status"] == "scheduled", "asking changes nothing"


@pytest.mark.rule(101, 102)
def test_whatever_is_not_closed_is_open_to_the_customer_and_writing_reopens(
    company: Company,
) -> None:
    """R101, R102."""
    customer = with_tickets(company)
    ids = {word: submit(customer, word, "Hello") for word in ("open", "pending", "on_hold")}
    for word, ticket_id in ids.items():
        company.office.patch(f"{TICKETS}/{ticket_id}", {"status": word})
    shown = customer.browser.open("/account/tickets?show=open")
    assert all(word in shown.text for word in ids)
    for ticket_id in ids.values():
        page = customer.browser.open(f"/account/tickets/{ticket_id}")
        assert [tag.text.strip() for tag in page.soup.select("h1 + .badge")] == ["Open"]
    gone = f"{TICKETS}/{ids['pending']}"
    company.office.patch(gone, {"status": "closed"})
    assert "pending" not in customer.browser.open("/account/tickets?show=open").text
    assert "pending" in customer.browser.open("/account/tickets?show=closed").text
    closed = customer.browser.open(f"/account/tickets/{ids['pending']}")
    customer.browser.submit(closed.form("Send"), text="One more thing.")
    again = company.office.get(gone)
    assert (again["status"], again["shown_status"]) == ("open", "open")
    assert "pending" in customer.browser.open("/account/tickets?show=open").text


def test_the_inbox_finds_by_whose_status_kind_category_and_words(company: Company) -> None:
    customer = with_tickets(company, ticket_categories=["Visits", "Invoices"])
    visit = submit(customer, "Gate code", "Which?", category="Visits")
    bill = submit(customer, "Line two", "Why?", category="Invoices")
    company.office.patch(f"{TICKETS}/{bill}", {"status": "on_hold", "assignee_staff_id": None})

    def found(**wish: str) -> list[str]:
        return [one["ticket_id"] for one in company.office.get(TICKETS, **wish)["items"]]

    assert found() == [bill, visit], "the latest message first"
    assert found(limit="1") == [bill]
    behind = company.office.get(TICKETS, limit="1")["cursor"]
    assert found(limit="1", cursor=behind) == [visit]
    for wish in (
        {"status": "on_hold"},
        {"category": "Invoices"},
        {"assignee_staff_id": "none"},
        {"q": "LINE"},
        {"q": "t-102"},
    ):
        assert found(**wish) == [bill], wish
    assert found(assignee_staff_id=company.inspector_id) == [visit]
    assert found(kind="cancel") == []
    staff = company.staff_browser()
    for query in ("whose=mine", "status=open", "category=Visits", "q=gate"):
        page = staff.open(f"/staff/portal/tickets?{query}").text
        assert ("Gate code" in page, "Line two" in page) == (True, False), query
    company.office.patch(f"{TICKETS}/{visit}", {"status": "closed"})
    unfinished = staff.open("/staff/portal/tickets").text
    assert ("Gate code" in unfinished, "Line two" in unfinished) == (False, True)


def _letter(sender: str, to: str = "tickets+x@tickets.doorstep.example", about: str = "") -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, about
    mail["Message-ID"] = f"<{uuid4().hex}@example.com>"
    mail.set_content("Hello")
    return mail.as_bytes()


def _hand_over(gateway: str, body: bytes, secret: bytes) -> httpx.Response:
    now = str(int(time.time()))
    signed = hmac.new(secret, now.encode() + b"." + body, hashlib.sha256).hexdigest()
    headers = {"x-doorstep-timestamp": now, "x-doorstep-signature": signed}
    return httpx.post(f"{gateway}/api/portal/v1/inbound-mail", content=body, headers=headers)

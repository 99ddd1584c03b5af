"""Tickets from the customer's page to staff's mail and back (R99-R106)."""

import hashlib
import hmac
import re
import time
from email.message import EmailMessage
from typing import Any
from uuid import uuid4

import httpx

from deploy.demo.office import eventually
from tests.support.account_customer import Customer, open_account
from tests.support.product import Company
from tests.support.refusals import refusal

SCRIPT = "<script>alert(1)</script>"
TICKETS = "portal/v1/tickets"


def with_tickets(company: Company, **changes: Any) -> Customer:
    """A signed-in customer of a company that takes tickets, all of them for the owner."""
    settings = {"assignee_staff_ids": [company.inspector_id], **changes}
    body = {"tickets": True, "ticket_settings": settings}
    eventually(
        lambda: _put(company, body),
        "the portal knows the company and its team",
    )
    customer = open_account(company, sites=1)
    customer.sign_in()
    return customer


def _put(company: Company, body: dict[str, Any]) -> bool:
    try:
        company.office.put("portal/v1/settings", body)
    except httpx.HTTPStatusError as error:
        if error.response.status_code in {422, 503}:
            return False
        raise
    return True


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


def test_each_switch_holds_on_the_page_and_in_the_api(company: Company) -> None:
    customer = with_tickets(company)
    ticket_id = submit(customer, "Roof", "Is it dry?")
    path = f"/account/tickets/{ticket_id}"
    assert customer.browser.open(path).status == 200
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


def _letter(sender: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"] = sender, "tickets+x@tickets.doorstep.example"
    mail["Message-ID"] = f"<{uuid4().hex}@example.com>"
    mail.set_content("Hello")
    return mail.as_bytes()


def _hand_over(gateway: str, body: bytes, secret: bytes) -> httpx.Response:
    now = str(int(time.time()))
    signed = hmac.new(secret, now.encode() + b"." + body, hashlib.sha256).hexdigest()
    headers = {"x-doorstep-timestamp": now, "x-doorstep-signature": signed}
    return httpx.post(f"{gateway}/api/portal/v1/inbound-mail", content=body, headers=headers)

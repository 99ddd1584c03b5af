"""Every staff page and form, opened by a stranger's office for another company's things."""

from collections.abc import Iterator

import httpx
import pytest

from deploy.demo.office import eventually
from services.billing.entrypoints.routes import ROUTERS as BILLING
from services.notifications.entrypoints.routers import ROUTERS as NOTIFICATIONS
from services.portal.entrypoints import link_pages, settings_pages, staff, ticket_inbox
from services.scheduling.entrypoints.routes import ROUTERS as SCHEDULING
from tests.support.accounts import open_account, today
from tests.support.product import Booking, Company
from tests.support.visitor import Visitor

PORTAL = (staff.router, link_pages.router, ticket_inbox.router, settings_pages.router)
SECRETS = ("Confidential Contact", "77 Hidden Lane", "cc@example.com")
BOXES = ("header", "people", "release", "report", "services")
OWN_TEXTS = "/staff/notifications/settings/{key}"
"""Mail texts are named, not owned: everybody has his own under the same name."""


def routes() -> Iterator[tuple[str, str]]:
    """Method and path of every staff page that names something by its id."""
    for router in (*SCHEDULING, *BILLING, *NOTIFICATIONS, *PORTAL):
        for route in router.routes:
            path = getattr(route, "path", "")
            inside = path.startswith(("/api/", "/internal/", OWN_TEXTS))
            if "{" in path and not inside:
                for method in getattr(route, "methods", ()) or ():
                    yield method, path.replace(":path}", "}")


@pytest.fixture
def theirs(company: Company) -> tuple[Booking, dict[str, str]]:
    """A published inspection with one of everything, and its ids."""
    booking = company.book(
        site={"street": "77 Hidden Lane", "city": "Bend", "region": "OR"},
        people=[{"role": "agent", "name": "Confidential Contact", "email": "cc@example.com"}],
    )
    office, invoice = company.office, booking.invoice()
    payment = office.post(
        f"billing/v1/invoices/{invoice['invoice_id']}/payments",
        {"amount_cents": 1_000, "method": "cash"},
    )
    key = office.post("scheduling/v1/api-keys", {"name": "Program", "scopes": ["read"]})
    half = {"name": "Half to the agent", "role": "agent", "basis_points": 5_000}
    rule = office.post("billing/v1/split-rules", half)
    fields = office.post("scheduling/v1/custom-fields", {"label": "Gate code"})["items"]
    account = open_account(company, people=[{"name": "Nora", "email": "cc@example.com"}])
    series = account.every("yearly", today())
    ticket = account.ask("About 77 Hidden Lane")
    told = {"name": "Tell Cc", "trigger": "paid", "addressee": "client"}
    automation = office.post("notifications/v1/automations", told)
    booking.publish()
    booking.mail("inspection")
    shown = booking.show()
    about = {"inspection_id": booking.inspection_id}
    return booking, {
        **about,
        "invoice_id": invoice["invoice_id"],
        "payment_id": payment["payment_id"],
        "rule_id": rule["rule_id"],
        "payer_key": office.get("billing/v1/reports/payers")["items"][0]["payer_key"],
        "line_id": shown["lines"][0]["line_id"],
        "contact_id": shown["people"][1]["contact_id"],
        "report_id": shown["reports"][0]["report_id"],
        "service_id": company.services["Radon test"]["service_id"],
        "staff_id": company.inspector_id,
        "key_id": key["key_id"],
        "account_id": account.account_id,
        "site_id": account.site_ids[0],
        "recurring_id": series["recurring_id"],
        "order_id": account.order(0)["order_id"],
        # Whose they are is asked of the real database in tests/contract/billing.
        **dict.fromkeys(("run_id", "method_id", "prepayment_id"), "0" * 32),
        "step": "retry",
        "change": "remove",
        "field_id": fields[0]["field_id"],
        "mail_id": office.get("notifications/v1/mails", **about)["items"][0]["mail_id"],
        "alert_id": office.get("notifications/v1/alerts", **about)["items"][0]["alert_id"],
        "automation_id": automation["automation_id"],
        "ticket_id": ticket["ticket_id"],
        "link_id": booking.portal_links()[0]["link_id"],
        "token": "a-token-of-nobody",
        "box": BOXES[0],
    }


FORM = {
    "idempotency_key": "a-key-of-a-stranger",
    "then": "update",
    "action": "pause",
    "trigger": "paid",
    "addressee": "client",
    "kind": "manual",
    "manual_kind": "fee",
    "name": "Intrusion",
    "role": "agent",
    "email": "intruder@example.com",
    "recipient": "intruder@example.com",
    "subject": "Intrusion",
    "body": "{{ sign_and_pay }}",
    "amount": "1.00",
    "refund_amount": "1.00",
    "reason": "Intrusion",
    "method": "cash",
    "received_on": "2026-11-01",
    "starts_on": "2027-01-04",
    "starts_at": "09:00",
    "active": "",
}


def ask(staff: Visitor, method: str, path: str, token: str) -> httpx.Response:
    """As a browser of somebody who is signed in, elsewhere."""
    own = {"Origin": staff.gateway, "Sec-Fetch-Site": "same-origin"}
    data = {**FORM, "csrf_token": token} if method == "POST" else None
    return staff.http.request(method, path, data=data, headers=own)


def test_no_page_and_no_form_reaches_another_companys_things(
    open_one, theirs: tuple[Booking, dict[str, str]]
) -> None:
    booking, ids = theirs
    stranger = open_one("Stranger & Sons")
    staff = stranger.staff_browser()
    page = staff.open("/staff/scheduling/inspections/new")
    token = str(page.soup.select_one("[name=csrf_token]")["value"])
    paid = eventually(
        lambda: booking.show() if booking.show()["paid_cents"] == 1_000 else None, "the payment"
    )
    before = (paid, booking.invoice(), company_state(booking.company))
    asked = list(routes())
    assert len(asked) > 45
    seen: list[int] = []
    for method, path in asked:
        for box in BOXES if "{box}" in path else ("",):
            answer = ask(staff, method, path.format(**{**ids, "box": box}), token)
            what = (method, path, answer.status_code, answer.headers.get("location"))
            assert answer.status_code in allowed(path), what
            seen.append(answer.status_code)
            for secret in SECRETS:
                assert secret not in answer.text, what
            assert "This form is out of date" not in answer.text, what
            assert not answer.content.startswith(b"%PDF-"), what
    assert seen.count(404) > 40
    assert (booking.show(), booking.invoice(), company_state(booking.company)) == before
    assert booking.company.sandbox.mails("intruder@example.com") == []


def allowed(path: str) -> set[int]:
    """Boxes of an inspection that is not known (yet) wait for it; a report of nobody is empty.

    Everything else is refused.
    """
    waiting = path.endswith(("/payments", "/emails", "/links")) and "/fragments/" in path
    empty = "/reports/payers/" in path
    return {403, 404, 409, 422, *((200,) if waiting or empty else ())}


def company_state(company: Company) -> list[object]:
    office = company.office
    return [
        office.get("scheduling/v1/company"),
        office.get("scheduling/v1/staff"),
        office.get("scheduling/v1/services"),
        office.get("scheduling/v1/api-keys"),
    ]

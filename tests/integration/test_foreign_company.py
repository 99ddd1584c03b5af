"""Every route of every API, asked for another company's things: nothing is told, nothing done."""

import json
from dataclasses import dataclass

import httpx
import pytest

from deploy.demo.office import eventually
from tests.support.accounts import open_account, today
from tests.support.product import Booking, Company
from tests.support.published_api import ask, operations

SECRETS = ("Confidential Contact", "77 Hidden Lane")
NOBODYS = "0" * 32


@dataclass
class Property:
    """Things of one company, by the name a path gives them."""

    booking: Booking
    ids: dict[str, str]


def settle(company: Company) -> Property:
    """A company with one of everything that has an id."""
    booking = company.book(
        site={"street": "77 Hidden Lane", "city": "Bend", "region": "OR"},
        people=[{"role": "agent", "name": "Confidential Contact", "email": "cc@example.com"}],
    )
    office = company.office
    invoice = booking.invoice()
    payment = office.post(
        f"billing/v1/invoices/{invoice['invoice_id']}/payments",
        {"amount_cents": 1_000, "method": "cash"},
    )
    account = open_account(
        company,
        people=[{"name": "Confidential Contact", "email": "cc@example.com"}],
        street="77 Hidden Lane",
    )
    order = account.order(0)
    series = account.every("yearly", today())
    ticket = account.ask("About 77 Hidden Lane")
    half = {"name": "Half to the agent", "role": "agent", "basis_points": 5_000}
    rule = office.post("billing/v1/split-rules", half)
    fields = office.post("scheduling/v1/custom-fields", {"label": "Gate code"})["items"]
    key = office.post("scheduling/v1/api-keys", {"name": "Program", "scopes": ["read"]})
    told = {"name": "Tell Cc", "trigger": "paid", "addressee": "client"}
    automation = office.post("notifications/v1/automations", told)
    booking.mail("inspection")
    booking.publish()
    booking.mail("report")
    shown = eventually(
        lambda: booking.show() if booking.show()["paid_cents"] == 1_000 else None,
        "the payment on the inspection",
    )
    mails = office.get("notifications/v1/mails", inspection_id=booking.inspection_id)["items"]
    alerts = office.get("notifications/v1/alerts", inspection_id=booking.inspection_id)["items"]
    return Property(
        booking,
        {
            "inspection_id": booking.inspection_id,
            "invoice_id": invoice["invoice_id"],
            "payment_id": payment["payment_id"],
            "line_id": shown["lines"][0]["line_id"],
            "contact_id": shown["people"][1]["contact_id"],
            "service_id": company.services["Radon test"]["service_id"],
            "staff_id": company.inspector_id,
            "report_id": shown["reports"][0]["report_id"],
            "key_id": key["key_id"],
            "account_id": account.account_id,
            "site_id": account.site_ids[0],
            "order_id": order["order_id"],
            "recurring_id": series["recurring_id"],
            "field_id": fields[-1]["field_id"],
            "mail_id": mails[0]["mail_id"],
            "alert_id": alerts[0]["alert_id"],
            "automation_id": automation["automation_id"],
            "kind": "account",
            "subject_id": account.account_id,
            "ticket_id": ticket["ticket_id"],
            "rule_id": rule["rule_id"],
            "link_id": booking.portal_links()[0]["link_id"],
            # Whose they are is asked of the real database in tests/contract/billing.
            "run_id": NOBODYS,
            "prepayment_id": NOBODYS,
        },
    )


def everything(owner: Property) -> str:
    """All that the owner can read, as one text, to see that nothing has changed."""
    office = owner.booking.company.office
    alerts = office.get("notifications/v1/alerts", inspection_id=owner.booking.inspection_id)
    seen = [
        owner.booking.show(),
        owner.booking.invoice(),
        office.get("scheduling/v1/company"),
        office.get("scheduling/v1/services"),
        office.get("scheduling/v1/staff"),
        office.get("scheduling/v1/api-keys"),
        office.get("scheduling/v1/custom-fields"),
        office.get("notifications/v1/automations"),
        office.get("billing/v1/split-rules"),
        office.get("portal/v1/settings"),
        office.get(f"portal/v1/tickets/{owner.ids['ticket_id']}"),
        office.get(f"scheduling/v1/accounts/{owner.ids['account_id']}"),
        office.get(f"scheduling/v1/orders/{owner.ids['order_id']}"),
        office.get(f"scheduling/v1/recurring-services/{owner.ids['recurring_id']}")["status"],
        owner.booking.portal_links(),
        [a["done_at"] for a in alerts["items"] if a["alert_id"] == owner.ids["alert_id"]],
    ]
    return json.dumps(seen, sort_keys=True)


@pytest.fixture
def owner(company: Company) -> Property:
    return settle(company)


def test_another_companys_things_do_not_exist(open_one, owner: Property) -> None:
    stranger = open_one("Stranger & Sons")
    before = everything(owner)
    gateway = stranger.stack.gateway
    with_ids = [operation for operation in operations(gateway) if operation.names]
    assert len(with_ids) > 30
    headers = {"Authorization": stranger.office._http.headers["Authorization"]}
    with httpx.Client(base_url=gateway, headers=headers, timeout=30) as browser:
        for operation in with_ids:
            what = f"{operation.method} {operation.path}"
            answer = ask(browser, operation, owner.ids)
            assert answer.status_code in {403, 404, 422}, (what, answer.status_code, answer.text)
            assert answer.headers["content-type"] == "application/problem+json", what
            for secret in SECRETS:
                assert secret not in answer.text, what
    assert everything(owner) == before


def test_lists_hold_ones_own_things_only(open_one, owner: Property) -> None:
    stranger = open_one("Stranger & Sons")
    headers = {"Authorization": stranger.office._http.headers["Authorization"]}
    seen = 0
    with httpx.Client(base_url=stranger.stack.gateway, headers=headers, timeout=30) as browser:
        for operation in operations(stranger.stack.gateway):
            if operation.method != "get" or operation.names:
                continue
            asked = [{}, {"inspection_id": owner.booking.inspection_id}, {"q": "Hidden"}]
            for params in asked:
                answer = browser.get(operation.path, params=params)
                assert answer.status_code == 200, (operation.path, answer.text)
                for hidden in (*SECRETS, owner.booking.inspection_id, owner.booking.client_email):
                    assert hidden not in answer.text, operation.path
                seen += 1
    assert seen >= 20


def test_nobody_may_ask_without_saying_who_he_is(owner: Property) -> None:
    gateway = owner.booking.company.stack.gateway
    with httpx.Client(base_url=gateway, timeout=30) as browser:
        for operation in operations(gateway):
            for token in ("", "Bearer x.y.z", "Basic b3duZXI6cGFzcw=="):
                browser.headers["Authorization"] = token
                answer = ask(browser, operation, owner.ids)
                assert answer.status_code == 401, (operation.path, answer.text)
                assert answer.json()["code"] == "not_signed_in"


def test_a_booking_cannot_use_another_companys_people_and_services(
    open_one, owner: Property
) -> None:
    stranger = open_one("Stranger & Sons")
    mine = stranger.book()
    for body in (
        {"inspector_id": owner.ids["staff_id"]},
        {"people": [{"role": "client", "contact_id": owner.ids["contact_id"]}]},
        {"lines": [{"kind": "service", "service_id": owner.ids["service_id"]}]},
    ):
        booking = {
            "site": {"street": "1 Main St", "city": "Bend"},
            "starts_at": "2027-01-04T09:00:00-08:00",
            "inspector_id": stranger.inspector_id,
            "people": [{"role": "client", "name": "Me", "email": "me@example.com"}],
            "lines": [],
            **body,
        }
        with pytest.raises(httpx.HTTPStatusError) as refused:
            stranger.office.post("scheduling/v1/inspections", booking)
        assert refused.value.response.status_code in {404, 422}, body
        assert "Confidential" not in refused.value.response.text
    assert mine.show()["inspector"]["staff_id"] == stranger.inspector_id
    found = stranger.office.get("scheduling/v1/inspections")["items"]
    assert [row["inspection_id"] for row in found] == [mine.inspection_id]

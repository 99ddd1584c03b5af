"""What people and programs should not send is refused in words, and nothing is changed by it."""

from datetime import UTC, datetime, timedelta
from functools import partial

import httpx
import pytest
from pymongo import MongoClient

from deploy.demo.office import eventually
from deploy.product import OPERATOR
from tests.support.product import Booking, Client, Company
from tests.support.refusals import problem, refusal
from tests.support.stack import Stack
from tests.support.visitor import Page

TYPED_NONSENSE = ["-5", "0", "0.00", "4.755", "1e3", "five", "99999999999", ""]
SENT_NONSENSE = [-1, 0, 1.5, "500", "5.00", True, None, 100_000_000, 10**30]


@pytest.fixture
def booking(company: Company) -> Booking:
    return company.book()


def end_link(stack: Stack, client: Client) -> None:
    """Make a link as old as links get."""
    link_id = client.home.rsplit("/", 1)[-1]
    with MongoClient(stack.mongo_url(OPERATOR)) as database:
        changed = database["portal"]["links"].update_one(
            {"_id": link_id}, {"$set": {"expires_at": datetime.now(UTC) - timedelta(minutes=1)}}
        )
    assert changed.modified_count == 1


# ------------------------------------------------------------------------------------ links
@pytest.mark.scenario(41)
def test_an_expired_link_opens_nothing_and_leads_to_a_new_one(
    stack: Stack, booking: Booking
) -> None:
    token = booking.link()
    client = booking.client()
    end_link(stack, client)
    for page in (booking.company.visitor().open(token), client.reload()):
        assert page.status == 410
        assert "This link has ended" in page.text
        assert "1482 Alder Creek Rd" not in page.text
    asked = client.browser.submit(client.page.form("new link"), email=booking.client_email)
    assert "If that address belongs to this inspection" in asked.text

    def fresh() -> Page | None:
        page = booking.company.visitor().open(booking.link())
        return page if page.status == 200 else None

    assert "1482 Alder Creek Rd" in eventually(fresh, "a new link that works").text


def test_a_new_link_is_mailed_only_to_somebody_of_the_inspection(
    stack: Stack, booking: Booking
) -> None:
    client = booking.client()
    end_link(stack, client)
    page = client.reload()
    stranger = f"stranger-{booking.client_email}"
    answers = [
        client.browser.submit(page.form("new link"), email=address).text
        for address in (stranger, booking.client_email)
    ]
    assert answers[0] == answers[1]
    eventually(
        lambda: len(booking.company.sandbox.mails(booking.client_email)) == 2, "the client's mail"
    )
    assert booking.company.sandbox.mails(stranger) == []


@pytest.mark.rule(19)
def test_a_link_opens_no_other_inspection(open_one, booking: Booking) -> None:
    client = booking.client()
    other = open_one("Elsewhere").book(
        site={"street": "9 Other Street", "city": "Salem", "region": "OR"}
    )
    foreign = other.client()
    assert "9 Other Street" in foreign.page.text
    for path in ("", "/agreement", "/invoice.pdf", "/closing", "/how-to-pay"):
        page = client.browser.open(f"{foreign.home}{path}")
        assert page.status == 404, path
        assert "9 Other Street" not in page.html
    form = foreign.page.form("Pay $")
    refused = client.browser.submit(form)
    assert refused.status in {403, 404}
    assert other.invoice()["status"] == "open"


# ---------------------------------------------------------------------- amounts of a browser
def test_an_amount_that_is_not_the_servers_is_shown_beside_the_right_one(
    booking: Booking,
) -> None:
    client = booking.client()
    form = client.page.form("Pay $")
    for cents, shown in ((1, "$0.01"), (47_499, "$474.99"), (99_999_999, "$999,999.99")):
        page = client.browser.submit(form, amount_cents=str(cents))
        assert page.status == 409
        assert "The amount has changed" in page.text
        assert f"It was {shown} and is now $475.00." in page.text
        assert "You have not been charged" in page.text
        client.page = page
    assert booking.invoice()["payments"] == []
    client.checkout()
    assert "$475.00" in client.page.text


@pytest.mark.scenario(64)
def test_an_amount_that_is_none_starts_no_payment(booking: Booking) -> None:
    client = booking.client()
    form = client.page.form("Pay $")
    for cents in ("-47500", "0", "475.00", "4.75e4", "four", "", "9" * 40, "٤٧٥"):
        page = client.browser.submit(form, follow=False, amount_cents=cents)
        assert page.status == 422, cents
        assert "Please check: amount_cents." in page.text
    assert booking.invoice()["payments"] == []
    assert any("Pay $475.00" in button for button in client.reload().buttons)


@pytest.mark.scenario(64)
def test_a_currency_or_invoice_from_the_browser_is_not_listened_to(booking: Booking) -> None:
    dear = booking.company.book("Full home inspection", "Sewer scope")
    client = booking.client()
    client.page = client.browser.submit(
        client.page.form("Pay $"),
        currency="JPY",
        invoice_id=dear.invoice()["invoice_id"],
        company_id="another",
    )
    assert "$475.00" in client.page.text
    client.pay_by_card()
    client.wait("Paid in full")
    assert booking.wait_invoice(status="paid")["currency"] == "USD"
    assert dear.invoice()["paid_cents"] == 0


@pytest.mark.scenario(41)
def test_a_paid_invoice_takes_no_more_money(booking: Booking) -> None:
    client = booking.client()
    form = client.page.form("Pay $")
    client.checkout()
    client.pay_by_card()
    booking.wait_invoice(status="paid")
    page = client.browser.submit(form, idempotency_key="another-click-0001")
    assert page.status == 409
    assert "This is already paid" in page.text
    path = f"billing/v1/invoices/{booking.invoice()['invoice_id']}/payments"
    by_hand = {"amount_cents": 100, "method": "cash"}
    assert refusal(lambda: booking.company.office.post(path, by_hand))["code"] == "invoice_paid"
    assert booking.invoice()["paid_cents"] == 47_500


def test_a_void_invoice_takes_no_money(booking: Booking) -> None:
    client = booking.client()
    form = client.page.form("Pay $")
    booking.company.office.post(f"{booking.path}/cancel", {})
    booking.wait_invoice(status="void")
    page = client.browser.submit(form)
    assert page.status == 409
    assert "This invoice is no longer needed" in page.text
    path = f"billing/v1/invoices/{booking.invoice()['invoice_id']}/payments"
    refused = refusal(
        lambda: booking.company.office.post(path, {"amount_cents": 100, "method": "cash"})
    )
    assert refused["status"] == 409
    assert booking.invoice()["payments"] == []


# ------------------------------------------------------------------------ amounts of the office
def test_the_api_takes_whole_positive_cents_only(booking: Booking) -> None:
    office, invoice = booking.company.office, booking.invoice()
    path = f"billing/v1/invoices/{invoice['invoice_id']}/payments"
    for amount in SENT_NONSENSE:
        payment = {"amount_cents": amount, "method": "cash"}
        refused = refusal(partial(office.post, path, payment))
        assert (refused["status"], refused["code"]) == (422, "invalid"), amount
        assert [error["field"] for error in refused["errors"]] == ["amount_cents"]
    assert booking.invoice() == invoice


def test_a_fee_has_whole_cents_only(booking: Booking) -> None:
    for amount in (-1, 1.5, "500", True, 100_000_000, 10**30):
        fee = {"kind": "fee", "name": "Travel", "amount_cents": amount}
        refused = refusal(partial(booking.company.office.post, f"{booking.path}/lines", fee))
        assert refused["status"] == 422, amount
    assert booking.show()["total_cents"] == 47_500


def test_nobody_can_owe_less_than_nothing(booking: Booking) -> None:
    credit = {"kind": "credit", "name": "Too kind", "amount_cents": 47_501}
    refused = refusal(lambda: booking.company.office.post(f"{booking.path}/lines", credit))
    assert (refused["status"], refused["code"]) == (409, "bill_below_zero")
    assert booking.show()["total_cents"] == 47_500


def test_a_form_says_what_is_wrong_with_an_amount(booking: Booking) -> None:
    booking.invoice()
    staff = booking.company.staff_browser()
    page = staff.open(f"/staff/billing/inspections/{booking.inspection_id}/payments")
    for typed in TYPED_NONSENSE:
        refused = staff.submit(page.form("Record payment"), amount=typed)
        assert refused.status == 422, typed
        summary = refused.soup.select_one("[role=alert]")
        assert summary, typed
        assert "amount" in summary.get_text().lower(), typed
    too_much = staff.submit(page.form("Record payment"), amount="475.01")
    assert too_much.status == 422
    assert "The amount cannot exceed $475.00, what is due" in too_much.text
    assert booking.invoice()["payments"] == []


# ------------------------------------------------------------------------- repeated requests
def test_an_idempotency_key_belongs_to_one_request(booking: Booking) -> None:
    office = booking.company.office
    fee = {"kind": "fee", "name": "Travel", "amount_cents": 2_500}
    first = office.post(f"{booking.path}/lines", fee, key="fee-key-000001")
    assert office.post(f"{booking.path}/lines", fee, key="fee-key-000001") == first
    other = {**fee, "amount_cents": 9_900}
    reused = refusal(lambda: office.post(f"{booking.path}/lines", other, key="fee-key-000001"))
    assert (reused["status"], reused["code"]) == (409, "idempotency_key_reused")
    assert booking.show()["total_cents"] == 50_000

    invoice = booking.wait_invoice(total_cents=50_000)
    path = f"billing/v1/invoices/{invoice['invoice_id']}/payments"
    cash = {"amount_cents": 1_000, "method": "cash"}
    paid = office.post(path, cash, key="cash-key-00001")
    assert office.post(path, cash, key="cash-key-00001") == paid
    reused = refusal(
        lambda: office.post(path, {**cash, "amount_cents": 2_000}, key="cash-key-00001")
    )
    assert (reused["status"], reused["code"]) == (409, "idempotency_key_reused")
    back = {"amount_cents": 400, "reason": "Too much"}
    refunds = f"billing/v1/payments/{paid['payment_id']}/refunds"
    assert office.post(refunds, back, key="back-key-00001") == office.post(
        refunds, back, key="back-key-00001"
    )
    reused = refusal(
        lambda: office.post(refunds, {**back, "amount_cents": 500}, key="back-key-00001")
    )
    assert reused["code"] == "idempotency_key_reused"
    assert booking.wait_invoice(paid_cents=600)["balance_cents"] == 49_400


@pytest.mark.rule(22)
def test_a_shared_message_is_sent_once_and_another_needs_its_own_key(booking: Booking) -> None:
    booking.link()
    office, sandbox = booking.company.office, booking.company.sandbox
    path = f"notifications/v1/inspections/{booking.inspection_id}/share"
    agent = f"agent-{booking.client_email}"
    share = {"recipient": agent, "subject": "For you", "body": "Look: {{ sign_and_pay }}"}
    first = office.post(path, share, key="share-key-0001")
    booking.mail("For you", to=agent)
    assert office.post(path, share, key="share-key-0001")["mail_id"] == first["mail_id"]
    for changed in ({"subject": "Another"}, {"recipient": f"other-{agent}"}):
        reused = refusal(partial(office.post, path, {**share, **changed}, key="share-key-0001"))
        assert (reused["status"], reused["code"]) == (409, "idempotency_key_reused")
    office.post(path, {**share, "subject": "Third"}, key="share-key-0003")
    booking.mail("Third", to=agent)
    assert sorted(mail["subject"] for mail in sandbox.mails(agent)) == ["For you", "Third"]


def test_what_moves_money_needs_an_idempotency_key(booking: Booking) -> None:
    invoice = booking.invoice()
    with httpx.Client(
        base_url=booking.company.stack.gateway, headers=booking.company.office._http.headers
    ) as program:
        for path, body in (
            (
                f"billing/v1/invoices/{invoice['invoice_id']}/payments",
                {"amount_cents": 100, "method": "cash"},
            ),
            (f"{booking.path}/lines", {"kind": "fee", "name": "x", "amount_cents": 1}),
            ("scheduling/v1/services", {"name": "x", "price_cents": 1}),
        ):
            refused = problem(program.post(f"/api/{path}", json=body))
            assert (refused["status"], refused["code"]) == (422, "idempotency_key_missing")
    assert booking.invoice() == invoice


def test_an_unknown_member_is_not_ignored(booking: Booking) -> None:
    invoice = booking.invoice()
    path = f"billing/v1/invoices/{invoice['invoice_id']}/payments"
    body = {"amount_cents": 100, "method": "cash", "currency": "EUR"}
    refused = refusal(lambda: booking.company.office.post(path, body))
    assert refused["status"] == 422
    assert refused["errors"][0]["field"] == "currency"
    assert booking.invoice() == invoice

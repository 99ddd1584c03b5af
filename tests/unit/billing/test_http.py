"""Billing over HTTP: who may do what, strict requests, repeats, pages and papers."""

from collections.abc import AsyncIterator
from io import BytesIO

import httpx
import pytest
from bs4 import BeautifulSoup
from pypdf import PdfReader

from services.billing.domain.carving import Carving, carved
from services.billing.domain.division import Share
from services.billing.domain.invoice import InvoiceStatus
from services.billing.entrypoints.routes import ROUTERS
from services.billing.entrypoints.webhooks import BODY_LIMITS
from services.billing.main import TEMPLATES
from shared.identity import ApiClient, Staff
from shared.ui import environment
from tests.support.billing_examples import COMPANY, INSPECTION
from tests.support.shared_app import app, keyring
from tests.unit.billing.test_events import parts_of

INVOICE = "/api/billing/v1/invoices/invoice-client"
PAGE = f"/staff/billing/inspections/{INSPECTION}/payments"
BOX = f"/billing/fragments/inspections/{INSPECTION}/payments"


class Visitor:
    """Somebody with a token, before the service."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    def staff(self, role: str = "office", company_id: str = COMPANY) -> dict[str, str]:
        person = Staff(company_id, "priya", "Priya Raman", role, "session-1", "csrf-1")
        token = keyring("scheduling").mint_staff(person)
        return {"cookie": f"doorstep_staff={token}", "x-csrf-token": "csrf-1"}

    def key(self, *scopes: str) -> dict[str, str]:
        client = ApiClient(COMPANY, "key-1", frozenset(scopes))
        return {"authorization": f"Bearer {keyring('scheduling').mint_api_client(client)}"}

    def service(self, name: str = "portal") -> dict[str, str]:
        return {"authorization": f"Bearer {keyring(name).mint_service('billing')}"}


@pytest.fixture
async def visitor(office) -> AsyncIterator[Visitor]:
    pages = environment(TEMPLATES)
    it = app(*ROUTERS, service="billing", pages=pages, body_limits=BODY_LIMITS)
    it.state.parts = parts_of(office)
    transport = httpx.ASGITransport(it, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://doorstep.test") as client:
        yield Visitor(client)


# ------------------------------------------------------------------------------ internal
CHECKOUT = {
    "company_id": COMPANY,
    "amount_cents": 80_000,
    "success_url": "https://portal.example/back",
    "cancel_url": "https://portal.example/cancel",
}


async def checkout(visitor, headers=None, **changes):
    return await visitor.client.post(
        "/internal/v1/invoices/invoice-client/checkouts",
        json={**CHECKOUT, **changes},
        headers={"idempotency-key": "k-1", **(headers or visitor.service())},
    )


async def test_portal_opens_a_page_and_a_repeat_gets_the_same(visitor):
    first, again = await checkout(visitor), await checkout(visitor)
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert set(first.json()) == {"attempt_id", "url", "expires_at"}


async def test_portal_refreshes_a_payer_who_came_back(visitor, office):
    attempt_id = (await checkout(visitor)).json()["attempt_id"]
    office.gateway.pay_by_card(office.books.state.attempts[attempt_id])
    answer = await visitor.client.post(
        f"/internal/v1/attempts/{attempt_id}/refresh",
        json={"company_id": COMPANY},
        headers=visitor.service(),
    )
    assert answer.json() == {"state": "succeeded"}


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"amount_cents": 1}, 409, "amount_changed"),
        ({"company_id": "other"}, 404, "invoice_not_found"),
        ({"amount_cents": -1}, 422, None),
        ({"amount_cents": 0}, 422, None),
        ({"amount_cents": 1.5}, 422, None),
        ({"amount_cents": "80000"}, 422, None),
        ({"amount_cents": True}, 422, None),
        ({"amount_cents": 2**63}, 422, None),
        ({"success_url": "javascript:alert(1)"}, 422, None),
        ({"invoices": ["a"]}, 422, None),
    ],
)
async def test_a_checkout_that_cannot_be_is_refused_and_nothing_opened(
    visitor, office, changes, status, code
):
    answer = await checkout(visitor, **changes)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert code is None or answer.json()["code"] == code
    assert not office.gateway.opened


async def test_only_our_own_services_reach_the_inside(visitor):
    assert (await checkout(visitor, headers=visitor.staff("owner"))).status_code == 401
    assert (await checkout(visitor, headers=visitor.key("bill"))).status_code == 401
    other = {"authorization": f"Bearer {keyring('portal').mint_service('scheduling')}"}
    assert (await checkout(visitor, headers=other)).status_code == 401


async def test_a_processor_that_is_away_is_a_503(visitor, office):
    office.gateway.trouble = ["before"]
    answer = await checkout(visitor)
    assert answer.status_code == 503
    assert answer.json()["code"] == "payments_unavailable"
    assert answer.headers["retry-after"]


# ----------------------------------------------------------------------------------- API
async def record(visitor, headers=None, key="p-1", **changes):
    return await visitor.client.post(
        f"{INVOICE}/payments",
        json={"amount_cents": 30_000, "method": "check", "reference": "1042", **changes},
        headers={**(headers or visitor.key("bill")), **({"idempotency-key": key} if key else {})},
    )


async def test_a_check_is_recorded_once_for_one_key(visitor, office):
    first, again = await record(visitor), await record(visitor)
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert first.json()["method_label"] == "Check 1042"
    assert office.bill.client_invoice.paid_cents == 30_000
    other = await record(visitor, amount_cents=20_000)
    assert other.status_code == 409
    assert other.json()["code"] == "idempotency_key_reused"


async def test_a_key_is_required(visitor):
    answer = await record(visitor, key="")
    assert answer.json()["code"] == "idempotency_key_missing"


@pytest.mark.parametrize(
    "changes",
    [
        {"amount_cents": 0},
        {"amount_cents": -5},
        {"amount_cents": 0.5},
        {"amount_cents": "5.00"},
        {"amount_cents": 100_000_000},
        {"method": "gold"},
        {"paid_cents": 1},
        {"reference": {"$gt": ""}},
        {"received_at": "2026-11-17T10:00:00"},
    ],
)
async def test_a_payment_is_read_strictly(visitor, office, changes):
    assert (await record(visitor, **changes)).status_code == 422
    assert office.bill.client_invoice.empty


@pytest.mark.parametrize(
    ("role", "status"), [("owner", 201), ("office", 201), ("inspector", 403), ("read_only", 403)]
)
async def test_who_may_record_money(visitor, role, status):
    assert (await record(visitor, headers=visitor.staff(role))).status_code == status


async def test_a_scope_is_needed_and_another_company_sees_nothing(visitor):
    assert (await record(visitor, headers=visitor.key("read"))).status_code == 403
    for path in (INVOICE, f"{INVOICE}/document"):
        foreign = await visitor.client.get(path, headers=visitor.staff(company_id="other"))
        assert foreign.status_code == 404
        assert (await visitor.client.get(path)).status_code == 401


async def test_a_refund_over_the_api(visitor, office):
    attempt = await office.paid_by_card()
    path = f"/api/billing/v1/payments/{attempt.attempt_id}/refunds"
    headers = {**visitor.key("refund"), "idempotency-key": "r-1"}
    wish = {"amount_cents": 10_000, "with_credit": True, "reason": "Sewer scope not done"}
    first = await visitor.client.post(path, json=wish, headers=headers)
    again = await visitor.client.post(path, json=wish, headers=headers)
    assert first.status_code == 201
    assert first.json() == again.json()
    assert first.json()["status"] == "succeeded"
    headers["idempotency-key"] = "r-2"
    much = await visitor.client.post(path, json={**wish, "amount_cents": 80_000}, headers=headers)
    assert much.status_code == 409
    assert much.json()["maximum_cents"] == 70_000


async def test_invoices_are_listed_and_read(visitor):
    answer = await visitor.client.get("/api/billing/v1/invoices", headers=visitor.staff())
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert [row["number"] for row in found["items"]] == ["HP-3107"]
    one = (await visitor.client.get(INVOICE, headers=visitor.staff())).json()
    assert one["balance_cents"] == 80_000
    path = f"/api/billing/v1/inspections/{INSPECTION}/balance"
    assert (await visitor.client.get(path, headers=visitor.staff())).json()["total_cents"] == 80_000


async def test_sending_while_notifications_are_disabled_is_refused(visitor, office):
    await office.follow(notifications_disabled=True)
    answer = await visitor.client.post(
        f"{INVOICE}/send",
        json={"subject": "Your invoice", "body": "Here"},
        headers={**visitor.key("bill"), "idempotency-key": "s-1"},
    )
    assert answer.status_code == 409
    assert answer.json()["code"] == "notifications_disabled"


async def test_only_the_owner_changes_how_money_is_taken(visitor, office):
    path, wish = "/api/billing/v1/settings", {"online_payments": False}
    office_answer = await visitor.client.put(path, json=wish, headers=visitor.staff())
    assert office_answer.status_code == 403
    done = await visitor.client.put(path, json=wish, headers=visitor.staff("owner"))
    assert done.json()["takes_money"] is False


# --------------------------------------------------------------------------------- pages
async def soup_of(visitor, path, role="office", status=200):
    answer = await visitor.client.get(path, headers=visitor.staff(role))
    assert answer.status_code == status, answer.text
    return BeautifulSoup(answer.text, "html.parser")


async def test_the_payments_box_shows_what_is_due_from_whom(visitor):
    box = await soup_of(visitor, BOX)
    assert box.find(id="payments-box")
    assert "$800.00" in box.text
    assert "HP-3107, due Dec 1" in box.text
    assert not box.find("html")
    assert box.find("form")["action"].endswith("/resend")


async def test_the_payments_box_says_paid_and_processing(visitor, office):
    attempt = await office.paid_by_bank()
    assert "Processing $800.00" in (await soup_of(visitor, BOX)).text
    office.gateway.settle(attempt)
    await office.refresh(attempt)
    box = await soup_of(visitor, BOX)
    assert "paid Nov 17" in box.text
    assert not box.find("form")


async def test_a_reader_sees_no_button(visitor):
    box = await soup_of(visitor, BOX, "read_only")
    assert not box.find("form")
    assert "Record payment" not in box.text


async def test_a_bill_that_is_still_being_opened_says_so(visitor):
    box = await soup_of(visitor, BOX.replace(INSPECTION, "inspection-new"))
    assert "being opened" in box.text


async def post_form(visitor, path, role="office", **fields):
    headers = visitor.staff(role)
    return await visitor.client.post(path, data=fields, headers=headers)


CASH = {
    "invoice": "invoice-client",
    "amount": "300.00",
    "method": "cash",
    "received_on": "2026-11-17",
    "idempotency_key": "form-1",
}


async def test_recording_cash_on_the_page(visitor, office):
    done = await post_form(visitor, PAGE, **CASH)
    assert done.status_code == 303
    await post_form(visitor, PAGE, **CASH)
    assert office.bill.client_invoice.paid_cents == 30_000
    page = await soup_of(visitor, PAGE)
    assert "Ellen Park paid $300.00" in page.text


async def test_the_maximum_of_each_invoice_is_said_before_one_is_chosen(visitor, office):
    page = await soup_of(visitor, PAGE)
    assert "Up to $800.00 is due." in page.text
    assert page.select_one("#amount")["value"] == "800.00"
    await split(office)
    page = await soup_of(visitor, PAGE)
    assert "Up to $625.00 on HP-3107, $175.00 on HP-3107-1." in page.text
    assert not page.select_one("#amount").get("value"), "it would fit one invoice only"
    third = {**CASH, "invoice": "invoice-agent", "amount": "175.01"}
    refused = await post_form(visitor, PAGE, **third)
    assert "The amount cannot exceed $175.00, what is due" in refused.text
    assert (await post_form(visitor, PAGE, **{**third, "amount": "175"})).status_code == 303
    assert "Up to $625.00 is due." in (await soup_of(visitor, PAGE)).text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"amount": ""}, "Enter the amount you received"),
        ({"amount": "-5"}, "Enter an amount like"),
        ({"amount": "0"}, "more than $0.00"),
        ({"amount": "1e3"}, "Enter an amount like"),
        ({"amount": "900"}, "cannot exceed $800.00"),
        ({"method": "gold"}, "Choose how it was paid"),
        ({"invoice": "other"}, "Choose the invoice"),
        ({"received_on": "yesterday"}, "Enter a date"),
    ],
)
async def test_what_is_wrong_with_the_form_is_said_and_kept(visitor, office, changes, words):
    answer = await post_form(visitor, PAGE, **{**CASH, "note": "kept", **changes})
    assert answer.status_code == 422
    page = BeautifulSoup(answer.text, "html.parser")
    assert "There is a problem" in page.text
    assert words in page.text
    assert page.title.text.strip().startswith("Error: ")
    assert page.find("input", {"name": "note"})["value"] == "kept"
    assert office.bill.client_invoice.empty


async def test_the_refund_form_shows_its_maximum_before_the_error(visitor, office):
    attempt = await office.paid_by_card()
    path = f"/staff/billing/payments/{attempt.attempt_id}/refunds"
    page = await soup_of(visitor, path)
    assert "At most $800.00" in page.text
    assert "Only the office reads it; Ellen Park is told the amount" in page.text
    silent = await post_form(visitor, path, refund_amount="1", idempotency_key="form-1")
    assert "Say why; only the office reads it" in silent.text
    fields = {"reason": "No radon", "effect": "credit", "idempotency_key": "form-2"}
    much = await post_form(visitor, path, refund_amount="800.01", **fields)
    assert much.status_code == 422
    assert "A refund cannot exceed $800.00" in much.text
    done = await post_form(visitor, path, refund_amount="150.00", **fields)
    assert done.headers["location"].endswith("done=refunded")
    assert office.bill.total_cents == 65_000


async def test_a_form_from_another_site_is_refused(visitor, office):
    headers = {**visitor.staff(), "x-csrf-token": "other", "sec-fetch-site": "cross-site"}
    answer = await visitor.client.post(PAGE, data=CASH, headers=headers)
    assert answer.status_code == 403
    assert office.bill.client_invoice.empty


async def test_failed_tries_and_attempts_in_flight_are_in_the_history(visitor, office):
    attempt = await office.checkout()
    office.gateway.decline(attempt)
    await office.refresh(attempt)
    page = await soup_of(visitor, PAGE)
    assert "Payment of $800.00 failed" in page.text
    assert "On the payment page" in page.text


async def test_the_list_of_invoices_filters_by_status(visitor, office):
    await office.paid_by_card()
    assert "HP-3107" in (await soup_of(visitor, "/staff/billing/invoices?status=paid")).text
    empty = await soup_of(visitor, "/staff/billing/invoices?status=open")
    assert "No invoice matches" in empty.text


async def test_the_owner_sees_the_billing_settings_and_others_do_not(visitor):
    page = await soup_of(visitor, "/staff/billing/settings", "owner")
    assert "Clients can pay online" in page.text
    await soup_of(visitor, "/staff/billing/settings", "office", 403)


async def test_nobody_signed_in_is_sent_to_sign_in(visitor):
    answer = await visitor.client.get(PAGE, headers={"accept": "text/html"})
    assert answer.status_code in {303, 401}


# -------------------------------------------------------------------------------- papers
async def paper(visitor, path):
    answer = await visitor.client.get(path, headers=visitor.service())
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    reader = PdfReader(BytesIO(answer.content))
    return "\n".join(page.extract_text() for page in reader.pages)


async def split(office):
    """The sewer scope, $175.00, is the agent's."""
    await office.change(
        lambda bill: carved(
            bill,
            Carving(
                invoice_ids=("invoice-agent",),
                contact_ids=("marcus",),
                share=Share(line_ids=("sewer",)),
                issued_on=bill.client_invoice.issued_on,
            ),
        )
    )


async def split_and_paid(office):
    await split(office)
    await office.receive_cash(17_500, invoice_id="invoice-agent", payment_id="cash-agent")
    assert office.bill.invoices[1].status is InvoiceStatus.PAID


@pytest.mark.scenario(22)
async def test_the_clients_invoice_says_who_paid_what(visitor, office):
    await split_and_paid(office)
    text = await paper(
        visitor, f"/internal/v1/invoices/invoice-client/document?company_id={COMPANY}"
    )
    for words in ("HP-3107", "Ellen Park", "Dec 1, 2026", "$625.00", "Marcus Lee", "$175.00"):
        assert words in text
    assert "marcus@example.com" not in text


async def test_a_third_partys_invoice_shows_nothing_of_the_others(visitor, office):
    await split_and_paid(office)
    text = await paper(
        visitor, f"/internal/v1/invoices/invoice-agent/document?company_id={COMPANY}"
    )
    assert "HP-3107-1" in text
    assert "Paid in full" in text
    for words in ("Ellen", "$625.00", "$800.00", "home", "radon"):
        assert words not in text


async def test_a_receipt_names_the_payment(visitor, office):
    await office.receive_cash(30_000)
    text = await paper(visitor, f"/internal/v1/payments/cash-1/receipt?company_id={COMPANY}")
    for words in ("R-01001", "$300.00", "Cash", "Ellen Park", "$500.00"):
        assert words in text


async def test_there_is_no_receipt_for_money_on_its_way(visitor, office):
    attempt = await office.paid_by_bank()
    answer = await visitor.client.get(
        f"/internal/v1/payments/{attempt.attempt_id}/receipt?company_id={COMPANY}",
        headers=visitor.service(),
    )
    assert answer.status_code == 404

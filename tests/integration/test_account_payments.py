"""A property manager pays: many invoices at once, by card, by bank, in advance, on file."""

import csv
import io
from typing import Any

import httpx
import pytest

from deploy.demo.office import eventually
from tests.support.account_customer import Customer, open_account
from tests.support.product import DECLINED_CARD, Company
from tests.support.provider import Provider
from tests.support.visitor import Page

RADON = 15_000


def paid(customer: Customer, page: Page) -> Page:
    """Until the page that follows the payment, and billing, know that it is through."""
    return eventually(
        lambda: now if "Paid" in (now := customer.browser.open(page.url)).text else None,
        "the payment is through",
        within=120,
    )


def payments(customer: Customer) -> list[dict[str, Any]]:
    return list(customer.company.office.get(f"billing/v1/accounts/{customer.account_id}/payments"))


def intents(company: Company, payment: dict[str, Any]) -> list[dict[str, Any]]:
    """What the processor has of a payment."""
    provider = Provider(company)
    found = provider.show("payment_intents", limit="100")["data"]
    provider.close()
    wanted = payment["account_payment_id"]
    return [one for one in found if one["metadata"].get("attempt_id") == wanted]


def alerts(company: Company, kind: str) -> list[dict[str, Any]]:
    found = company.office.get("notifications/v1/alerts", limit="100")["items"]
    return [alert for alert in found if alert["kind"] == kind]


def mails(customer: Customer, words: str) -> list[dict[str, Any]]:
    found = customer.company.sandbox.mails(customer.email)
    return [mail for mail in found if words in mail["subject"]]


def refused(ask: Any) -> dict[str, Any]:
    with pytest.raises(httpx.HTTPStatusError) as answer:
        ask()
    return dict(answer.value.response.json())


@pytest.mark.rule(72, 73, 74)
@pytest.mark.scenario(11)
@pytest.mark.timeout(400)
def test_three_invoices_by_card_then_the_saved_card_then_money_back(company: Company) -> None:
    customer = open_account(company, sites=4)
    ids = [row["invoice_id"] for row in customer.book(sites=4)]
    customer.rules(billing_history=True)
    customer.sign_in()

    hosted = customer.pay(customer.review(*ids[:3], save_method="on"))
    assert "$450.00" in hosted.text
    customer.again()  # the button pressed twice is one payment, see below
    declined = customer.by_card(hosted, DECLINED_CARD)
    assert "declined" in declined.text.lower()
    paid(customer, customer.by_card(hosted))
    for invoice_id in ids[:3]:
        customer.wait_invoice(invoice_id, status="paid", paid_cents=RADON)
    [payment] = payments(customer)
    assert (payment["amount_cents"], payment["status"]) == (3 * RADON, "succeeded")
    assert [part["amount_cents"] for part in payment["allocations"]] == [RADON] * 3

    [intent] = intents(company, payment)
    assert intent["amount"] == 3 * RADON
    assert set(intent["metadata"]) == {"attempt_id", "company_id"}

    method = eventually(customer.methods, "the card is on file")[0]
    assert (method["label"], method["is_default"]) == ("Visa ending 4242", True)
    method_id = method["method_id"]
    shown = eventually(
        lambda: (
            page
            if method_id in (page := customer.browser.open("/account/pay?choice=single")).html
            else None
        ),
        "the portal offers it",
        within=120,
    )
    assert "Visa ending 4242" in shown.text
    paid(customer, customer.pay(customer.review(ids[3], method=f"saved:{method_id}")))
    customer.wait_invoice(ids[3], status="paid")

    part = f"{payment['account_payment_id']}-2"
    refund = company.office.post(
        f"billing/v1/payments/{part}/refunds",
        {"amount_cents": 5_000, "with_credit": False, "reason": "Not done"},
    )
    assert refund["status"] == "succeeded"
    second = payment["allocations"][1]["invoice_id"]
    customer.wait_invoice(second, status="open", balance_cents=5_000)
    assert payments(customer)[-1]["refunded_cents"] == 5_000
    papers = f"/api/billing/v1/account-payments/{payment['account_payment_id']}/receipt"
    assert company.office.download(papers).content.startswith(b"%PDF-")
    base = f"/api/billing/v1/accounts/{customer.account_id}/statement"
    assert company.office.download(base).content.startswith(b"%PDF-")
    _statement_says(company.office.download(f"{base}?format=csv").text, payment)
    told = customer.browser.http.get("/account/statement.csv?from=&to=")
    _statement_says(told.text, payment)


def _statement_says(text: str, payment: dict[str, Any]) -> None:
    """Four invoices, two payments, one refund: 50.00 is open, and not due yet."""
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    amounts = [(row["What"], row["Amount"]) for row in rows]
    assert amounts.count(("Invoice", "150.00")) == 4
    assert amounts.count(("Payment", "-150.00")) == 1
    [together] = [row for row in rows if row["Amount"] == "-450.00"]
    assert (together["What"], together["Number"]) == ("Payment", payment["receipt_number"])
    assert together["Details"].startswith("Visa ending 4242, ")
    assert amounts.count(("Refund", "50.00")) == 1
    balances = {row["What"]: row["Balance"] for row in rows}
    assert (balances["Opening balance"], balances["Closing balance"]) == ("0.00", "50.00")
    assert [row["Balance"] for row in rows if row["What"] == "Open invoice"] == ["50.00"]
    ages = ("Due 0-30 days", "Due 31-60 days", "Due 61-90 days", "Due Over 90 days")
    assert [balances[age] for age in ages] == ["50.00", "0.00", "0.00", "0.00"]
    assert balances["Balance due"] == "50.00"


@pytest.mark.rule(75)
@pytest.mark.scenario(9)
@pytest.mark.timeout(400)
def test_a_bank_payment_over_two_invoices_settles_or_comes_back(company: Company) -> None:
    customer = open_account(company, sites=3)
    *ids, unticked = [row["invoice_id"] for row in customer.order(3)]
    document = company.office.get(f"billing/v1/invoices/{ids[0]}")
    assert document["order_number"]
    parent = f"/api/billing/v1/orders/{document['order_id']}/document"
    assert company.office.download(parent).content.startswith(b"%PDF-")
    customer.sign_in()
    hosted = customer.pay(customer.review(*ids, choice="multi", method="us_bank_account"))
    customer.by_bank(hosted)
    for invoice_id in ids:
        customer.wait_invoice(invoice_id, status="processing", processing_cents=RADON)
    [held] = payments(customer)
    assert held["status"] == "processing"
    [intent] = intents(company, held)
    company.sandbox.post(f"payments/{intent['id']}/settle", outcome="succeeded")
    for invoice_id in ids:
        customer.wait_invoice(invoice_id, status="paid")
    company.sandbox.post(f"payments/{intent['id']}/dispute")
    for invoice_id in ids:
        customer.wait_invoice(invoice_id, status="open", balance_cents=RADON)
    assert payments(customer)[0]["status"] == "returned"
    assert customer.invoice(unticked)["payments"] == []


@pytest.mark.scenario(29)
@pytest.mark.timeout(400)
def test_a_bank_payment_over_several_invoices_that_fails_opens_them_again_and_tells_both(
    company: Company,
) -> None:
    customer = open_account(company, sites=2)
    ids = [row["invoice_id"] for row in customer.book(sites=2)]
    customer.sign_in()
    early = customer.review(*ids, method="card")
    customer.by_bank(customer.pay(customer.review(*ids, method="us_bank_account")))
    for invoice_id in ids:
        customer.wait_invoice(invoice_id, status="processing", processing_cents=RADON)
    [held] = payments(customer)
    [intent] = intents(company, held)

    second = customer.pay(early)
    assert second.status in {409, 422}
    assert "/sandbox/" not in second.url
    check = {"invoice_ids": ids, "amount_cents": 2 * RADON, "method": "check"}
    path = f"billing/v1/accounts/{customer.account_id}/payments"
    assert refused(lambda: company.office.post(path, check))["code"] == "payment_processing"
    assert [row["account_payment_id"] for row in payments(customer)] == [held["account_payment_id"]]

    company.sandbox.post(f"payments/{intent['id']}/settle", outcome="insufficient_funds")
    for invoice_id in ids:
        customer.wait_invoice(invoice_id, status="open", balance_cents=RADON, processing_cents=0)
    assert [row["status"] for row in payments(customer)] == ["failed"]
    [alert] = eventually(lambda: alerts(company, "account_payment_failed"), "the alert", within=120)
    assert "Payment of $300.00 by Cascade Property Group failed" in alert["text"]
    assert (alert["level"], alert["amount_cents"]) == ("needs_action", 2 * RADON)
    [mail] = eventually(lambda: mails(customer, "did not go through"), "the mail", within=120)
    assert "$300.00" in mail["text"]

    paid(customer, customer.by_card(customer.pay(customer.review(*ids))))
    for invoice_id in ids:
        customer.wait_invoice(invoice_id, status="paid", paid_cents=RADON)
    assert len(alerts(company, "account_payment_failed")) == 1
    assert len(mails(customer, "did not go through")) == 1


@pytest.mark.rule(91, 92)
@pytest.mark.scenario(26)
@pytest.mark.timeout(400)
def test_maxima_hold_to_the_cent_and_staff_are_not_limited(company: Company) -> None:
    customer = open_account(company, sites=2)
    ids = [row["invoice_id"] for row in customer.book(sites=2)]
    unset = company.office.get("billing/v1/settings/portal")
    assert (unset["card_max_cents"], unset["bank_max_cents"]) == (0, 0)
    customer.sign_in()
    assert "Pay $300.00" in customer.review(*ids, method="card").text, "0.00 is no limit"
    customer.rules(card_max_cents=2 * RADON - 1, bank_max_cents=2 * RADON)
    eventually(
        lambda: "$299.99" in customer.browser.open("/account/pay?choice=single").text,
        "the portal knows the maximum",
        within=120,
    )
    above = customer.review(*ids, method="card")
    assert above.status == 422
    assert "$299.99" in above.text
    assert payments(customer) == []
    exactly = customer.review(*ids, method="us_bank_account")
    hosted = customer.pay(exactly)
    assert "$300.00" in hosted.text
    check = {"invoice_ids": ids, "amount_cents": 2 * RADON, "method": "check", "reference": "7"}
    path = f"billing/v1/accounts/{customer.account_id}/payments"
    receipt = company.office.post(path, check)
    assert receipt["receipt_number"].startswith("R-")
    for invoice_id in ids:
        customer.wait_invoice(invoice_id, status="paid")


@pytest.mark.scenario(7)
@pytest.mark.timeout(400)
def test_what_cannot_be_paid_together_is_refused_whole(company: Company) -> None:
    customer = open_account(company, sites=2)
    other = open_account(company, sites=1)
    [theirs] = other.book(sites=1)
    ids = [row["invoice_id"] for row in customer.book(sites=2)]
    path = f"billing/v1/accounts/{customer.account_id}/payments"

    def check(*invoice_ids: str, cents: int) -> Any:
        body = {"invoice_ids": list(invoice_ids), "amount_cents": cents, "method": "check"}
        return company.office.post(path, body)

    many = [f"invoice-{number}" for number in range(201)]
    assert refused(lambda: check(*many, cents=100))["code"] == "too_many_invoices"
    assert refused(lambda: check(ids[0], ids[0], cents=2 * RADON))["code"] == "invoice_twice"
    foreign = refused(lambda: check(ids[0], theirs["invoice_id"], cents=2 * RADON))
    assert (foreign["code"], foreign["status"]) == ("invoice_not_found", 404)
    changed = refused(lambda: check(*ids, cents=RADON))
    assert (changed["code"], changed["amount_cents"]) == ("amount_changed", 2 * RADON)
    customer.sign_in()
    hosted = customer.pay(customer.review(*ids))
    forged = {**customer.last[1], "elsewhere": [ids[0], theirs["invoice_id"]]}
    forged["idempotency_key"] = ["forged-1"]
    customer.last = (customer.last[0], forged)
    assert customer.again().status in {404, 409, 422}
    assert "$300.00" in hosted.text
    for invoice_id in (*ids, theirs["invoice_id"]):
        assert customer.invoice(invoice_id)["paid_cents"] == 0


@pytest.mark.rule(83, 84, 85, 86, 90)
@pytest.mark.scenario(13)
@pytest.mark.timeout(400)
def test_autopay_is_charged_by_staff_and_a_prepayment_is_applied_by_them(
    company: Company,
) -> None:
    customer = open_account(company, sites=3)
    before = [row["invoice_id"] for row in customer.book(sites=1)]
    customer.rules(autopay=True, card_changes=True, prepayments=True, billing_history=True)
    customer.sign_in()
    hosted = eventually(
        lambda: (
            customer.browser.submit(page.form("Add a card"))
            if "Add a card" in (page := customer.browser.open("/account/methods")).text
            else None
        ),
        "the portal lets a card be added",
        within=120,
    )
    customer.browser.submit(hosted.form("Save"), number="4242 4242 4242 4242")
    eventually(customer.methods, "the card is on file", within=120)
    page = eventually(
        lambda: (
            now if "Enroll" in (now := customer.browser.open("/account/autopay")).text else None
        ),
        "the portal lets them enrol",
        within=120,
    )
    customer.browser.submit(page.form("Enroll in autopay"))
    after = [row["invoice_id"] for row in customer.book(sites=2)]
    waiting = company.office.get("billing/v1/invoices-to-charge")
    assert {row["invoice_id"] for row in waiting["items"]} == set(after)
    assert waiting["total_cents"] == 2 * RADON

    run = company.office.post("billing/v1/charge-runs", {}, key="the-same-run")
    again = company.office.post("billing/v1/charge-runs", {}, key="the-same-run")
    assert run["run_id"] == again["run_id"]
    done = eventually(
        lambda: (
            now
            if (now := company.office.get(f"billing/v1/charge-runs/{run['run_id']}"))["status"]
            == "finished"
            else None
        ),
        "the run is finished",
        within=120,
    )
    assert (done["charged_count"], done["failed_count"]) == (2, 0)
    for invoice_id in after:
        customer.wait_invoice(invoice_id, status="paid", paid_cents=RADON)
    assert customer.invoice(before[0])["status"] == "open"
    assert refused(lambda: company.office.post("billing/v1/charge-runs", {}))["code"] == (
        "nothing_to_charge"
    )

    method_id = customer.methods()[0]["method_id"]
    advance = customer.browser.open("/account/prepayments")
    customer.send(advance.form("Pay in advance"), amount="100.00", method=f"saved:{method_id}")
    [prepayment] = eventually(
        lambda: company.office.get("billing/v1/prepayments"), "the prepayment", within=120
    )
    assert (prepayment["amount_cents"], prepayment["unapplied_cents"]) == (10_000, 10_000)
    eventually(
        lambda: "Prepayment, Visa" in customer.browser.open("/account/history").text,
        "it is listed as what it is",
        within=120,
    )
    assert customer.invoice(before[0])["balance_cents"] == RADON
    path = f"billing/v1/prepayments/{prepayment['prepayment_id']}"
    part = {"invoice_id": before[0], "amount_cents": 6_000}
    applied = company.office.post(f"{path}/apply", part, key="apply-once")
    assert company.office.post(f"{path}/apply", part, key="apply-once") == applied
    assert applied["unapplied_cents"] == 4_000
    assert customer.invoice(before[0])["balance_cents"] == RADON - 6_000
    much = refused(lambda: company.office.post(f"{path}/apply", {**part, "amount_cents": 4_001}))
    assert (much["code"], much["maximum_cents"]) == ("exceeds_prepayment", 4_000)
    company.office.post(f"{path}/refunds", {"amount_cents": 4_000, "reason": "Moved away"})
    assert company.office.get("billing/v1/prepayments", only_open="true") == []


@pytest.mark.rule(67)
@pytest.mark.scenario(6)
@pytest.mark.timeout(600)
def test_two_hundred_invoices_are_one_payment_with_one_line(company: Company) -> None:
    customer = open_account(company, sites=200)
    customer.sign_in()  # first: two hundred confirmations will be in the post before the link
    ids = [row["invoice_id"] for row in customer.order(200)]

    def chosen() -> Page | None:
        page = customer.browser.open("/account/pay?choice=multi")
        every = customer.send(page.form("Select all"))
        review = customer.send(every.form("Review payment"), method="card")
        return review if "$30,000.00" in review.text else None

    review = eventually(chosen, "the portal knows all two hundred", within=300)
    hosted = customer.pay(review)
    session = hosted.url.rpartition("/")[2]
    provider = Provider(company)
    [line] = provider.show(f"checkout/sessions/{session}/line_items")["data"]
    assert line["amount_total"] == 200 * RADON
    paid(customer, customer.by_card(hosted))
    [payment] = payments(customer)
    assert len(payment["allocations"]) == 200
    assert sum(part["amount_cents"] for part in payment["allocations"]) == 200 * RADON
    assert {row["status"] for row in customer.invoices()} == {"paid"}
    assert len(ids) == 200
    provider.close()
    assert [one["amount_received"] for one in intents(company, payment)] == [200 * RADON]

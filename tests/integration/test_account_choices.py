"""What one payment of an account may be: 200 invoices, a surplus, maxima, one currency."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from deploy.demo.office import eventually
from shared.contracts.scheduling import InspectionScheduledV1
from tests.integration.test_account_payments import paid, payments
from tests.support.account_customer import Customer, open_account
from tests.support.accounts import schedule_visits, today
from tests.support.product import Company
from tests.support.provider import Provider
from tests.support.refusals import refusal
from tests.support.visitor import Page
from tests.support.wire import tell
from tools.samples import sample

RADON = 15_000


def signed_in(company: Company, sites: int = 1) -> Customer:
    customer = open_account(company, sites=sites)
    customer.sign_in()
    return customer


def pay_page(customer: Customer, query: str, words: str) -> Page:
    """Make a payment, once the portal knows enough to say this."""

    def found() -> Page | None:
        page = customer.browser.open(f"/account/pay?{query}")
        return page if words in page.text else None

    return eventually(found, f"the page says {words!r}", within=120)


def nothing_at_the_processor(customer: Customer) -> None:
    """No page was opened and no charge tried for it."""
    provider = Provider(customer.company)
    try:
        sessions = provider.show("checkout/sessions", limit="100")["data"]
    finally:
        provider.close()
    assert not [one for one in sessions if customer.account_id in str(one["metadata"])]
    assert payments(customer) == []


@pytest.mark.rule(63, 67)
@pytest.mark.timeout(300)
def test_with_more_than_two_hundred_open_the_oldest_are_chosen_and_the_page_says_so(
    company: Company,
) -> None:
    """C18: per payment; an API call with 201 is refused whole."""
    customer, day = signed_in(company), today()
    wish = {
        "account_id": customer.account_id,
        "site_id": customer.site_ids[0],
        "service_id": company.services["Radon test"]["service_id"],
        "cadence": "weekly",
        "first_on": (day + timedelta(days=1)).isoformat(),
        "visit_at": "09:00",
        "inspector_id": company.inspector_id,
    }
    company.office.post("scheduling/v1/recurring-services", wish)
    schedule_visits(company, day + timedelta(days=7 * 202))
    page = pay_page(customer, "choice=single", "202 open invoices")
    assert "Pay these first, then the rest" not in page.text
    every = customer.send(page.form("Select all"))
    assert "The 200 oldest are selected" in every.text
    assert "One payment covers up to 200 invoices. Pay these first, then the rest." in every.text
    assert every.soup.find(id="o-count").text == "200"
    assert every.soup.find(id="o-amount").text == "$30,000.00"
    review = customer.send(every.form("Review payment"), method="card")
    rows = sorted(customer.invoices(), key=lambda row: (row["issued_on"], row["number"]))
    assert all(f">{row['number']}<" in review.html for row in rows[:3])
    assert not any(f">{row['number']}<" in review.html for row in rows[200:])

    check = {
        "invoice_ids": [row["invoice_id"] for row in rows[:201]],
        "amount_cents": 201 * RADON,
        "method": "check",
    }
    path = f"billing/v1/accounts/{customer.account_id}/payments"
    refused = refusal(lambda: company.office.post(path, check))
    assert (refused["status"], refused["code"]) == (422, "too_many_invoices")
    nothing_at_the_processor(customer)


@pytest.mark.rule(90)
@pytest.mark.timeout(200)
def test_more_than_the_balance_is_a_prepayment_only_once_the_customer_confirms_it(
    company: Company,
) -> None:
    """C21."""
    customer = signed_in(company)
    (invoice,) = customer.book()
    customer.rules(prepayments=True)
    page = pay_page(customer, "choice=custom&amount=200.00", "1 open invoice")

    def asked() -> Page | None:
        review = customer.send(page.form("Review payment"), method="card")
        return review if review.status == 200 else None

    review = eventually(asked, "the portal knows that prepayments are on")
    assert "Keep $50.00 as a prepayment" in review.text
    unconfirmed = customer.pay(review)
    assert "/sandbox/" not in unconfirmed.url
    nothing_at_the_processor(customer)

    hosted = customer.send(review.form("Pay $200.00"), prepay_rest="on")
    paid(customer, customer.by_card(hosted))
    customer.wait_invoice(invoice["invoice_id"], status="paid", paid_cents=RADON)
    (payment,) = payments(customer)
    assert (payment["amount_cents"], payment["prepayment_cents"]) == (20_000, 5_000)
    (kept,) = company.office.get("billing/v1/prepayments")
    assert (kept["amount_cents"], kept["unapplied_cents"]) == (5_000, 5_000)


@pytest.mark.rule(92, 93)
@pytest.mark.timeout(200)
def test_a_bank_payment_above_its_maximum_is_refused_before_the_processor_hears_of_it(
    company: Company,
) -> None:
    """R93, C2: the page warns and billing refuses, whatever the form says."""
    customer = signed_in(company, sites=2)
    ids = [row["invoice_id"] for row in customer.book(sites=2)]
    customer.rules(bank_max_cents=2 * RADON - 1)

    def warned() -> Page | None:
        page = customer.review(*ids, method="us_bank_account")
        return page if page.status == 422 else None

    above = eventually(warned, "the portal knows the maximum")
    assert "Bank payments are limited to $299.99. Choose a card or lower the amount" in above.text
    allowed = customer.review(*ids, method="card").form("Pay $300.00")
    forged = customer.send(allowed, method="us_bank_account")
    assert forged.status == 422
    assert "Bank payments are limited to $299.99" in forged.text
    nothing_at_the_processor(customer)
    hosted = customer.pay(customer.review(ids[0], method="us_bank_account"))
    assert "$150.00" in hosted.text


@pytest.mark.timeout(120)
def test_invoices_of_two_currencies_are_not_one_payment(company: Company) -> None:
    customer = open_account(company, sites=1)
    (dollars,) = customer.book()
    foreign = in_canadian_dollars(customer)
    wish = {
        "invoice_ids": [dollars["invoice_id"], foreign["invoice_id"]],
        "amount_cents": dollars["balance_cents"] + foreign["balance_cents"],
        "method": "check",
    }
    path = f"billing/v1/accounts/{customer.account_id}/payments"
    refused = refusal(lambda: company.office.post(path, wish))
    assert (refused["status"], refused["code"]) == (422, "mixed_currencies")
    assert payments(customer) == []
    assert {row["status"] for row in customer.invoices()} == {"open"}


def in_canadian_dollars(customer: Customer) -> dict[str, Any]:
    """The invoice of a visit that was booked when the company sold in another currency."""
    known = {row["invoice_id"] for row in customer.invoices()}
    told = sample(InspectionScheduledV1)
    assert isinstance(told, InspectionScheduledV1)
    was = told.inspection
    assert was.account is not None
    account = was.account.model_copy(update={"account_id": customer.account_id})
    changes = {
        "inspection_id": uuid4().hex,
        "number": "CA-1",
        "status": "scheduled",
        "currency": "CAD",
        "account": account,
        "order": None,
        "policy": was.policy.model_copy(update={"collect_payment_after_publish": False}),
        "published_at": None,
        "cancelled_at": None,
        "reports": (),
    }
    company_id = customer.company.office.get("scheduling/v1/company")["company_id"]
    inspection = was.model_copy(update=changes)
    tell(
        customer.company.stack,
        InspectionScheduledV1(company_id=company_id, inspection=inspection),
    )
    rows = eventually(
        lambda: [row for row in customer.invoices() if row["invoice_id"] not in known],
        "its invoice",
    )
    assert rows[0]["currency"] == "CAD"
    return rows[0]

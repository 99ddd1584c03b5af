"""A service dies while an account is charged or pays: every invoice is paid once, to the cent."""

from contextlib import suppress

import httpx
import pytest

from deploy.demo.office import eventually
from tests.chaos.invariants import assert_books_balance, wait_settled
from tests.chaos.load import persistently
from tests.support.account_customer import Customer, open_account
from tests.support.product import Company
from tests.support.stack import Stack

RADON = 15_000
POINTS = [
    "billing.account-reserved-not-charged",
    "billing.account-charged-not-recorded",
    "billing.item-charged-not-counted",
]


def put_card_on_file(customer: Customer) -> None:
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


def enrolled(company: Company) -> Customer:
    """An account in autopay with a card on file, and four invoices of later jobs."""
    customer = open_account(company, sites=4)
    customer.rules(autopay=True, card_changes=True)
    customer.sign_in()
    put_card_on_file(customer)
    page = eventually(
        lambda: (
            now if "Enroll" in (now := customer.browser.open("/account/autopay")).text else None
        ),
        "the portal lets them enrol",
        within=120,
    )
    customer.browser.submit(page.form("Enroll in autopay"))
    customer.book(sites=4)
    return customer


@pytest.mark.timeout(420)
def test_a_customer_whose_payment_was_not_remembered_sends_it_again_and_pays_once(
    stack: Stack, company: Company
) -> None:
    customer = open_account(company, sites=2)
    customer.rules(card_changes=True)
    customer.sign_in()
    put_card_on_file(customer)
    (method,) = customer.methods()
    bills = [row["invoice_id"] for row in customer.book(sites=2)]
    point = "portal.account-payment-not-remembered"
    stack.arm("portal", f"{point}:1")
    review = customer.review(*bills, choice="single", method=f"saved:{method['method_id']}")
    with suppress(httpx.HTTPError):
        customer.pay(review)
    eventually(lambda: stack.crashes("portal"), "the portal dies")
    persistently(lambda: customer.again().status < 400)
    for invoice_id in bills:
        assert len(customer.wait_invoice(invoice_id, status="paid")["payments"]) == 1
    wait_settled(stack)
    assert [row["paid_cents"] for row in customer.invoices()] == [RADON] * 2
    assert len(company.office.get(f"billing/v1/accounts/{customer.account_id}/payments")) == 1
    assert_books_balance(stack)
    assert stack.crashes("portal") == [point], "the fault did not happen, so this proves nothing"


@pytest.mark.scenario(55)
@pytest.mark.timeout(420)
@pytest.mark.parametrize("point", POINTS)
def test_a_charge_run_that_is_killed_goes_on_and_charges_once(
    stack: Stack, company: Company, point: str
) -> None:
    customer = enrolled(company)
    stack.arm("billing", f"{point}:2")
    run_id = ""

    def begun() -> bool:
        nonlocal run_id
        try:
            run = company.office.post("billing/v1/charge-runs", {}, key=f"run {point}")
        except httpx.HTTPError:
            return False
        run_id = run["run_id"]
        return True

    def finished() -> bool:
        try:
            run = company.office.get(f"billing/v1/charge-runs/{run_id}")
        except httpx.HTTPError:
            return False
        return bool(run["status"] == "finished" and run["charged_count"] == 4)

    eventually(begun, "the run began", within=120)
    eventually(finished, "the run is finished", within=200)
    wait_settled(stack)
    assert [row["paid_cents"] for row in customer.invoices()] == [RADON] * 4
    assert_books_balance(stack)
    assert stack.crashes("billing") == [point], "the fault did not happen, so this proves nothing"

"""Billing dies while an account is charged: every invoice is paid once, and the ledger agrees."""

import httpx
import pytest

from deploy.demo.office import eventually
from tests.chaos.invariants import assert_books_balance, wait_settled
from tests.support.account_customer import Customer, open_account
from tests.support.product import Company
from tests.support.stack import Stack

RADON = 15_000
POINTS = [
    "billing.account-reserved-not-charged",
    "billing.account-charged-not-recorded",
    "billing.item-charged-not-counted",
]


def enrolled(company: Company) -> Customer:
    """An account in autopay with a card on file, and four invoices of later jobs."""
    customer = open_account(company, sites=4)
    customer.rules(autopay=True, card_changes=True)
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
    customer.book(sites=4)
    return customer


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

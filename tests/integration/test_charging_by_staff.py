"""Staff charge a method on file by the API; a run is filtered, paused and gone on with."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from deploy.demo.office import eventually
from tests.integration.test_account_payments import payments
from tests.integration.test_charging_accounts import (
    CHARGE,
    DECLINED_LATER,
    RADON,
    enrolled,
    on_file,
)
from tests.support.account_customer import Customer, open_account
from tests.support.product import GOOD_ACCOUNT, GOOD_CARD, Company
from tests.support.refusals import refusal
from tests.support.visitor import Page

RUNS = "billing/v1/charge-runs"


def with_card(company: Company, number: str = GOOD_CARD) -> Customer:
    """A customer with this card on file and two invoices."""
    customer = open_account(company, sites=2)
    customer.rules(card_changes=True)
    customer.sign_in()
    on_file(customer, number)
    customer.book(sites=2)
    return customer


@pytest.mark.rule(74)
@pytest.mark.timeout(300)
def test_a_card_on_file_is_charged_once_however_often_the_button_is_pressed(
    open_one: Callable[..., Company],
) -> None:
    """R74: what a customer saved is there for staff."""
    company = open_one()
    customer, other = with_card(company), with_card(company, DECLINED_LATER)
    path = f"billing/v1/accounts/{customer.account_id}/charges"
    (method,), (theirs,) = customer.methods(), other.methods()
    ids = [row["invoice_id"] for row in customer.invoices()]
    wish = {"invoice_ids": ids, "amount_cents": 2 * RADON, "method_id": method["method_id"]}
    post = company.office.post

    foreign = [row["invoice_id"] for row in other.invoices()]
    for changes, status, code in (
        ({"method_id": theirs["method_id"]}, 404, "method_not_found"),
        ({"invoice_ids": [ids[0], foreign[0]]}, 404, "invoice_not_found"),
        ({"amount_cents": RADON}, 409, "amount_changed"),
        ({"invoice_ids": [ids[0], ids[0]]}, 422, "invoice_twice"),
    ):
        refused = refusal(partial(post, path, {**wish, **changes}))
        assert (refused["status"], refused["code"]) == (status, code)
    refused = refusal(lambda: open_one().office.post(path, wish))
    assert (refused["status"], refused["code"]) == (404, "account_not_found")
    assert payments(customer) == payments(other) == []

    charged = post(path, wish, "pressed-twice")
    again = post(path, wish, "pressed-twice")
    assert again["account_payment_id"] == charged["account_payment_id"]
    assert (charged["status"], charged["origin"], charged["amount_cents"]) == (
        "succeeded",
        "staff",
        2 * RADON,
    )
    assert [row["account_payment_id"] for row in payments(customer)] == [
        charged["account_payment_id"]
    ]
    for invoice_id in ids:
        customer.wait_invoice(invoice_id, status="paid", paid_cents=RADON)
    refused = refusal(lambda: post(path, wish))
    assert refused["code"] == "invoice_paid"

    declined = f"billing/v1/accounts/{other.account_id}/charges"
    body = {**wish, "invoice_ids": foreign, "method_id": theirs["method_id"]}
    refused = refusal(lambda: post(declined, body))
    assert (refused["status"], refused["code"]) == (402, "declined")
    assert {row["status"] for row in other.invoices()} == {"open"}


def run_like(company: Company, run_id: str, **expected: Any) -> dict[str, Any]:
    """The run, once it is like this."""

    def matching() -> dict[str, Any] | None:
        found: dict[str, Any] = company.office.get(f"{RUNS}/{run_id}")
        return found if expected.items() <= found.items() else None

    return eventually(matching, f"a run with {expected}", within=60)


@pytest.mark.rule(84)
@pytest.mark.timeout(300)
def test_a_run_is_paused_between_invoices_and_goes_on_where_it_stopped(company: Company) -> None:
    """R84, R85: nothing is charged by looking at it through a filter."""
    company.office.put("billing/v1/settings/portal", {"autopay": True, "card_changes": True})
    customer = enrolled(company, GOOD_CARD)
    for _ in range(6):
        customer.book(sites=2)
    other = enrolled(company, GOOD_CARD)
    (theirs,) = other.book(sites=1)
    to_charge = partial(company.office.get, "billing/v1/invoices-to-charge")
    assert to_charge()["invoice_count"] == 13
    assert to_charge(account_id=customer.account_id)["total_cents"] == 12 * RADON
    assert [row["invoice_id"] for row in to_charge(account_id=other.account_id)["items"]] == [
        theirs["invoice_id"]
    ]
    assert to_charge(due_by="2020-01-01")["invoice_count"] == 0
    staff = company.staff_browser()
    assert "$150.00" in staff.open(f"{CHARGE}?account={other.account_id}").text
    by_bank = staff.open(f"{CHARGE}?method=bank").text
    assert customer.invoices()[0]["number"] not in by_bank
    assert payments(customer) == payments(other) == []

    mine = [row["invoice_id"] for row in customer.invoices()]
    company.stack.pause("sandbox")
    try:
        run = company.office.post(RUNS, {"invoice_ids": mine})
        path = f"{RUNS}/{run['run_id']}"
        assert company.office.post(f"{path}/pause", {})["status"] == "paused"
        assert company.office.post(f"{path}/pause", {})["status"] == "paused"
    finally:
        company.stack.resume("sandbox")
    customer.book(sites=1)  # meanwhile the day goes on
    held = run_like(company, run["run_id"], status="paused")
    assert held["left_count"] >= 2, "at most the ten that were begun are finished"
    assert "Paused" in staff.open(f"{CHARGE}/runs/{run['run_id']}").text

    assert company.office.post(f"{path}/resume", {})["status"] in {"running", "finished"}
    done = run_like(company, run["run_id"], status="finished")
    assert (done["charged_count"], done["failed_count"], done["left_count"]) == (12, 0, 0)
    for invoice_id in mine:
        customer.wait_invoice(invoice_id, status="paid", paid_cents=RADON)
    assert len(payments(customer)) == 12
    assert payments(other) == []
    refused = refusal(lambda: company.office.post(f"{path}/pause", {}))
    assert refused["status"] == 409


def methods_page(customer: Customer, words: str, *, there: bool = True) -> Page:
    """The customer's methods, once the page does (not) say this."""

    def found() -> Page | None:
        page = customer.browser.open("/account/methods")
        return page if (words in page.html) is there else None

    return eventually(found, f"the page says {words!r}: {there}", within=60)


@pytest.mark.rule(88)
@pytest.mark.timeout(200)
def test_a_bank_account_is_taken_off_file_only_while_the_company_allows_it(
    company: Company,
) -> None:
    """R88, and not by the switch for cards (R87)."""
    customer = open_account(company, sites=1)
    customer.rules(bank_changes=True)
    customer.sign_in()
    adding = methods_page(customer, "Add a bank account").form("Add a bank account")
    hosted = customer.browser.submit(adding)
    customer.browser.submit(hosted.form("Save"), account_number=GOOD_ACCOUNT)
    (method,) = eventually(customer.methods, "the account is on file", within=60)
    assert method["kind"] == "us_bank_account"
    remove = f"/account/methods/{method['method_id']}/remove"
    methods_page(customer, remove)
    asked = customer.browser.open(remove).form("Remove")

    customer.rules(bank_changes=False, card_changes=True)
    methods_page(customer, remove, there=False)
    assert customer.browser.submit(asked).status == 403
    assert customer.methods() == [method]

    customer.rules(bank_changes=True)
    methods_page(customer, remove)
    assert "It was removed" in customer.browser.submit(asked).text
    eventually(lambda: customer.methods() == [], "it is off file")
    eventually(lambda: _told(customer), "the customer is told")
    alerts = company.office.get("notifications/v1/alerts", limit="100")["items"]
    assert any("bank account removed" in alert["text"] for alert in alerts)


def _told(customer: Customer) -> bool:
    return any("was removed" in mail["subject"] for mail in customer.mails(""))

"""Cards on file follow their network; what is gone at the processor is charged no more."""

import pytest

from deploy.demo.office import eventually
from tests.integration.test_charging_accounts import CHARGE, enrolled
from tests.support.account_customer import Customer
from tests.support.product import GOOD_CARD, Company
from tests.support.provider import Provider
from tests.support.visitor import Page

METHODS = "/account/methods"


def shown(customer: Customer, path: str, words: str) -> Page:
    """The customer's page, once it says this."""
    return eventually(
        lambda: page if words in (page := customer.browser.open(path)).text else None,
        f"{path} says {words!r}",
        within=120,
    )


@pytest.mark.scenario(35)
@pytest.mark.timeout(400)
def test_a_card_follows_its_network_and_one_that_is_gone_ends_autopay(company: Company) -> None:
    rules = {"autopay": True, "card_changes": True}
    company.office.put("billing/v1/settings/portal", rules)
    customer = enrolled(company, GOOD_CARD)
    [method] = customer.methods()
    assert "Visa ending 4242" in shown(customer, METHODS, "4242").text

    news = {"last4": "1881", "exp_month": 7, "exp_year": 2039}
    company.sandbox.post(f"payment_methods/{method['method_id']}/network_update", **news)
    renewed = shown(customer, METHODS, "Visa ending 1881")
    assert "07/2039" in renewed.text
    assert "4242" not in renewed.text
    assert "Visa ending 1881" in shown(customer, "/account/autopay", "1881").text
    [row] = customer.book(sites=1)
    staff = company.staff_browser()
    waiting = eventually(
        lambda: page if "$150.00" in (page := staff.open(CHARGE)).text else None, "it waits"
    )
    assert "Visa ending 1881" in waiting.text

    provider = Provider(company)
    provider.ask(f"payment_methods/{method['method_id']}/detach")
    provider.close()
    eventually(lambda: customer.methods() == [], "the card is not on file any more", within=120)
    assert "Nothing waits to be charged" in staff.open(CHARGE).text
    told = eventually(
        lambda: [
            mail["subject"]
            for mail in company.sandbox.mails(customer.email)
            if "Autopay is off" in mail["subject"]
        ],
        "the customer is told that autopay ended",
        within=120,
    )
    assert len(told) == 1
    shown(customer, "/account/autopay", "Save a card or bank account first")
    assert customer.invoice(row["invoice_id"])["status"] == "open"

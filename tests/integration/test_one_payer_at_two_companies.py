"""The same person is an account customer of two companies: nothing of one reaches the other."""

from typing import Any

import pytest

from deploy.demo.office import eventually
from tests.support.account_customer import Customer, open_account
from tests.support.product import GOOD_CARD
from tests.support.provider import Provider

OTHER_CARD = "5555 5555 5555 4444"


def on_file(customer: Customer, number: str) -> dict[str, Any]:
    """The card the customer puts on file in the portal."""
    customer.rules(card_changes=True)
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
    customer.browser.submit(hosted.form("Save"), number=number)
    return eventually(customer.methods, "the card is on file", within=120)[0]


@pytest.mark.scenario(40)
@pytest.mark.timeout(400)
def test_one_address_at_two_companies_is_two_customers_whose_cards_never_cross(open_one) -> None:
    companies = [open_one("Harbor & Pine"), open_one("Ridge & Co")]
    first = open_account(companies[0], sites=1)
    second = open_account(companies[1], sites=1, email=first.email)
    cards = [on_file(first, GOOD_CARD), on_file(second, OTHER_CARD)]
    provider = Provider(companies[0])
    try:
        methods = [provider.show(f"payment_methods/{card['method_id']}") for card in cards]
        owners = [provider.show(f"customers/{method['customer']}") for method in methods]
    finally:
        provider.close()
    assert owners[0]["id"] != owners[1]["id"]
    assert [owner["email"] for owner in owners] == [first.email] * 2
    ids = [company.office.get("scheduling/v1/company")["company_id"] for company in companies]
    assert [owner["metadata"]["company_id"] for owner in owners] == ids
    assert [method["card"]["last4"] for method in methods] == ["4242", "4444"]
    for customer, own, foreign in ((first, 0, 1), (second, 1, 0)):
        assert [card["method_id"] for card in customer.methods()] == [cards[own]["method_id"]]
        page = eventually(
            lambda mine=customer, label=cards[own]["label"]: (
                page if label in (page := mine.browser.open("/account/methods")).text else None
            ),
            "the card is shown",
            within=120,
        )
        assert cards[foreign]["label"] not in page.text
        assert cards[foreign]["method_id"] not in page.html

"""Cards on file follow their network; what is gone at the processor is charged no more."""

import pytest
from pymongo import MongoClient

from deploy.demo.office import eventually
from deploy.product import OPERATOR
from tests.integration.test_account_payments import intents, paid, payments
from tests.integration.test_charging_accounts import CHARGE, DECLINED_LATER, enrolled, on_file
from tests.support.account_customer import Customer, open_account
from tests.support.product import GOOD_CARD, Company
from tests.support.provider import Provider
from tests.support.visitor import Form, Page

METHODS = "/account/methods"
RADON = 15_000


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


def offered(page: Page) -> list[str]:
    """The ways to pay, as the page offers them."""
    return [str(one["value"]) for one in page.soup.select("input[type=radio][name=method]")]


@pytest.mark.rule(72, 73, 74, 75)
@pytest.mark.timeout(400)
def test_what_was_saved_while_paying_pays_again_and_what_was_not_is_forgotten(
    company: Company,
) -> None:
    customer = open_account(company, sites=3)
    by_card, by_bank, again = [row["invoice_id"] for row in customer.book(sites=3)]
    customer.sign_in()
    page = shown(customer, "/account/pay?choice=single", "3 open invoices")
    assert "How will you be paying today?" in page.text
    assert offered(page) == ["card", "us_bank_account"]
    paid(customer, customer.by_card(customer.pay(customer.review(by_card))))

    review = customer.review(by_bank, method="us_bank_account", save_method="on")
    customer.by_bank(customer.pay(review))
    customer.wait_invoice(by_bank, status="processing", processing_cents=RADON)
    (held,) = [one for one in payments(customer) if one["status"] == "processing"]
    (intent,) = intents(company, held)
    company.sandbox.post(f"payments/{intent['id']}/settle", outcome="succeeded")
    customer.wait_invoice(by_bank, status="paid", paid_cents=RADON)
    (method,) = eventually(customer.methods, "the account is on file", within=120)
    assert method["kind"] == "us_bank_account", "nobody asked to keep the card"
    staff = company.staff_browser()
    assert method["label"] in staff.open(f"/staff/billing/accounts/{customer.account_id}").text

    saved = f"saved:{method['method_id']}"
    page = shown(customer, "/account/pay?choice=single", method["label"])
    assert offered(page) == [saved, "card", "us_bank_account"]
    done = customer.pay(customer.review(again, method=saved))
    assert "/account/" in done.url, "nothing is typed again"
    customer.wait_invoice(again, status="processing", processing_cents=RADON)


@pytest.mark.rule(87)
@pytest.mark.timeout(300)
def test_a_card_on_file_is_changed_and_removed_only_while_the_company_allows_it(
    company: Company,
) -> None:
    customer = open_account(company, sites=1)
    customer.rules(card_changes=True)
    customer.sign_in()
    on_file(customer, GOOD_CARD)
    on_file(customer, DECLINED_LATER)
    page = shown(customer, METHODS, "Visa ending 0341")
    prefer = page.form("Make default")
    other = prefer.action.rsplit("/", 2)[-2]
    remove = f"{METHODS}/{other}/remove"
    asked = customer.browser.open(remove).form("Remove")

    customer.rules(card_changes=False, bank_changes=True)
    page = shown(customer, METHODS, "Cards on file are changed by")
    assert remove not in page.html
    assert "Add a card" not in page.text
    before = customer.methods()
    _refused(customer, prefer, asked)
    assert customer.methods() == before

    customer.rules(card_changes=True)
    shown(customer, METHODS, "Add a card")
    assert "It is offered first" in customer.browser.submit(prefer).text
    eventually(lambda: _default(customer) == other, "it is the one that is offered first")
    assert "It was removed" in customer.browser.submit(asked).text
    eventually(lambda: len(customer.methods()) == 1, "it is off file")
    assert other not in [method["method_id"] for method in customer.methods()]


def _refused(customer: Customer, *forms: Form) -> None:
    for form in forms:
        assert customer.browser.submit(form).status == 403, form.action


def _default(customer: Customer) -> str:
    return next(one["method_id"] for one in customer.methods() if one["is_default"])


def no_bank_payments(company: Company) -> None:
    """As if its processor had answered so when it was asked."""
    company_id = company.office.get("scheduling/v1/company")["company_id"]
    with MongoClient(company.stack.mongo_url(OPERATOR)) as database:
        settings = database["billing"]["settings"]
        changed = settings.update_one({"_id": company_id}, {"$set": {"bank_payments": False}})
    assert changed.matched_count == 1


@pytest.mark.rule(75, 88, 93)
@pytest.mark.timeout(200)
def test_where_the_processor_takes_no_bank_payments_nothing_of_them_is_offered(
    company: Company,
) -> None:
    customer = open_account(company, sites=1)
    customer.rules(bank_changes=True, bank_max_cents=100)
    customer.book()
    customer.sign_in()
    shown(customer, METHODS, "Add a bank account")
    staff = company.staff_browser()
    words = ("Update or Remove Bank Account on File", "ACH Max Payment Amount")
    tab = staff.open("/staff/billing/settings/portal")
    assert all(word in tab.text for word in words)

    no_bank_payments(company)
    tab = staff.open("/staff/billing/settings/portal")
    assert not any(word in tab.text for word in words)
    assert "Update or Remove Card on File" in tab.text
    assert "Card Max Payment Amount" in tab.text
    staff.submit(tab.form("Save"), card_changes="on")
    methods = shown(customer, METHODS, "Add a card")
    assert "Add a bank account" not in methods.text
    page = shown(customer, "/account/pay?choice=single", "1 open invoice")
    assert offered(page) == ["card"]

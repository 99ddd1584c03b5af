"""An account customer in the portal: in by mail, choosing over sites, paying, looking back."""

from collections.abc import Callable
from typing import Any

import pytest

from deploy.demo.office import eventually
from tests.support.account_customer import Customer, open_account
from tests.support.product import Company
from tests.support.visitor import Page

RADON = 15_000
_PATIENCE = 60.0


@pytest.fixture
def customer(company: Company) -> Customer:
    return open_account(company, sites=3)


def shown(customer: Customer, path: str, ready: Callable[[Page], bool]) -> Page:
    """The page once it says what it should; the portal hears by events."""

    def page() -> Page | None:
        found = customer.browser.open(path)
        return found if ready(found) else None

    return eventually(page, f"{path} is as it should be", within=_PATIENCE)


def figures(page: Page) -> tuple[str, str]:
    return page.soup.find(id="o-amount").text, page.soup.find(id="o-count").text


def boxes(page: Page, name: str) -> list[str]:
    return [str(box["value"]) for box in page.soup.select(f"input[type=checkbox][name={name}]")]


@pytest.mark.timeout(300)
def test_the_mailed_link_lets_one_browser_in_and_whoever_is_removed_is_out(
    customer: Customer,
) -> None:
    company = customer.company
    stranger = company.visitor()
    asked = stranger.open("/account/sign-in").form("Email me a link")
    unknown = stranger.submit(asked, email="nobody@example.com")
    landed = customer.sign_in()
    assert "Cascade Property Group" in landed.text
    known = stranger.submit(asked, email=customer.email)
    assert known.html.replace(customer.email, "") == unknown.html.replace("nobody@example.com", "")
    assert company.sandbox.mails("nobody@example.com") == []

    used = next(
        path
        for mail in company.sandbox.mails(customer.email)
        for path in [mail["text"][mail["text"].find("/account/in/") :].split()[0]]
    )
    assert stranger.open(used).status == 410
    assert stranger.open("/account/pay").url.endswith("/account/sign-in")

    office, path = company.office, f"scheduling/v1/accounts/{customer.account_id}"
    first = office.get(path)["people"][0]
    office.post(f"{path}/people", {"name": "Lee Ortiz", "email": f"lee-{customer.email}"})
    office.delete(f"{path}/people/{first['contact_id']}")
    out = shown(customer, "/account", lambda page: "sign-in" in page.url)
    assert "Sign in to your account" in out.text


@pytest.mark.rule(68, 69, 70, 71, 76)
@pytest.mark.scenario(9)
@pytest.mark.timeout(400)
def test_sites_of_an_order_are_chosen_paid_and_found_in_the_history(customer: Customer) -> None:
    children = customer.order(3)
    (single,) = customer.book(sites=1)
    customer.sign_in()
    page = shown(
        customer,
        "/account/pay?choice=multi",
        lambda page: len(boxes(page, "invoice")) == 3 and "4 open invoices" in page.text,
    )
    assert figures(page) == ("$0.00", "0")
    assert "Balance $600.00 4 open invoices" in page.text
    assert single["invoice_id"] not in page.html
    (order_id,) = boxes(page, "order")
    everything = customer.send(page.form("Update totals"), order=[order_id])
    assert figures(everything) == ("$450.00", "3")
    two = [row["invoice_id"] for row in children[:2]]
    some = customer.send(everything.form("Update totals"), order=[], invoice=two)
    assert figures(some) == ("$300.00", "2")
    assert "2 selected" in some.text
    cleared = customer.browser.open("/account/pay?choice=single")
    assert figures(cleared) == ("$0.00", "0")

    for path in (f"/account/orders/{order_id}.pdf", f"/account/invoices/{two[0]}.pdf"):
        paper = customer.browser.http.get(path)
        assert (paper.status_code, paper.content[:5]) == (200, b"%PDF-")
    other = open_account(customer.company, sites=1)
    (theirs,) = other.book()
    assert customer.browser.open(f"/account/invoices/{theirs['invoice_id']}.pdf").status == 404

    review = customer.send(some.form("Review payment"), method="card")
    assert "Pay $300.00" in review.text
    after = customer.by_card(customer.pay(review))
    paid = shown(customer, after.url, lambda page: "Paid. Thank you" in page.text)
    assert all(row["number"] in paid.text for row in children[:2])
    left = shown(customer, "/account/pay?choice=multi", lambda p: len(boxes(p, "invoice")) == 1)
    assert "Balance $300.00 2 open invoices" in left.text

    assert customer.browser.open("/account/history").status == 403
    customer.rules(billing_history=True)
    history = shown(customer, "/account/history", lambda page: "$300.00" in page.text)
    assert history.text.count("$300.00") == 1, "one payment, not its parts"
    receipt = customer.browser.http.get(history.soup.select_one("a[href*=receipts]")["href"])
    assert (receipt.status_code, receipt.content[:5]) == (200, b"%PDF-")
    statement = customer.browser.http.get("/account/statement.csv")
    assert statement.headers["content-type"].startswith("text/csv")
    assert children[2]["number"] in statement.text
    assert customer.browser.http.get("/account/statement.pdf").content[:5] == b"%PDF-"


@pytest.mark.rule(63, 64, 66, 67, 68)
@pytest.mark.timeout(300)
def test_one_chooses_among_invoices_of_one_kind_by_each_or_by_the_page(customer: Customer) -> None:
    of_order = {row["invoice_id"] for row in customer.order(2)}
    singles = {row["invoice_id"] for row in customer.book(sites=3)}
    customer.sign_in()
    multi = shown(customer, "/account/pay?choice=multi", lambda page: "5 open" in page.text)
    assert "What are you paying today?" in multi.text
    assert multi.link("Custom amount").endswith("choice=custom")
    assert set(boxes(multi, "invoice")) == of_order
    page = customer.browser.open(multi.link("Select Single-Site Invoices"))
    assert set(boxes(page, "invoice")) == singles
    assert boxes(page, "order") == []

    for count, figure in ((1, "$150.00"), (2, "$300.00")):
        page = customer.send(page.form("Update totals"), invoice=sorted(singles)[:count])
        assert figures(page) == (figure, str(count))
    whole = customer.send(page.form("Update totals"), page="on")
    assert figures(whole) == ("$450.00", "3")
    back = customer.browser.open(whole.link("Select Multi-Site Invoices"))
    assert figures(back) == ("$0.00", "0"), "one kind at a time"
    assert set(boxes(back, "invoice")) == of_order


@pytest.mark.rule(64, 65, 92)
@pytest.mark.timeout(300)
def test_a_custom_amount_goes_to_the_oldest_and_limits_hold(customer: Customer) -> None:
    first, second = customer.book(sites=2)
    customer.rules(card_max_cents=20_000)
    customer.sign_in()
    path = "/account/pay?choice=custom&amount="
    page = shown(
        customer,
        f"{path}160.00",
        lambda page: "Up to $200.00 per payment" in page.text and "2 open" in page.text,
    )
    assert "This pays 2 invoices" in page.text
    assert "$140.00 stays due" in page.text
    too_much = customer.send(page.form("Review payment"), method="card", amount="250")
    assert too_much.status == 422
    assert "Card payments are limited to $200.00" in too_much.text
    beyond = customer.send(page.form("Review payment"), method="card", amount="300.01")
    assert "Enter an amount of $300.00 or less" in beyond.text
    assert customer.company.office.get(f"billing/v1/accounts/{customer.account_id}/payments") == []

    review = customer.send(page.form("Review payment"), method="card")
    customer.by_card(customer.pay(review))
    oldest = min(first, second, key=lambda row: row["number"])
    newest = max(first, second, key=lambda row: row["number"])
    customer.wait_invoice(oldest["invoice_id"], status="paid")
    customer.wait_invoice(newest["invoice_id"], balance_cents=RADON - 1_000)


@pytest.mark.rule(94)
@pytest.mark.timeout(200)
def test_the_billing_history_shows_payments_and_credits(customer: Customer) -> None:
    office = customer.company.office
    (invoice,) = customer.book()
    (visit,) = office.get("scheduling/v1/inspections", account_id=customer.account_id)["items"]
    credit = {"kind": "credit", "name": "Loyal customer", "amount_cents": 1_000}
    office.post(f"scheduling/v1/inspections/{visit['inspection_id']}/lines", credit)
    customer.wait_invoice(invoice["invoice_id"], balance_cents=RADON - 1_000)
    check = {"invoice_ids": [invoice["invoice_id"]], "amount_cents": 14_000, "method": "check"}
    office.post(f"billing/v1/accounts/{customer.account_id}/payments", check)
    customer.rules(billing_history=True)
    customer.sign_in()
    history = shown(
        customer, "/account/history", lambda page: len(page.soup.select("tbody tr")) == 2
    )
    rows = [" ".join(row.get_text(" ").split()) for row in history.soup.select("tbody tr")]
    (credited,) = [row for row in rows if "Credit" in row]
    (paid,) = [row for row in rows if "Payment" in row]
    assert "$10.00" in credited
    assert "$140.00" in paid
    assert invoice["number"] in credited
    assert invoice["number"] in paid


@pytest.mark.rule(83, 89)
@pytest.mark.timeout(300)
@pytest.mark.scenario(20)
def test_what_is_switched_off_is_refused_on_page_and_form(customer: Customer) -> None:
    customer.sign_in()

    def asked(path: str, form: dict[str, Any]) -> int:
        token = customer.browser.open("/account").soup.select_one("input[name=csrf_token]")["value"]
        headers = {"Origin": customer.browser.gateway, "Sec-Fetch-Site": "same-origin"}
        data = {"csrf_token": token, "idempotency_key": "k" * 20, **form}
        return customer.browser.http.post(path, data=data, headers=headers).status_code

    for path in ("/account/autopay", "/account/prepayments", "/account/history"):
        assert customer.browser.open(path).status == 403
    assert asked("/account/autopay", {"enrolled": "yes", "method_id": "pm"}) == 403
    assert asked("/account/methods", {"kind": "card"}) == 403
    assert asked("/account/prepayments", {"amount": "10", "method": "card"}) == 403
    assert asked("/account/methods/unknown/remove", {}) == 404

    customer.rules(autopay=True, prepayments=True, card_changes=True, billing_history=True)
    for path in ("/account/autopay", "/account/prepayments", "/account/history"):
        shown(customer, path, lambda page: page.status == 200)
    methods = shown(customer, "/account/methods", lambda page: "Add a card" in page.text)
    provider = customer.browser.submit(methods.form("Add a card"))
    assert "/account" not in provider.url

"""Two account customers of one company: each walks all he can reach, and reaches no more."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from deploy.demo.office import eventually
from tests.support.account_customer import Customer, open_account
from tests.support.portal_rules import show_customers
from tests.support.product import Company
from tests.support.walker import Actor, said

EVERYTHING = ("autopay", "prepayments", "card_changes", "bank_changes", "billing_history")
TICKETS = {"tickets": True, "upcoming_services": True, "service_history": True}


@dataclass
class Neighbours:
    """One has everything an account can have; the other has an invoice."""

    rich: Customer
    poor: Customer
    rich_actor: Actor
    poor_actor: Actor
    secrets: list[str]


@pytest.fixture
def neighbours(company: Company) -> Neighbours:
    body = {**TICKETS, "ticket_settings": {"assignee_staff_ids": [company.inspector_id]}}
    show_customers(company, body)
    rich, poor = open_account(company, sites=2), open_account(company, sites=1)
    rich.rules(**dict.fromkeys(EVERYTHING, True))
    children = rich.order(2)
    (single,) = rich.book()
    poor.book()
    rich.sign_in()
    poor.sign_in()
    review = rich.review(single["invoice_id"], method="card", save_method="on")
    rich.by_card(rich.pay(review))
    rich.wait_invoice(single["invoice_id"], status="paid")
    form = eventually(
        lambda: next((f for f in [_ticket_form(rich)] if f), None), "tickets are switched on"
    )
    rich.browser.submit(form, subject="The gate of 2 Birch St", text="Which code?")
    eventually(lambda: "4242" in rich.browser.open("/account/methods").text, "the card is on file")
    eventually(lambda: "Paid" in rich.browser.open("/account/history").text, "it is in the history")
    secrets = [rich.email, "4242", "The gate of", *[row["number"] for row in (*children, single)]]
    return Neighbours(
        rich=rich,
        poor=poor,
        rich_actor=Actor("rich", rich.browser, f"{rich.browser.gateway}/account").walk(),
        poor_actor=Actor("poor", poor.browser, f"{poor.browser.gateway}/account").walk(),
        secrets=secrets,
    )


@pytest.mark.timeout(300)
def test_an_address_of_one_account_does_not_exist_for_the_other(neighbours: Neighbours) -> None:
    """Every page, paper and form with an id in it; as the neighbour and as a stranger."""
    rich, poor = neighbours.rich_actor, neighbours.poor_actor
    for secret in neighbours.secrets:
        assert secret in rich.everything(), f"{secret}: the walk has missed a page"
        assert secret not in poor.everything(), secret
    own = sorted(_paths(rich) - _paths(poor))
    kinds = {path.split("/")[2] for path in own}
    assert {"invoices", "orders", "receipts", "methods", "tickets"} <= kinds, own
    before = _money(neighbours.rich)
    token = _token(neighbours.poor)
    stranger = neighbours.rich.company.visitor()
    for path in own:
        got = poor.browser.http.get(path, follow_redirects=False)
        posted = _post(poor.browser.http, path, token)
        for answer in (got, posted):
            assert answer.status_code in {404, 405}, (path, answer.status_code)
            for secret in neighbours.secrets:
                assert secret not in said(answer), (path, secret)
        assert 404 in {got.status_code, posted.status_code}, path
        nobody = stranger.http.get(path, follow_redirects=False)
        assert nobody.status_code in {303, 404, 405}, (path, nobody.status_code)
        assert _post(stranger.http, path, "").status_code in {303, 403, 404, 405}, path
    assert _money(neighbours.rich) == before


@pytest.mark.timeout(300)
def test_what_is_somebody_elses_cannot_be_named_in_ones_own_forms(neighbours: Neighbours) -> None:
    """A method (scenario 65) or an invoice of the neighbour in a form that is one's own."""
    rich, poor = neighbours.rich, neighbours.poor
    (method,) = rich.methods()
    theirs = next(row for row in rich.invoices() if row["status"] == "open")
    (mine,) = poor.invoices()
    review = poor.review(mine["invoice_id"])
    form = review.form("Pay $")
    foreign = {"method": f"saved:{method['method_id']}"}
    assert poor.send(form, **foreign).status == 404
    both = [mine["invoice_id"], theirs["invoice_id"]]
    refused = poor.send(form, elsewhere=both, idempotency_key="another-key-0001")
    assert refused.status == 409
    assert "One of these invoices cannot be paid here" in refused.text
    twice = poor.send(form, elsewhere=[mine["invoice_id"]] * 2, idempotency_key="another-key-0002")
    assert "An invoice was named twice" in twice.text
    many = [mine["invoice_id"], *[f"inv-{n}" for n in range(200)]]
    assert "up to 200 invoices" in poor.send(form, elsewhere=many, idempotency_key="k" * 16).text
    token = _token(poor)
    for path, fields in (
        ("/account/autopay", {"enrolled": "yes", "method_id": method["method_id"]}),
        ("/account/prepayments", {"amount": "10.00", **foreign}),
    ):
        assert _post(poor.browser.http, path, token, **fields).status_code == 404, path
    office = rich.company.office
    assert office.get(f"billing/v1/accounts/{poor.account_id}/payments") == []
    assert poor.invoice(mine["invoice_id"])["status"] == "open"
    assert rich.invoice(theirs["invoice_id"])["status"] == "open"


def _ticket_form(customer: Customer) -> Any:
    page = customer.browser.open("/account/tickets/new")
    return page.form("Send") if page.status == httpx.codes.OK else None


def _paths(actor: Actor) -> set[str]:
    return {urlsplit(url).path for url in (*actor.seen, *actor.posts)}


def _token(customer: Customer) -> str:
    box = customer.browser.open("/account").soup.select_one("input[name=csrf_token]")
    return str(box["value"]) if box else ""


def _post(http: httpx.Client, path: str, token: str, **fields: str) -> httpx.Response:
    headers = {"Origin": str(http.base_url).rstrip("/"), "Sec-Fetch-Site": "same-origin"}
    data = {"csrf_token": token, "idempotency_key": "of-the-neighbour", **fields}
    return http.post(path, data=data, headers=headers, follow_redirects=False)


def _money(customer: Customer) -> tuple[Any, Any]:
    return customer.invoices(), customer.methods()

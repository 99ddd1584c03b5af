"""Account customers over HTTP: what portal asks for them, strict requests, stable refusals."""

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest

from services.billing.domain.account import Account
from services.billing.domain.account_refusals import AccountNotFoundError
from services.billing.domain.methods import SavedMethod
from services.billing.domain.payment import Method
from services.billing.entrypoints.routes import ROUTERS
from services.billing.main import TEMPLATES
from shared.ui import environment
from tests.support.billing_account_fakes import ACCOUNT
from tests.support.billing_examples import COMPANY, a_company
from tests.support.billing_list_fakes import MemoryLists
from tests.support.shared_app import app
from tests.unit.billing.account_office import AccountOffice
from tests.unit.billing.test_events import parts_of
from tests.unit.billing.test_http import Visitor

INSIDE = f"/internal/v1/accounts/{ACCOUNT}"
PAYING = {
    "company_id": COMPANY,
    "contact_id": "ann",
    "payer_name": "Ann Alder",
    "payer_email": "ann@example.com",
    "invoice_ids": ["inv-1", "inv-2"],
    "amount_cents": 20_000,
    "method": {"kind": "card"},
    "success_url": "https://portal.example/back",
    "cancel_url": "https://portal.example/cancel",
}


@pytest.fixture
async def office():
    it = AccountOffice()
    await it.open_account([10_000, 10_000], card_max_cents=25_000, bank_max_cents=15_000)
    return it


@pytest.fixture
async def visitor(office) -> AsyncIterator[Visitor]:
    it = app(*ROUTERS, service="billing", pages=environment(TEMPLATES))
    it.state.parts = parts_of(office)
    transport = httpx.ASGITransport(it, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://doorstep.test") as client:
        yield Visitor(client)


async def ask(visitor, path, body, key="k-1", headers=None):
    return await visitor.client.post(
        path, json=body, headers={"idempotency-key": key, **(headers or visitor.service())}
    )


async def pay(visitor, key="k-1", headers=None, **changes):
    return await ask(visitor, f"{INSIDE}/payments", {**PAYING, **changes}, key, headers)


async def test_a_payment_on_a_page_and_its_repeat(visitor, office):
    first, again = await pay(visitor), await pay(visitor)
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert first.json()["status"] == "awaiting_payer"
    payment_id = first.json()["account_payment_id"]
    office.gateway.pay_by_card(office.books.state.attempts[payment_id])
    path = f"/internal/v1/account-payments/{payment_id}/refresh"
    answer = await ask(visitor, path, {"company_id": COMPANY})
    assert answer.json() == {"status": "succeeded", "reason": ""}
    assert (await ask(visitor, path, {"company_id": "other"})).status_code == 404


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"invoice_ids": []}, 422, "no_invoice"),
        ({"invoice_ids": ["inv-1", "inv-1"]}, 422, "invoice_twice"),
        ({"invoice_ids": [f"i-{n}" for n in range(201)]}, 422, "too_many_invoices"),
        ({"invoice_ids": ["inv-1", "inv-77"]}, 404, "invoice_not_found"),
        ({"company_id": "other"}, 404, "invoice_not_found"),
        ({"amount_cents": 19_999}, 409, "amount_changed"),
        ({"method": {"kind": "us_bank_account"}}, 422, "bank_max_exceeded"),
        ({"method": {"kind": "saved", "method_id": "pm-9"}}, 404, "method_not_found"),
        (
            {"invoice_ids": None, "custom_amount_cents": 20_001, "amount_cents": 20_001},
            422,
            "amount_exceeds_balance",
        ),
        ({"amount_cents": 0}, 422, None),
        ({"amount_cents": "20000"}, 422, None),
        ({"method": {"kind": "cash"}}, 422, None),
        ({"success_url": "javascript:alert(1)"}, 422, None),
        ({"amount": 5}, 422, None),
    ],
)
async def test_a_payment_that_cannot_be_is_refused_and_nothing_opened(
    visitor, office, changes, status, code
):
    answer = await pay(visitor, **changes)
    assert answer.status_code == status, answer.text
    assert code is None or answer.json()["code"] == code
    assert office.gateway.opened == []
    assert office.gateway.charges == []


async def test_a_maximum_is_told_with_its_cents(visitor):
    answer = await pay(visitor, method={"kind": "us_bank_account"})
    assert answer.json()["max_cents"] == 15_000


async def test_a_declined_card_on_file_is_a_402_with_the_reason(visitor, office):
    await office.on_file()
    office.gateway.outcomes["pm-1"] = "decline"
    answer = await pay(visitor, method={"kind": "saved", "method_id": "pm-1"})
    assert answer.status_code == 402
    assert (answer.json()["code"], answer.json()["reason"]) == ("declined", "Insufficient funds.")


async def test_a_processor_that_is_away_is_a_503_and_the_same_key_goes_on(visitor, office):
    await office.on_file()
    office.gateway.trouble = ["after"]
    saved = {"kind": "saved", "method_id": "pm-1"}
    answer = await pay(visitor, method=saved)
    assert (answer.status_code, answer.json()["code"]) == (503, "payments_unavailable")
    again = await pay(visitor, method=saved)
    assert again.json()["status"] == "succeeded"
    assert len(office.gateway.charges) == 1


async def test_only_our_own_services_reach_the_inside(visitor):
    assert (await pay(visitor, headers=visitor.staff("owner"))).status_code == 401
    assert (await pay(visitor, headers=visitor.key("bill"))).status_code == 401


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("prepayments", {"amount_cents": 500}, "prepayments_off"),
        ("autopay", {"enrolled": True}, "autopay_off"),
        ("setups", {"kind": "card"}, "card_changes_off"),
        ("setups", {"kind": "us_bank_account"}, "bank_changes_off"),
        ("methods/pm-1/remove", {}, "card_changes_off"),
    ],
)
async def test_what_the_company_does_not_let_customers_do_is_a_403(
    visitor, office, path, body, code
):
    await office.on_file()
    given = {"company_id": COMPANY, "contact_id": "ann", **body}
    if path in {"prepayments", "setups"}:
        given |= {name: PAYING[name] for name in ("success_url", "cancel_url")}
    if path == "prepayments":
        given |= {"payer_name": "Ann Alder", "method": {"kind": "card"}}
    answer = await ask(visitor, f"{INSIDE}/{path}", given)
    assert (answer.status_code, answer.json()["code"]) == (403, code)
    assert (await office.kept(SavedMethod, "pm-1")).removed is False


async def test_a_page_to_save_a_method_says_how_it_stands(visitor, office):
    await office.open_account([], card_changes=True)
    body = {
        "company_id": COMPANY,
        "contact_id": "ann",
        "kind": "card",
        "success_url": "https://portal.example/back",
        "cancel_url": "https://portal.example/cancel",
    }
    made = (await ask(visitor, f"{INSIDE}/setups", body)).json()
    path = f"/internal/v1/setups/{made['setup_id']}/refresh"
    own = {"company_id": COMPANY}
    assert (await ask(visitor, path, own)).json()["status"] == "awaiting_payer"
    office.gateway.put_on_file(made["setup_id"], "pm-7", Method.CARD)
    assert (await ask(visitor, path, own)).json()["status"] == "saved"
    assert (await ask(visitor, path, {"company_id": "other"})).status_code == 404


RULES = "/api/billing/v1/settings/portal"


async def test_the_owner_alone_changes_the_rules_and_everybody_is_told(visitor, office):
    wish = {"autopay": True, "card_max_cents": 50_000, "billing_history": True}
    for role, status in (("office", 403), ("inspector", 403), ("owner", 200)):
        answer = await visitor.client.put(RULES, json=wish, headers=visitor.staff(role))
        assert answer.status_code == status
    told = office.books.state.events[-1]
    assert (told.autopay, told.card_max_cents, told.billing_history) == (True, 50_000, True)
    assert (told.bank_max_cents, told.prepayments) == (0, False)


async def test_a_plan_without_the_portal_switches_nothing_on_but_a_clients_invitations(
    visitor, office
):
    await office.books.write(
        lambda books: books.keep_company(a_company(client_portal=False, revision=2))
    )
    headers = visitor.staff("owner")
    held = (await visitor.client.get(RULES, headers=headers)).json()
    for name in ("autopay", "card_changes", "prepayments", "billing_history"):
        wish = {**held, name: not held[name]}
        refused = await visitor.client.put(RULES, json=wish, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (403, "plan_without_portal")
    invite = {**held, "clients_may_invite": True}
    assert (await visitor.client.put(RULES, json=invite, headers=headers)).json() == invite


@pytest.mark.parametrize("wish", [{"card_max_cents": -1}, {"card_max_cents": "5"}, {"x": 1}])
async def test_rules_that_make_no_sense_are_refused(visitor, wish):
    answer = await visitor.client.put(RULES, json=wish, headers=visitor.staff("owner"))
    assert answer.status_code == 422


# ------------------------------------------------------------------------------- staff
class AccountLooks(MemoryLists):
    """What staff look through, with the account itself."""

    async def account(self, company_id: str, account_id: str):
        found = await self._books.write(lambda books: books.find(Account, company_id, account_id))
        if found is None:
            raise AccountNotFoundError
        return found


async def charge(visitor, office, role="office", account_id=ACCOUNT, key="k-1", **changes):
    parts = replace(parts_of(office), lists=AccountLooks(office.books))
    visitor.client._transport.app.state.parts = parts
    wish = {"invoice_ids": ["inv-1", "inv-2"], "amount_cents": 20_000, "method_id": "pm-1"}
    return await ask(
        visitor,
        f"/api/billing/v1/accounts/{account_id}/charges",
        {**wish, **changes},
        key,
        headers=visitor.staff(role),
    )


async def test_staff_charge_what_a_customer_put_on_file_once_and_without_a_maximum(visitor, office):
    await office.open_invoice(3, 10_000)
    await office.on_file()
    every = {"invoice_ids": ["inv-1", "inv-2", "inv-3"], "amount_cents": 30_000}
    first = await charge(visitor, office, **every)
    again = await charge(visitor, office, **every)
    assert (first.status_code, first.json()) == (201, again.json())
    assert (first.json()["status"], first.json()["origin"]) == ("succeeded", "staff")
    assert len(office.gateway.charges) == 1


async def test_a_charge_by_staff_that_cannot_be_is_refused(visitor, office):
    await office.on_file()
    office.gateway.outcomes["pm-1"] = "decline"
    declined = await charge(visitor, office)
    assert (declined.status_code, declined.json()["code"]) == (402, "declined")
    assert (await charge(visitor, office, role="inspector")).status_code == 403
    assert (await charge(visitor, office, method_id="pm-9", key="k-2")).status_code == 404
    reused = await charge(visitor, office, method_id="pm-9")
    assert (reused.status_code, reused.json()["code"]) == (409, "idempotency_key_reused")
    assert (await charge(visitor, office, account_id="nobody")).status_code == 404
    assert office.gateway.charges == []

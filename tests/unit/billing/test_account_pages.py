"""The office's page of one account customer, and its prepayments."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup

from services.billing.domain.charge_run import ChargeRun, RunStatus
from services.billing.domain.methods import Autopay, SavedMethod
from services.billing.domain.payment import Method
from services.billing.entrypoints import account_pages, charge_pages, prepayment_pages
from tests.support.billing_account_fakes import ACCOUNT, BOOKED_AT
from tests.support.billing_examples import COMPANY
from tests.unit.billing.account_office import AccountOffice
from tests.unit.billing.desk import Desk, at_the_desk

PAGE = f"/staff/billing/accounts/{ACCOUNT}"
PREPAYMENTS = "/staff/billing/prepayments"


@pytest.fixture
async def office() -> AccountOffice:
    it = AccountOffice()
    await it.open_account(
        [10_000, 20_000, 5_000], card_max_cents=1_000, prepayments=True, autopay=True
    )
    order = {"order_id": "order-1", "order_number": "HP-O-1"}
    await it.open_invoice(4, 3_000, account=order)
    await it.open_invoice(5, 4_000, account={**order, "site_line": "<b>2</b> Birch St"})
    await it.on_file()
    return it


@pytest.fixture
async def desk(office) -> AsyncIterator[Desk]:
    async with at_the_desk(office) as it:
        yield it


def sent_by(page: BeautifulSoup, form_id: str) -> dict:
    """What a browser would send of this form as it stands."""
    given: dict = {}
    for tag in page.select(f"#{form_id} input[name], #{form_id} select[name]"):
        if tag.get("type") in {"radio", "checkbox"} and not tag.has_attr("checked"):
            continue
        chosen = tag.select_one("option[selected], option") if tag.name == "select" else tag
        given.setdefault(tag["name"], []).append(chosen.get("value", ""))
    return given


async def test_the_page_shows_what_is_open_alone_and_in_families(desk):
    page = await desk.get(PAGE)
    words = page.get_text(" ", strip=True)
    assert "$420.00" in words
    assert "5 open invoices" in words
    assert "2 open site invoices" in words
    assert "HP-O-1" in words
    assert "<b>2</b> Birch St" in words
    parent = page.select_one("[data-box=parent]").find_parent("tbody")
    assert len(parent.select("input[name=invoice]")) == 2
    assert "Visa ending 4242" in words
    assert "Not enrolled" in words


def turned(page: BeautifulSoup, word: str) -> str:
    """Where the link to older or newer rows leads."""
    return next(link["href"] for link in page.select("nav.pages a") if word in link.text)


async def test_payments_prepayments_and_runs_turn_their_pages(desk, office, monkeypatch):
    for module, name in (
        (account_pages, "_PAYMENTS_SHOWN"),
        (charge_pages, "_RUNS_SHOWN"),
        (prepayment_pages, "_SHOWN"),
    ):
        monkeypatch.setattr(module, name, 1)
    for number in (1, 2):
        wish = {"attempt_id": f"apay-{number}", "amount_cents": 900, "prepay_cents": 900}
        await office.pay(request_key=f"k-{number}", **wish)
        run = ChargeRun(
            run_id=f"run-{number}",
            company_id=COMPANY,
            status=RunStatus.FINISHED,
            invoice_count=1,
            total_cents=100,
            currency="USD",
            started_by="priya",
            started_at=office.clock(),
        )
        await office.books.write(lambda books, run=run: books.keep(run))
    for path, first, second in (
        (PAGE, "#payment-apay-2", "#payment-apay-1"),
        ("/staff/billing/charge", "a[href$=run-2]", "a[href$=run-1]"),
    ):
        newest = await desk.get(path)
        assert newest.select(first)
        assert not newest.select(second)
        older = await desk.get(turned(newest, "Older").split("#")[0])
        assert older.select(second)
        assert not older.select(first)
        assert turned(older, "Newer")
    newest = await desk.get(PREPAYMENTS)
    assert "2 prepayments shown" in newest.text
    older = await desk.get(turned(newest, "Older"))
    assert turned(older, "Newer") == PREPAYMENTS


async def test_a_method_on_file_is_charged_once_and_without_a_maximum(desk, office):
    page = await desk.get(f"{PAGE}/charge?invoice=inv-1&invoice=inv-2")
    assert "Charge $300.00 for 2 invoices?" in page.h1.text
    sent = sent_by(page, "charge-form")
    assert sent["method"] == ["pm-1"]
    for _ in range(2):
        answer = await desk.post(f"{PAGE}/charge", sent)
        assert answer.headers["location"] == f"{PAGE}?done=charged"
    assert len(office.gateway.charges) == 1
    page = await desk.get(f"{PAGE}?done=charged")
    assert "$300.00, Visa ending 4242" in page.text
    assert page.find("a", href=lambda href: href and href.endswith("-1/refunds"))


async def test_a_charge_that_cannot_be_says_why_and_the_next_press_is_a_new_one(desk, office):
    sent = sent_by(await desk.get(f"{PAGE}/charge?invoice=inv-1"), "charge-form")
    office.gateway.outcomes["pm-1"] = "decline"
    answer = await desk.post(f"{PAGE}/charge", sent)
    assert answer.status_code == 422
    page = BeautifulSoup(answer.text, "html.parser")
    assert "Nothing was charged. Insufficient funds." in page.text
    again = sent_by(page, "charge-form")
    assert again["idempotency_key"] != sent["idempotency_key"]
    office.gateway.outcomes["pm-1"] = "pay"
    assert (await desk.post(f"{PAGE}/charge", again)).status_code == 303
    for changes, words in (
        ({"method": "pm-9"}, "There is no such payment method"),
        ({"method": ""}, "Choose what is charged"),
        ({"amount_cents": "1"}, "$200.00"),
        ({"idempotency_key": ""}, "Open the page again"),
        ({"invoice": ["inv-2", "inv-2"]}, "twice"),
    ):
        sent = sent_by(await desk.get(f"{PAGE}/charge?invoice=inv-2"), "charge-form")
        answer = await desk.post(f"{PAGE}/charge", {**sent, **changes})
        assert (answer.status_code, words in answer.text) == (422, True), changes
    assert len(office.gateway.charges) == 1


async def test_an_answer_that_got_lost_is_asked_for_with_the_same_key(desk, office):
    sent = sent_by(await desk.get(f"{PAGE}/charge?invoice=inv-1"), "charge-form")
    office.gateway.trouble = ["after"]
    answer = await desk.post(f"{PAGE}/charge", sent)
    again = sent_by(BeautifulSoup(answer.text, "html.parser"), "charge-form")
    assert answer.status_code == 422
    assert again["idempotency_key"] == sent["idempotency_key"]
    assert (await desk.post(f"{PAGE}/charge", sent)).status_code == 303
    assert len(office.gateway.charges) == 1


async def test_a_check_over_chosen_invoices_or_the_oldest_is_written_down_once(desk, office):
    page = await desk.get(f"{PAGE}/record?invoice=inv-2&invoice=inv-3")
    sent = sent_by(page, "record-form") | {"method": "check", "reference": "107"}
    assert sent["amount"] == ["250.00"]
    wrong = await desk.post(f"{PAGE}/record", {**sent, "amount": "249.00"})
    assert wrong.status_code == 422
    for _ in range(2):
        assert (await desk.post(f"{PAGE}/record", sent)).status_code == 303
    assert (await office.invoice(2)).balance_cents == 0
    oldest = sent_by(await desk.get(f"{PAGE}/record"), "record-form")
    assert oldest["amount"] == ["170.00"]
    await desk.post(f"{PAGE}/record", {**oldest, "amount": "110.00", "method": "cash"})
    assert (await office.invoice(1)).balance_cents == 0
    assert (await office.invoice(4)).balance_cents == 2_000
    page = await desk.get(PAGE)
    assert "recorded by Priya Raman" in page.text


async def test_methods_and_autopay_are_changed_by_staff(desk, office):
    await office.on_file("pm-2", Method.BANK)
    enrolled = Autopay(
        account_id=ACCOUNT,
        company_id=COMPANY,
        enrolled=True,
        enrolled_at=BOOKED_AT - timedelta(days=1),
        method_id="pm-2",
    )
    await office.books.write(lambda books: books.keep(enrolled))
    assert "Charged to Bank account ending 6789" in (await desk.get(PAGE)).text
    for method_id, done in (("pm-9", "gone"), ("pm-1", "method")):
        answer = await desk.post(f"{PAGE}/autopay/method", {"method": method_id})
        assert answer.headers["location"].endswith(f"done={done}")
    now = await office.kept(Autopay, ACCOUNT)
    assert (now.method_id, now.enrolled_at) == ("pm-1", enrolled.enrolled_at)
    assert (await desk.post(f"{PAGE}/autopay/leave", {})).status_code == 303
    assert (await office.kept(Autopay, ACCOUNT)).enrolled is False
    await desk.post(f"{PAGE}/methods/pm-1/remove", {})
    assert (await office.kept(SavedMethod, "pm-1")).removed
    gone = await desk.post(f"{PAGE}/methods/pm-1/default", {})
    assert gone.headers["location"].endswith("done=gone")


async def test_the_statement_is_a_file_to_calculate_with(desk):
    path = f"{PAGE}/statement?format=csv"
    answer = await desk.visitor.client.get(path, headers=desk.visitor.staff())
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    told = [(row["Number"], row["Order"]) for row in rows if row["What"] == "Invoice"]
    still_open = [(row["Number"], row["Order"]) for row in rows if row["What"] == "Open invoice"]
    assert (answer.status_code, len(told), len(set(told))) == (200, 5, 5)
    assert [order for _, order in told].count("HP-O-1") == 2
    assert still_open == sorted(told)
    assert rows[-1]["What"] == "Balance due"
    assert rows[-1]["Balance"] == "420.00"


async def prepaid(office: AccountOffice, cents: int = 10_000) -> str:
    wish = office.wish(
        invoice_ids=None, prepay_cents=cents, amount_cents=cents, attempt_id="apay-9"
    )
    await office.start(wish)
    office.gateway.pay_by_card(office.books.state.attempts["apay-9"])
    await office.refresh(office.books.state.attempts["apay-9"])
    return f"{PREPAYMENTS}/apay-9"


@pytest.fixture
async def unlimited(office) -> AccountOffice:
    await office.open_account([], prepayments=True)
    return office


async def test_a_prepayment_is_applied_in_part_and_the_rest_given_back(desk, unlimited):
    place = await prepaid(unlimited)
    listed = await desk.get(PREPAYMENTS)
    assert "$100.00 not applied yet" in listed.text
    page = await desk.get(place)
    sent = sent_by(page, "apply-form")
    assert (sent["invoice"], sent["amount"]) == (["inv-1"], ["100.00"])
    part = {**sent, "amount": "60.00"}
    for _ in range(2):
        assert (await desk.post(f"{place}/apply", part)).status_code == 303
    assert (await unlimited.invoice(1)).balance_cents == 4_000
    page = await desk.get(place)
    assert "$40.00 left" in page.h1.text
    back = sent_by(page, "refund-form") | {"reason": "Moved away"}
    for _ in range(2):
        assert (await desk.post(f"{place}/refund", back)).status_code == 303
    page = await desk.get(place)
    assert "All of it was applied or given back" in page.text
    assert "$0.00 not applied yet" in (await desk.get(PREPAYMENTS)).text


@pytest.mark.parametrize(
    ("step", "changes", "words"),
    [
        ("apply", {"amount": "100.01"}, "Only $100.00 of this prepayment is left"),
        ("apply", {"amount": "0"}, "more than $0.00"),
        ("apply", {"invoice": "inv-77"}, "Choose an open invoice of this customer"),
        ("apply", {"invoice": "inv-3", "amount": "50.01"}, "Only $50.00 is due"),
        ("apply", {"idempotency_key": ""}, "Open the page again"),
        ("refund", {"refund_amount": "100.01", "reason": "x"}, "$100.00"),
        ("refund", {"reason": ""}, "Say why"),
    ],
)
async def test_what_cannot_be_done_with_a_prepayment_is_refused(
    desk, unlimited, step, changes, words
):
    place = await prepaid(unlimited)
    sent = sent_by(await desk.get(place), f"{step}-form")
    answer = await desk.post(f"{place}/{step}", {**sent, **changes})
    assert answer.status_code == 422
    assert words in answer.text
    attempt = await unlimited.attempt("apay-9")
    assert attempt.unapplied_cents == 10_000


async def test_who_may_look_and_who_may_move_money(desk, unlimited):
    place = await prepaid(unlimited)
    for path in (PAGE, PREPAYMENTS, place):
        await desk.get(path, "inspector", 403)
        page = await desk.get(path, "read_only")
        assert page.select("main form[method=post]") == []
    for path in (f"{PAGE}/charge", f"{PAGE}/record", f"{PAGE}/autopay/leave", f"{place}/apply"):
        assert (await desk.post(path, {}, "read_only")).status_code == 403
    assert (await desk.post(f"{place}/refund", {}, "inspector")).status_code == 403
    headers = desk.visitor.staff("owner", company_id="other")
    for path in (PAGE, place, f"{PAGE}/statement", f"{PAGE}/charge?invoice=inv-1"):
        assert (await desk.visitor.client.get(path, headers=headers)).status_code == 404
    for path in (f"{PAGE}/autopay/method", f"{PAGE}/autopay/leave", f"{PAGE}/methods/pm-1/remove"):
        assert (await desk.visitor.client.post(path, headers=headers)).status_code == 404
    await desk.get(f"{PREPAYMENTS}/nobody", status=404)

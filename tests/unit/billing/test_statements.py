"""An account's statement: how the balance moved over some days, and what was open at their end."""

import csv
import io
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.billing.adapters import statement_paper
from services.billing.adapters.statement_paper import statement_words
from services.billing.domain.account_statement import Posted, account_statement
from services.billing.domain.company import PortalRules, Settings
from services.billing.domain.ledger import Book
from services.billing.domain.payment import Method
from services.billing.domain.statement import StatementRow
from services.billing.usecases.apply_prepayment import ApplyPrepayment, apply_prepayment
from services.billing.usecases.record_account_payment import (
    RecordAccountPayment,
    record_account_payment,
)
from tests.support.billing_account_fakes import ACCOUNT, an_account
from tests.support.billing_account_lists import MemoryAccountLists
from tests.support.billing_examples import COMPANY, NOON
from tests.unit.billing.account_office import AccountOffice
from tests.unit.billing.desk import at_the_desk

ZONE = "America/Los_Angeles"
PAGE = f"/staff/billing/accounts/{ACCOUNT}/statement"
OPENED = date(2026, 11, 17)


class Lists(MemoryAccountLists):
    def __init__(self, books):
        self._books = books


async def told(office, since=None, until=date(2027, 12, 31)):
    lists = Lists(office.books)
    rows = await lists.every_row(COMPANY, ACCOUNT)
    posted = await lists.ledger_of(COMPANY, ACCOUNT, [row.invoice_id for row in rows])
    found = account_statement(
        posted, rows, ACCOUNT, since=since, until=until, time_zone=ZONE, currency="USD"
    )
    paid_by = await lists.paid_by(COMPANY, found.payment_ids, ZONE)
    return replace(found, paid_by=paid_by)


def lines(statement):
    return [
        (move.on.day, move.words, statement.number_of(move), move.cents, move.balance_cents)
        for move in statement.moves
    ]


@pytest.fixture
async def office():
    it = AccountOffice()
    await it.open_account([10_000, 20_000], prepayments=True)
    return it


async def test_invoices_payments_and_refunds_stand_in_their_order_with_the_balance_after_each(
    office,
):
    office.clock.forward(days=3)
    await office.pay(1, 2)
    office.clock.forward(days=2)
    await office.refund("apay-1-1", 4_000)
    office.clock.forward(days=1)
    await office.refund("apay-1-2", 5_000, with_credit=True, key="r2")
    statement = await told(office)
    assert lines(statement) == [
        (17, "Invoice", "HP-0001", 10_000, 10_000),
        (17, "Invoice", "HP-0002", 20_000, 30_000),
        (20, "Payment", "R-01001", -30_000, 0),
        (22, "Refund", "R-01001", 4_000, 4_000),
        (23, "Credit", "HP-0002", -5_000, -1_000),
        (23, "Refund", "R-01001", 5_000, 4_000),
    ]
    payment = statement.moves[2]
    assert statement.details_of(payment) == "Visa ending 4242, HP-0001, HP-0002"
    assert statement.details_of(statement.moves[0]) == "1482 Alder Creek Rd, Bend"
    assert [(row.number, row.balance_cents) for row in statement.open_rows] == [("HP-0001", 4_000)]
    assert (statement.closing_cents, statement.ages.total_cents) == (4_000, 4_000)


async def test_a_period_opens_with_the_balance_before_it_and_ages_as_of_its_end(office):
    office.clock.forward(days=3)
    await office.pay(1)
    office.clock.forward(days=60)
    await office.open_invoice(3, 7_000)
    before = await told(office, date(2026, 11, 18), date(2026, 11, 19))
    assert (before.opening_cents, before.moves, before.closing_cents) == (30_000, (), 30_000)
    assert (before.ages.days_0_30, before.ages.total_cents) == (30_000, 30_000)
    later = await told(office, date(2026, 11, 20), date(2027, 1, 19))
    assert later.opening_cents == 30_000
    assert [cents for *_, cents, _ in lines(later)] == [-10_000, 7_000]
    assert (later.ages.days_0_30, later.ages.days_31_60) == (0, 27_000)
    assert (await told(office, date(2027, 1, 19))).opening_cents == 20_000


async def test_what_is_on_its_way_is_neither_due_nor_paid(office):
    started = await office.start(office.wish(1, amount_cents=10_000, kind=Method.BANK))
    office.gateway.pay_by_bank(started)
    await office.refresh(started)
    statement = await told(office)
    assert (statement.closing_cents, statement.processing_cents) == (30_000, 10_000)
    assert (statement.ages.total_cents, statement.credit_cents) == (20_000, 0)
    office.clock.forward(days=4)
    office.gateway.settle(started)
    await office.refresh(started)
    assert (await told(office)).closing_cents == 20_000
    office.clock.forward(days=4)
    office.gateway.dispute(started)
    await office.refresh(started)
    after = await told(office)
    assert lines(after)[-2:] == [
        (21, "Payment", "R-01001", -10_000, 20_000),
        (25, "Payment returned by the bank", "R-01001", 10_000, 30_000),
    ]
    as_it_was = await told(office, until=date(2026, 11, 20))
    assert (as_it_was.processing_cents, as_it_was.ages.total_cents) == (10_000, 20_000)


async def test_money_paid_in_advance_lowers_the_balance_once_and_pays_when_it_is_applied(office):
    wish = office.wish(invoice_ids=None, prepay_cents=15_000, amount_cents=15_000)
    office.gateway.pay_by_card(await office.start(wish))
    await office.refresh(await office.attempt("apay-1"))
    statement = await told(office)
    assert lines(statement)[-1] == (17, "Payment", "R-01001", -15_000, 15_000)
    assert statement.details_of(statement.moves[-1]) == "Visa ending 4242, in advance"
    assert (statement.ages.total_cents, statement.credit_cents) == (30_000, 15_000)
    command = ApplyPrepayment(
        company_id=COMPANY,
        prepayment_id="apay-1",
        invoice_id="inv-1",
        amount_cents=10_000,
        applying_id="apply-1",
        applied_by="priya",
    )
    await apply_prepayment(command, books=office.books, gateway=office.gateway, clock=office.clock)
    after = await told(office)
    assert lines(after) == lines(statement)
    assert (after.closing_cents, after.ages.total_cents) == (15_000, 20_000)
    assert after.credit_cents == 5_000


async def test_checks_are_found_by_their_receipt_whether_for_one_invoice_or_for_many(office):
    await office.receive_cash(1_000, invoice_id="inv-1")
    command = RecordAccountPayment(
        company_id=COMPANY,
        account_id=ACCOUNT,
        payment_id="hand-1",
        invoice_ids=("inv-2",),
        amount_cents=20_000,
        method=Method.CHECK,
        reference="107",
        received_at=office.clock() - timedelta(days=2),
        note="",
        client_note="",
        recorded_by="priya",
    )
    await record_account_payment(
        command, books=office.books, gateway=office.gateway, clock=office.clock
    )
    statement = await told(office)
    details = {statement.number_of(m): statement.details_of(m) for m in statement.moves[2:]}
    assert details == {
        "R-01001": "Cash, HP-0001",
        "R-01002": "Check 107, received 2026-11-15, HP-0002",
    }


async def test_more_than_three_invoices_of_a_payment_are_counted():
    it = AccountOffice()
    await it.open_account([1_000] * 5)
    await it.pay(1, 2, 3, 4, 5)
    statement = await told(it)
    assert statement.details_of(statement.moves[-1]).endswith(
        "HP-0001, HP-0002, HP-0003 and 2 more"
    )


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(-500, 500).filter(bool)), max_size=20),
    st.integers(0, 30),
)
def test_two_periods_say_together_what_one_says(written, cut):
    """Whatever was written when: the second opens as the first closes, and nothing is lost."""
    book = Book(company_id=COMPANY, currency="USD")
    row = StatementRow(
        invoice_id="i",
        number="HP-1",
        status="open",
        issued_on=OPENED,
        due_on=OPENED,
        currency="USD",
        total_cents=0,
        paid_cents=0,
        processing_cents=0,
        balance_cents=0,
    )
    posted = [
        Posted(entry=book.charged("i", at, cents), at=NOON + timedelta(days=days))
        for at, (days, cents) in enumerate(sorted(written))
    ]

    def over(since, until):
        return account_statement(
            posted, [row], ACCOUNT, since=since, until=until, time_zone=ZONE, currency="USD"
        )

    end, middle = OPENED + timedelta(days=31), OPENED + timedelta(days=cut)
    whole, first = over(None, end), over(None, middle)
    second = over(middle + timedelta(days=1), end)
    assert (*first.moves, *second.moves) == whole.moves
    assert first.closing_cents == second.opening_cents
    assert second.closing_cents == whole.closing_cents == sum(cents for _, cents in written)
    assert second.ages.total_cents == max(0, whole.closing_cents)


# ------------------------------------------------------------------------------- the papers
def sheet(answer):
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


async def test_the_csv_has_every_movement_the_open_invoices_and_the_ages(office):
    office.clock.forward(days=3)
    await office.pay(1)
    office.clock.forward(days=60)
    async with at_the_desk(office) as desk:
        headers = desk.visitor.staff()
        path = f"{PAGE}?format=csv&from=2026-11-18&to="
        rows = sheet(await desk.visitor.client.get(path, headers=headers))
        backwards = f"{PAGE}?format=csv&from=2026-12-02&to=2026-12-01"
        refused = await desk.visitor.client.get(backwards, headers=headers)
    assert [(row["What"], row["Number"], row["Amount"], row["Balance"]) for row in rows] == [
        ("Opening balance", "", "", "300.00"),
        ("Payment", "R-01001", "-100.00", "200.00"),
        ("Closing balance", "", "", "200.00"),
        ("Open invoice", "HP-0002", "200.00", "200.00"),
        ("Due 0-30 days", "", "", "0.00"),
        ("Due 31-60 days", "", "", "200.00"),
        ("Due 61-90 days", "", "", "0.00"),
        ("Due Over 90 days", "", "", "0.00"),
        ("Balance due", "", "", "200.00"),
    ]
    assert (rows[1]["Details"], rows[1]["Date"]) == ("Visa ending 4242, HP-0001", "2026-11-20")
    assert (rows[3]["Due"], rows[3]["Days overdue"]) == ("2026-12-01", "49")
    assert refused.status_code == 422


async def test_a_paper_says_what_only_the_file_lists(office, monkeypatch):
    monkeypatch.setattr(statement_paper, "MOST_MOVES", 2)
    monkeypatch.setattr(statement_paper, "MOST_OPEN", 1)
    await office.open_invoice(3, 7_000)
    words = statement_words(an_account(), await told(office), company=None)
    assert [(row["words"], row["number"], row["balance"]) for row in words["moves"]] == [
        ("Opening balance", "", "$0.00"),
        ("Brought forward", "", "$100.00"),
        ("Invoice", "HP-0002", "$300.00"),
        ("Invoice", "HP-0003", "$370.00"),
        ("Closing balance", "", "$370.00"),
    ]
    assert words["moves"][1]["details"] == "See the CSV file for 1 earlier movement"
    assert [row["number"] for row in words["rows"]] == ["HP-0001"]
    assert words["more"] == "and 2 more invoices, listed in the CSV file"
    assert words["sums"][-1]["amount"] == "$370.00"


async def test_customers_read_of_payments_only_what_the_company_lets_them(office):
    await office.pay(1)
    path = f"/internal/v1/accounts/{ACCOUNT}/statement?company_id={COMPANY}&format=csv"

    async def asked(desk):
        headers = desk.visitor.service("portal")
        answer = await desk.visitor.client.get(path, headers=headers)
        return {row["What"] for row in sheet(answer)}

    async with at_the_desk(office) as desk:
        hidden = await asked(desk)
        rules = Settings(company_id=COMPANY, portal=PortalRules(billing_history=True))
        await office.books.write(lambda books: books.keep_settings(rules))
        shown = await asked(desk)
    assert "Open invoice" in hidden & shown
    assert "Payment" not in hidden
    assert {"Opening balance", "Payment", "Closing balance"} <= shown

"""The opt-in run on the due date: once for each method; what failed waits for people."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.billing.domain.attempt import Origin
from services.billing.domain.charge_run import ChargeRun, RunItem
from services.billing.domain.company import PortalRules, Settings
from services.billing.domain.methods import Autopay, SavedMethod
from services.billing.domain.payment import Method
from services.billing.entrypoints import command_line
from services.billing.usecases.refresh_method import refresh_method
from services.billing.usecases.start_due_runs import start_due_runs
from shared.contracts.billing_accounts import AccountPaymentChangedV1, ChargeRunChangedV1
from tests.support.billing_account_fakes import ACCOUNT
from tests.support.billing_examples import COMPANY, a_company
from tests.unit.billing.desk import at_the_desk
from tests.unit.billing.test_charge_runs import RunOffice, enrolled
from tests.unit.billing.test_events import parts_of


async def a_day(it: RunOffice, **asked) -> int:
    """What the loop does on one more day; how many charges it made."""
    before = len(it.gateway.asked)
    it.clock.forward(days=1)
    await start_due_runs(books=it.books, clock=it.clock, own_accounts=False, **asked)
    await it.work_off()
    return len(it.gateway.asked) - before


async def by_itself(count, *, kind=Method.CARD, **settings):
    """`count` invoices that are due, of a company that charges on the due date."""
    it = await enrolled(count, kind=kind)
    rules = PortalRules(autopay=True, autopay_on_due_date=True)
    wanted = Settings(company_id=COMPANY, portal=rules, **settings)
    await it.books.write(lambda books: books.keep_settings(wanted))
    it.clock.forward(days=60)
    return it


async def test_nothing_is_charged_by_itself_unless_the_company_wants_it():
    it = await enrolled(2)
    it.clock.forward(days=60)
    assert await a_day(it) == 0
    rules = PortalRules(autopay=True, autopay_on_due_date=True)
    wanted = Settings(company_id=COMPANY, portal=rules)
    await it.books.write(lambda books: books.keep_settings(wanted))
    assert [await a_day(it) for _ in range(3)] == [2, 0, 0]


async def test_a_plan_without_the_portal_charges_nothing_by_itself():
    it = await by_itself(1)
    company = a_company(client_portal=False, revision=2)
    await it.books.write(lambda books: books.keep_company(company))
    assert await a_day(it) == 0


async def test_what_is_not_due_yet_is_left():
    it = await by_itself(1)
    it.clock.at -= timedelta(days=60)
    assert await a_day(it) == 0
    invoice = await it.invoice(1)
    begun = {
        day: await start_due_runs(
            books=it.books, clock=it.clock, own_accounts=False, on=day, company_id=company_id
        )
        for day, company_id in (
            (invoice.due_on - timedelta(days=1), COMPANY),
            (invoice.due_on, "somebody-else"),
            (invoice.due_on + timedelta(days=1), COMPANY),
        )
    }
    assert list(begun.values()) == [0, 0, 1]


async def test_nothing_begins_before_the_working_day_or_while_no_money_is_taken_online():
    it = await by_itself(1, online_wanted=False)
    assert await a_day(it) == 0
    it = await by_itself(1)
    it.clock.at = it.clock.at.replace(hour=15)  # seven in the morning in Los Angeles
    assert await a_day(it) == 0
    it.clock.at = it.clock.at.replace(hour=16)
    assert await a_day(it) == 1


@pytest.mark.scenario(25)
@pytest.mark.parametrize("outcome", ["decline", "ask"])
async def test_a_card_that_failed_is_not_charged_again_by_itself_and_nobody_is_told_twice(outcome):
    it = await by_itself(2)
    it.gateway.outcomes["pm-1"] = outcome
    assert [await a_day(it) for _ in range(4)] == [2, 0, 0, 0]
    told = [event.payment.status for event in it.books.told(AccountPaymentChangedV1)]
    assert told == ["failed", "failed"]
    finished = [e for e in it.books.told(ChargeRunChangedV1) if e.status == "finished"]
    assert len(finished) == 1


async def test_a_new_invoice_is_charged_while_the_one_that_failed_waits():
    it = await by_itself(1)
    it.gateway.outcomes["pm-1"] = "decline"
    await a_day(it)
    it.gateway.outcomes.clear()
    await it.open_invoice(2, 10_000, account={"job_created_at": it.clock()})
    assert await a_day(it) == 1
    assert it.gateway.charges == [it.gateway.asked[-1]]
    assert (await it.invoice(2)).paid_cents == 10_000
    assert (await it.invoice(1)).paid_cents == 0


async def test_another_default_lets_it_be_charged_by_itself_once_more():
    it = await by_itself(1)
    it.gateway.outcomes.update({"pm-1": "decline", "pm-2": "decline"})
    await a_day(it)
    old = await it.kept(SavedMethod, "pm-1")
    await it.books.write(lambda books: books.keep(replace(old, is_default=False)))
    await it.on_file("pm-2")
    assert [await a_day(it) for _ in range(3)] == [1, 0, 0]


async def test_a_card_the_network_renewed_is_charged_by_itself_once_more():
    it = await by_itself(1)
    it.gateway.outcomes["pm-1"] = "decline"
    await a_day(it)
    it.clock.forward(hours=1)
    known = it.gateway.methods["pm-1"]

    async def look():
        method = await it.kept(SavedMethod, "pm-1")
        await refresh_method(method, books=it.books, gateway=it.gateway, clock=it.clock)

    await look()
    assert await a_day(it) == 0
    it.gateway.methods["pm-1"] = replace(known, expires="01/2033")
    await look()
    assert [await a_day(it) for _ in range(2)] == [1, 0]


async def test_staff_try_again_whenever_they_want_and_what_then_fails_waits_again():
    it = await by_itself(1)
    it.gateway.outcomes["pm-1"] = "decline"
    await a_day(it)
    [run] = [r for (kind, _), r in it.books.state.records.items() if kind is ChargeRun]
    await it.step("retry", run.run_id)
    await it.work_off()
    await it.begin(run_id="by-hand")
    await it.work_off()
    assert len(it.gateway.asked) == 3
    assert await a_day(it) == 0


async def test_what_staff_charged_in_vain_is_not_tried_by_itself():
    it = await by_itself(1)
    it.gateway.outcomes["pm-1"] = "decline"
    wish = it.wish(1, amount_cents=10_000, method_id="pm-1", origin=Origin.STAFF)
    await it.start(wish)
    assert await a_day(it) == 0


async def test_money_given_back_is_not_charged_again_by_itself():
    it = await by_itself(1)
    assert await a_day(it) == 1
    [attempt] = it.books.state.attempts.values()
    await it.refund(f"{attempt.attempt_id}-1", 10_000)
    assert (await it.invoice(1)).balance_cents == 10_000
    assert [await a_day(it) for _ in range(2)] == [0, 0]


async def test_a_bank_account_that_failed_once_is_left_to_people_too():
    it = await by_itself(1, kind=Method.BANK)
    assert await a_day(it) == 1
    [attempt] = it.books.state.attempts.values()
    it.gateway.bounce(attempt)
    await it.refresh(attempt)
    assert (await it.invoice(1)).balance_cents == 10_000
    assert [await a_day(it) for _ in range(2)] == [0, 0]


async def test_an_invoice_without_a_method_or_too_small_begins_no_run():
    it = await by_itself(0)
    later = it.clock() - timedelta(days=50)
    await it.open_invoice(7, 49, account={"job_created_at": later})
    other = "birch-homes"
    await it.open_invoice(8, 9_000, account_id=other, account={"job_created_at": later})
    since = later - timedelta(days=1)
    autopay = Autopay(account_id=other, company_id=COMPANY, enrolled=True, enrolled_at=since)
    await it.books.write(lambda books: books.keep(autopay))
    assert await a_day(it) == 0
    assert [k for k in it.books.state.records if k[0] is ChargeRun] == []


async def test_what_failed_in_a_run_of_staff_meanwhile_is_not_tried_by_the_automatic_one():
    it = await by_itself(1)
    it.gateway.outcomes["pm-1"] = "decline"
    await it.begin(run_id="by-hand")
    await start_due_runs(books=it.books, clock=it.clock, own_accounts=False)
    await it.work_off()
    assert len(it.gateway.asked) == 1
    items = [r for (kind, _), r in it.books.state.records.items() if kind is RunItem]
    assert sorted(item.code for item in items) == ["insufficient_funds", "method_not_found"]


async def test_more_that_waits_for_people_than_fits_one_look_hides_nothing(monkeypatch):
    monkeypatch.setattr("services.billing.usecases.choose_due_invoices._AT_ONCE", 2)
    it = await by_itself(5)
    it.gateway.outcomes["pm-1"] = "decline"
    await a_day(it)
    it.gateway.outcomes.clear()
    later = it.clock()
    await it.open_invoice(60, 10_000, account={"job_created_at": later})
    assert await a_day(it) == 1


async def test_the_operator_begins_the_run_of_a_day(capsys):
    it = await by_itself(1)
    day = date(2027, 3, 1).isoformat()
    for expected in ("1 runs begun", "0 runs begun"):
        asked = ["charge-due", "--company", COMPANY, "--on", day]
        assert await command_line.run(parts_of(it), asked) == 0
        assert expected in capsys.readouterr().out
    await it.work_off()
    assert len(it.gateway.charges) == 1


async def test_the_list_says_what_was_tried_and_when():
    it = await by_itself(1)
    it.gateway.outcomes["pm-1"] = "decline"
    await a_day(it)
    async with at_the_desk(it) as desk:
        listed = (await desk.get("/staff/billing/charge")).get_text(" ", strip=True)
        asked = (await desk.get("/staff/billing/charge/review?scope=all")).get_text(" ", strip=True)
    for page in (listed, asked):
        assert "Tried Jan 17: Insufficient funds." in page
    assert "What is due is charged by itself, once; what failed waits here for you." in listed


async def test_an_open_invoice_too_small_to_be_charged_says_so():
    it = await by_itself(0)
    later = it.clock() - timedelta(days=50)
    await it.open_invoice(7, 49, account={"job_created_at": later})
    async with at_the_desk(it) as desk:
        page = (await desk.get(f"/staff/billing/charge?account={ACCOUNT}")).text
    assert "Less than $0.50 cannot be charged" in page

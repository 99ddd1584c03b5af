"""One payment over many invoices: all of them or none, every cent on one of them."""

import asyncio
from dataclasses import replace

import pytest

from services.billing.domain.account_refusals import (
    BankMaximumError,
    CardMaximumError,
    InvoiceTwiceError,
    MethodNotFoundError,
    MixedCurrenciesError,
    NoInvoiceError,
    PaymentDeclinedError,
    PrepaymentsOffError,
    TooManyInvoicesError,
)
from services.billing.domain.attempt import AttemptState, Origin
from services.billing.domain.invoice import InvoiceStatus
from services.billing.domain.payment import Method
from services.billing.domain.refusals import (
    AmountChangedError,
    AmountExceedsBalanceError,
    InvoiceNotFoundError,
    InvoicePaidError,
    PaymentInProgressError,
    PaymentsUnavailableError,
)
from services.billing.usecases.check_books import check_books
from services.billing.usecases.ports import KeyConflictError
from services.billing.usecases.start_checkout import make_way
from shared.contracts.billing import PaymentRecordedV1
from shared.contracts.billing_accounts import AccountPaymentChangedV1, PaymentMethodChangedV1
from shared.idempotency import IdempotencyKeyReusedError
from tests.support.billing_examples import COMPANY
from tests.unit.billing.account_office import AccountOffice


# ------------------------------------------------------------------------------- the payment
@pytest.fixture
async def office():
    it = AccountOffice()
    await it.open_account([10_000, 10_000, 10_000])
    return it


async def test_three_invoices_are_one_payment_one_receipt_and_one_ledger_entry(office):
    paid = await office.pay(1, 2, 3)
    assert paid.state is AttemptState.SUCCEEDED
    for number in (1, 2, 3):
        invoice = await office.invoice(number)
        assert (invoice.status, invoice.paid_cents) == (InvoiceStatus.PAID, 10_000)
        assert invoice.reservation is None
        assert invoice.payments[0].account_payment_id == "apay-1"
    entries = [e for e in office.books.state.ledger.values() if e.kind == "payment"]
    assert [(e.entry_id, len(e.legs)) for e in entries] == [("pay:apay-1", 4)]
    told = office.books.told(AccountPaymentChangedV1)
    assert [event.payment.status for event in told] == ["succeeded"]
    assert [a.amount_cents for a in told[0].payment.allocations] == [10_000] * 3
    assert told[0].payment.receipt_number == "R-01001"
    recorded = office.books.told(PaymentRecordedV1)
    assert {event.account_payment_id for event in recorded} == {"apay-1"}
    assert await check_books(books=office.books) == []


async def test_the_same_request_twice_is_one_page_and_one_charge(office):
    wish = office.wish(1, 2, amount_cents=20_000)
    first, again = await office.start(wish), await office.start(wish)
    assert first.url == again.url
    office.gateway.pay_by_card(first)
    await asyncio.gather(*(office.refresh(first) for _ in range(5)))
    assert (await office.start(wish)).state is AttemptState.SUCCEEDED
    assert len(office.gateway.opened) == 1
    assert (await office.invoice(1)).paid_cents == 10_000


@pytest.mark.scenario(58)
@pytest.mark.parametrize("other", [{"amount_cents": 10_000}, {"invoice_ids": ("inv-3",)}])
async def test_the_same_key_for_another_payment_is_refused_and_charges_nothing(office, other):
    wish = office.wish(1, 2, amount_cents=20_000)
    await office.start(wish)
    with pytest.raises(IdempotencyKeyReusedError):
        await office.start(replace(wish, **other))
    assert office.gateway.opened == ["apay-1"]
    assert (await office.invoice(3)).reservation is None


@pytest.mark.scenario(58)
async def test_a_key_the_processor_knows_for_something_else_charges_nothing(office):
    await office.on_file()

    async def conflict(attempt):
        raise KeyConflictError

    office.gateway.charge_saved = conflict
    with pytest.raises(PaymentsUnavailableError):
        await office.start(office.wish(1, amount_cents=10_000, method_id="pm-1"))
    assert (await office.attempt("apay-1")).state is AttemptState.CANCELED
    assert (await office.invoice(1)).reservation is None


@pytest.mark.scenario(7)
@pytest.mark.parametrize(
    ("numbers", "refusal"),
    [
        ((), NoInvoiceError),
        ((1, 1), InvoiceTwiceError),
        ((1, 99), InvoiceNotFoundError),
        (tuple(range(1, 202)), TooManyInvoicesError),
    ],
)
async def test_a_choice_that_cannot_be_is_refused_whole(office, numbers, refusal):
    with pytest.raises(refusal):
        await office.start(office.wish(*numbers, amount_cents=10_000))
    assert office.gateway.opened == []
    assert (await office.invoice(1)).reservation is None


async def test_another_customers_invoice_is_not_found(office):
    await office.open_invoice(9, 5_000, account_id="somebody-else")
    with pytest.raises(InvoiceNotFoundError):
        await office.start(office.wish(1, 9, amount_cents=15_000))
    assert (await office.invoice(1)).reservation is None


async def test_two_currencies_are_refused(office):
    await office.open_invoice(9, 5_000, currency="CAD")
    with pytest.raises(MixedCurrenciesError):
        await office.start(office.wish(1, 9, amount_cents=15_000))


async def test_an_amount_that_changed_meanwhile_is_refused_with_the_new_one(office):
    with pytest.raises(AmountChangedError) as refused:
        await office.start(office.wish(1, 2, amount_cents=19_999))
    assert refused.value.extra["amount_cents"] == 20_000


async def test_one_paid_invoice_refuses_the_whole(office):
    await office.pay(2)
    with pytest.raises(InvoicePaidError):
        await office.start(office.wish(1, 2, attempt_id="apay-2", amount_cents=20_000))
    assert (await office.invoice(1)).reservation is None


@pytest.mark.scenario(8)
async def test_a_custom_amount_pays_the_oldest_and_the_last_one_in_part(office):
    started = await office.start(
        office.wish(invoice_ids=None, custom_amount_cents=25_000, amount_cents=25_000)
    )
    assert [a.amount_cents for a in started.allocations] == [10_000, 10_000, 5_000]
    office.gateway.pay_by_card(started)
    await office.refresh(started)
    third = await office.invoice(3)
    assert (third.status, third.balance_cents) == (InvoiceStatus.OPEN, 5_000)
    assert await check_books(books=office.books) == []


@pytest.mark.scenario(10)
async def test_more_than_the_balance_is_refused_while_prepayments_are_off(office):
    with pytest.raises(AmountExceedsBalanceError) as refused:
        await office.start(
            office.wish(
                invoice_ids=None, custom_amount_cents=30_001, amount_cents=30_001, prepay_rest=True
            )
        )
    assert refused.value.extra["maximum_cents"] == 30_000
    with pytest.raises(PrepaymentsOffError):
        await office.start(office.wish(invoice_ids=None, prepay_cents=500, amount_cents=500))


async def test_a_partial_reservation_stays_while_the_invoice_grows_and_goes_when_it_shrinks():
    office = AccountOffice()
    await office.open_account([10_000])
    started = await office.start(
        office.wish(invoice_ids=None, custom_amount_cents=6_000, amount_cents=6_000)
    )
    await office.receive_cash(3_000, invoice_id="inv-1")
    assert not (await office.attempt(started.attempt_id)).expire_wanted
    await office.receive_cash(2_000, invoice_id="inv-1", payment_id="cash-2")
    assert (await office.attempt(started.attempt_id)).state is AttemptState.EXPIRED


# ------------------------------------------------------------------------------- maxima
@pytest.mark.scenario(26)
async def test_exactly_the_maximum_is_allowed_and_one_cent_more_refused_before_the_processor():
    office = AccountOffice()
    await office.open_account([50_000, 50_001], card_max_cents=50_000, bank_max_cents=40_000)
    allowed = await office.start(office.wish(1, amount_cents=50_000))
    assert allowed.kinds == (Method.CARD,)
    with pytest.raises(CardMaximumError) as refused:
        await office.start(office.wish(2, attempt_id="apay-2", amount_cents=50_001))
    assert refused.value.extra["max_cents"] == 50_000
    with pytest.raises(BankMaximumError):
        await office.start(
            office.wish(2, attempt_id="apay-3", amount_cents=50_001, kind=Method.BANK)
        )
    assert office.gateway.opened == [allowed.attempt_id]
    assert (await office.invoice(2)).reservation is None


async def test_a_single_clients_page_leaves_out_what_is_above_its_maximum():
    office = AccountOffice()
    await office.open_account([50_001], card_max_cents=50_000)
    started = await office.checkout("inv-1")
    assert started.kinds == (Method.BANK,)


async def test_a_saved_card_above_the_maximum_is_refused_to_customers_and_not_to_staff():
    office = AccountOffice()
    await office.open_account([50_001], card_max_cents=50_000)
    await office.on_file()
    with pytest.raises(CardMaximumError):
        await office.start(office.wish(1, amount_cents=50_001, method_id="pm-1"))
    charged = await office.start(
        office.wish(1, amount_cents=50_001, method_id="pm-1", origin=Origin.CHARGE_RUN)
    )
    assert charged.state is AttemptState.SUCCEEDED


# ------------------------------------------------------------------------------- saved methods
async def test_a_saved_card_is_charged_without_a_page(office):
    await office.on_file()
    paid = await office.start(office.wish(1, 2, amount_cents=20_000, method_id="pm-1"))
    assert (paid.state, paid.url) == (AttemptState.SUCCEEDED, None)
    assert office.gateway.charges == ["apay-1"]
    assert (await office.invoice(2)).status is InvoiceStatus.PAID


async def test_a_declined_saved_card_frees_every_invoice_and_tells_once(office):
    await office.on_file()
    office.gateway.outcomes["pm-1"] = "decline"
    failed = await office.start(office.wish(1, 2, amount_cents=20_000, method_id="pm-1"))
    assert failed.state is AttemptState.FAILED
    assert (await office.invoice(1)).reservation is None
    [told] = office.books.told(AccountPaymentChangedV1)
    assert (told.payment.status, told.payment.reason) == ("failed", "Insufficient funds.")
    assert PaymentDeclinedError.status == 402


@pytest.mark.scenario(25)
async def test_a_bank_that_wants_to_see_the_customer_gives_him_a_page(office):
    await office.on_file()
    office.gateway.outcomes["pm-1"] = "ask"
    waiting = await office.start(office.wish(1, amount_cents=10_000, method_id="pm-1"))
    assert waiting.state is AttemptState.AWAITING_PAYER
    assert waiting.url
    office.gateway.pay_by_card(waiting)
    assert (await office.refresh(waiting)).state is AttemptState.SUCCEEDED


@pytest.mark.scenario(65)
@pytest.mark.parametrize("change", [{"account_id": "x"}, {"removed": True}, {"usable": False}])
async def test_a_method_that_is_not_theirs_or_not_usable_is_not_found(office, change):
    method = await office.on_file()
    await office.books.write(lambda books: books.keep(replace(method, **change)))
    with pytest.raises(MethodNotFoundError):
        await office.start(office.wish(1, amount_cents=10_000, method_id="pm-1"))
    assert (await office.invoice(1)).reservation is None


async def test_a_card_is_saved_with_the_payment_when_the_customer_ticked_it(office):
    paid = await office.pay(1, save_method=True)
    assert paid.customer_id == f"cus_{COMPANY}_alder-holdings"
    [told] = office.books.told(PaymentMethodChangedV1)
    assert (told.method.label, told.method.is_default, told.changed_by) == (
        "Visa ending 4242",
        True,
        "customer",
    )
    again = await office.start(
        office.wish(2, attempt_id="apay-2", amount_cents=10_000, method_id=told.method.method_id)
    )
    assert again.state is AttemptState.SUCCEEDED


async def test_nothing_is_saved_without_the_tick(office):
    await office.pay(1)
    assert office.books.told(PaymentMethodChangedV1) == []


# ------------------------------------------------------------------------------- doubt, crashes
@pytest.mark.parametrize("trouble", ["before", "after"])
@pytest.mark.parametrize("saved", [False, True])
async def test_an_answer_that_never_came_is_found_out_and_charges_once(office, trouble, saved):
    method = await office.on_file() if saved else None
    office.gateway.trouble = [trouble]
    wish = office.wish(1, 2, amount_cents=20_000, method_id=method.method_id if method else None)
    with pytest.raises(PaymentsUnavailableError):
        await office.start(wish)
    assert (await office.attempt("apay-1")).state is AttemptState.UNKNOWN
    assert (await office.invoice(1)).reservation is not None
    office.clock.forward(minutes=1)
    await office.reconcile()
    after = await office.attempt("apay-1")
    assert after.state is (AttemptState.SUCCEEDED if saved else AttemptState.AWAITING_PAYER)
    assert len(office.gateway.pages) == 1


async def test_a_customers_second_page_closes_his_first(office):
    first = await office.start(office.wish(1, 2, amount_cents=20_000))
    second = await office.start(office.wish(2, 3, attempt_id="apay-2", amount_cents=20_000))
    assert (await office.attempt(first.attempt_id)).state is AttemptState.EXPIRED
    assert (await office.invoice(1)).reservation is None
    assert (await office.invoice(2)).reservation.attempt_id == second.attempt_id


async def test_a_page_paid_in_the_last_moment_refuses_the_second(office):
    first = await office.start(office.wish(1, 2, amount_cents=20_000))
    office.gateway.pay_by_card(first)
    with pytest.raises(InvoicePaidError):
        await office.start(office.wish(2, 3, attempt_id="apay-2", amount_cents=20_000))
    assert (await office.invoice(3)).reservation is None
    assert len(office.gateway.opened) == 1


@pytest.mark.parametrize("alone", [True, False], ids=["one invoice", "among others"])
async def test_in_a_crowd_a_page_is_closed_only_for_a_payment_that_may_follow(
    office, monkeypatch, alone
):
    rivals = ["rival-1", "rival-2"]

    async def make_way_and_be_overtaken(attempt, **ports):
        await make_way(attempt, **ports)
        if rivals:
            rival = office.wish(1, 2, attempt_id=rivals.pop(0), amount_cents=20_000)
            await office.start(rival)

    await office.start(office.wish(1, 2, amount_cents=20_000))
    for module in ("start_checkout", "pay_invoices"):
        monkeypatch.setattr(
            f"services.billing.usecases.{module}.make_way", make_way_and_be_overtaken
        )
    late = office.wish(1, 3, attempt_id="late", amount_cents=20_000)
    with pytest.raises(PaymentInProgressError):
        await (office.checkout("inv-1") if alone else office.start(late))
    holder = await office.attempt((await office.invoice(1)).reservation.attempt_id)
    assert holder.state is AttemptState.AWAITING_PAYER


async def test_no_page_is_closed_while_another_payment_stands_in_the_way_all_the_same(office):
    first = await office.start(office.wish(1, amount_cents=10_000))
    office.gateway.trouble = ["after"]
    with pytest.raises(PaymentsUnavailableError):
        await office.start(office.wish(2, attempt_id="in-doubt", amount_cents=10_000))
    with pytest.raises(PaymentInProgressError):
        await office.start(office.wish(1, 2, attempt_id="both", amount_cents=20_000))
    assert (await office.attempt(first.attempt_id)).state is AttemptState.AWAITING_PAYER


@pytest.mark.scenario(54)
async def test_a_charge_run_never_closes_a_page_somebody_is_paying_on(office):
    await office.on_file()
    await office.start(office.wish(1, amount_cents=10_000))
    with pytest.raises(PaymentInProgressError):
        await office.start(
            office.wish(
                1,
                attempt_id="run",
                amount_cents=10_000,
                method_id="pm-1",
                origin=Origin.CHARGE_RUN,
            )
        )


async def test_one_invoice_alone_and_among_others_at_the_same_moment_is_paid_once(office):
    results = await asyncio.gather(
        office.checkout("inv-1"),
        office.start(office.wish(1, 2, amount_cents=20_000)),
        return_exceptions=True,
    )
    refused = [r for r in results if isinstance(r, PaymentInProgressError)]
    live = [a for a in office.books.state.attempts.values() if a.live and "inv-1" in a.invoice_ids]
    assert len(refused) == 1
    assert len(live) == 1

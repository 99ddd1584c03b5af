"""One payment over many invoices: all of them or none, every cent on one of them."""

import asyncio
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from services.billing.domain.allocation import Due, oldest_first, received
from services.billing.domain.attempt import AttemptState, Origin
from services.billing.domain.invoice import InvoiceStatus
from services.billing.domain.methods import Autopay, SavedMethod
from services.billing.domain.payment import DisputeState, Method
from services.billing.domain.refusals import (
    AmountChangedError,
    AmountExceedsBalanceError,
    InvoiceNotFoundError,
    InvoicePaidError,
    PaymentInProgressError,
    PaymentProcessingError,
    PaymentsUnavailableError,
    RefundTooLargeError,
)
from services.billing.usecases.check_books import check_books
from services.billing.usecases.ports import KeyConflictError
from services.billing.usecases.start_checkout import make_way
from shared.contracts.billing import PaymentRecordedV1, PaymentReturnedV1
from shared.contracts.billing_accounts import (
    AccountPaymentChangedV1,
    AutopayChangedV1,
    PaymentMethodChangedV1,
    PrepaymentChangedV1,
)
from shared.idempotency import IdempotencyKeyReusedError
from tests.support.billing_fakes import COMPANY
from tests.unit.billing.account_office import AccountOffice

amounts = st.lists(st.integers(1, 100_000), min_size=1, max_size=30)


def dues(cents: list[int]) -> list[Due]:
    return [
        Due(
            invoice_id=f"i{n}",
            number=f"N-{n:03d}",
            issued_on=date(2026, 1, 1 + n % 5),
            balance_cents=c,
        )
        for n, c in enumerate(cents)
    ]


# ------------------------------------------------------------------------------- allocation
@given(amounts, st.integers(1, 4_000_000))
def test_what_is_given_and_what_is_left_is_the_whole_amount(cents, amount):
    given_cents, rest = oldest_first(dues(cents), amount)
    assert sum(given_cents.values()) + rest == amount
    assert rest == max(0, amount - sum(cents))


@given(amounts, st.integers(1, 4_000_000))
def test_nobody_gets_more_than_is_due_and_only_the_last_stays_open(cents, amount):
    invoices = dues(cents)
    given_cents, _ = oldest_first(invoices, amount)
    balance = {due.invoice_id: due.balance_cents for due in invoices}
    parts = list(given_cents.items())
    assert all(0 < part <= balance[one] for one, part in parts)
    assert all(part == balance[one] for one, part in parts[:-1])


@given(amounts, st.integers(1, 4_000_000))
def test_older_ones_are_paid_before_newer_ones(cents, amount):
    invoices = sorted(dues(cents), key=lambda due: (due.issued_on, due.number))
    given_cents, _ = oldest_first(list(reversed(invoices)), amount)
    assert list(given_cents) == [due.invoice_id for due in invoices[: len(given_cents)]]


@given(amounts, st.integers(1, 4_000_000))
def test_what_came_is_divided_whole(wanted, cents):
    parts = received(wanted, cents)
    assert sum(parts) == cents
    assert all(part <= want for part, want in zip(parts[:-1], wanted[:-1], strict=True))


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


# ------------------------------------------------------------------------------- bank payments
async def by_bank(office, *numbers):
    cents = sum([(await office.invoice(n)).balance_cents for n in numbers])
    started = await office.start(office.wish(*numbers, amount_cents=cents, kind=Method.BANK))
    office.gateway.pay_by_bank(started)
    return await office.refresh(started)


async def test_a_bank_payment_is_on_its_way_for_every_invoice_and_then_paid(office):
    held = await by_bank(office, 1, 2)
    assert held.state is AttemptState.PROCESSING
    assert (await office.invoice(1)).status is InvoiceStatus.PROCESSING
    with pytest.raises(PaymentProcessingError):
        await office.start(office.wish(1, attempt_id="apay-2", amount_cents=10_000))
    office.gateway.settle(held)
    await office.refresh(held)
    assert (await office.invoice(2)).status is InvoiceStatus.PAID
    assert [e.payment.status for e in office.books.told(AccountPaymentChangedV1)] == [
        "processing",
        "succeeded",
    ]
    assert await check_books(books=office.books) == []


@pytest.mark.scenario(29)
async def test_a_bank_payment_that_fails_opens_every_invoice_again(office):
    held = await by_bank(office, 1, 2)
    office.gateway.bounce(held)
    await office.refresh(held)
    for number in (1, 2):
        invoice = await office.invoice(number)
        assert (invoice.status, invoice.payments) == (InvoiceStatus.OPEN, ())
    assert office.books.told(AccountPaymentChangedV1)[-1].payment.reason == "Insufficient funds"
    assert await check_books(books=office.books) == []


@pytest.mark.scenario(30)
async def test_a_return_reopens_every_invoice_once_and_ends_autopay_by_that_account(office):
    await office.on_file(kind=Method.BANK)
    autopay = Autopay(
        account_id="alder-holdings", company_id=COMPANY, enrolled=True, enrolled_at=office.clock()
    )
    await office.books.write(lambda books: books.keep(autopay))
    held = await office.start(office.wish(1, 2, 3, amount_cents=30_000, method_id="pm-1"))
    office.gateway.settle(held)
    paid = await office.refresh(held)
    office.gateway.dispute(held, DisputeState.LOST)
    for _ in range(3):
        returned = await office.refresh(paid)
    assert returned.state is AttemptState.LOST
    for number in (1, 2, 3):
        assert (await office.invoice(number)).balance_cents == 10_000
    assert len(office.books.told(PaymentReturnedV1)) == 3
    assert office.books.told(AccountPaymentChangedV1)[-1].payment.status == "returned"
    assert not (await office.kept(SavedMethod, "pm-1")).usable
    assert not (await office.kept(Autopay, "alder-holdings")).enrolled
    assert len(office.books.told(AutopayChangedV1)) == 1
    assert await check_books(books=office.books) == []


# ------------------------------------------------------------------------------- money back
async def test_a_refund_is_given_back_for_one_invoice_of_the_payment(office):
    await office.pay(1, 2, 3)
    await office.refund("apay-1-2", 4_000)
    assert (await office.invoice(2)).balance_cents == 4_000
    assert (await office.invoice(1)).balance_cents == 0
    assert office.books.told(AccountPaymentChangedV1)[-1].payment.refunded_cents == 4_000
    with pytest.raises(RefundTooLargeError):
        await office.refund("apay-1-2", 6_001, key="r2")
    assert await check_books(books=office.books) == []


async def test_a_refund_made_elsewhere_is_taken_from_the_newest_invoice_back(office):
    paid = await office.pay(1, 2, 3)
    office.gateway.refund_in_dashboard(paid, 14_000)
    for _ in range(3):
        await office.refresh(paid)
    assert [(await office.invoice(n)).balance_cents for n in (1, 2, 3)] == [0, 4_000, 10_000]
    assert await check_books(books=office.books) == []


async def test_a_dispute_holds_every_part_and_won_gives_all_back(office):
    paid = await office.pay(1, 2, 3)
    office.gateway.dispute(paid)
    await office.refresh(paid)
    assert (await office.invoice(3)).payments[0].held_cents == 10_000
    office.gateway.dispute(paid, DisputeState.WON)
    await office.refresh(paid)
    assert (await office.invoice(3)).balance_cents == 0
    assert office.books.accounts_of_ledger == {"stripe": 30_000, "revenue": -30_000}


# ------------------------------------------------------------------------------- in advance
@pytest.mark.scenario(10)
async def test_what_is_beyond_the_balance_is_paid_in_advance_and_told():
    office = AccountOffice()
    await office.open_account([10_000], prepayments=True)
    started = await office.start(
        office.wish(
            invoice_ids=None, custom_amount_cents=12_500, amount_cents=12_500, prepay_rest=True
        )
    )
    office.gateway.pay_by_card(started)
    paid = await office.refresh(started)
    assert paid.unapplied_cents == 2_500
    [told] = office.books.told(PrepaymentChangedV1)
    assert (told.prepayment.amount_cents, told.prepayment.unapplied_cents) == (2_500, 2_500)
    assert office.books.accounts_of_ledger["prepaid:alder-holdings"] == -2_500
    assert await check_books(books=office.books) == []

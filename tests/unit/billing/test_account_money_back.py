"""A payment of an account by bank, and what comes back of one: returned, refunded, disputed."""

import pytest

from services.billing.domain.attempt import AttemptState
from services.billing.domain.invoice import InvoiceStatus
from services.billing.domain.methods import Autopay, SavedMethod
from services.billing.domain.payment import DisputeState, Method
from services.billing.domain.refusals import PaymentProcessingError, RefundTooLargeError
from services.billing.usecases.check_books import check_books
from shared.contracts.billing import PaymentReturnedV1
from shared.contracts.billing_accounts import (
    AccountPaymentChangedV1,
    AutopayChangedV1,
    PrepaymentChangedV1,
)
from tests.support.billing_examples import COMPANY
from tests.unit.billing.account_office import AccountOffice


@pytest.fixture
async def office():
    it = AccountOffice()
    await it.open_account([10_000, 10_000, 10_000])
    return it


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

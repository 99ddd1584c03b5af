"""Money of an account's payment goes back: one movement is told once, whatever it is of."""

import pytest

from services.billing.domain.payment import Method
from services.billing.domain.refund import RefundState
from services.billing.usecases.apply_prepayment import ApplyPrepayment, apply_prepayment
from services.billing.usecases.check_books import check_books
from shared.contracts.billing import InvoiceChangedV1, PaymentRefundedV1
from shared.contracts.billing_accounts import (
    AccountPaymentChangedV1,
    AccountRefundChangedV1,
    PrepaymentChangedV1,
)
from tests.support.billing_account_fakes import ACCOUNT
from tests.support.billing_examples import COMPANY
from tests.unit.billing.account_office import AccountOffice
from tests.unit.billing.desk import at_the_desk


@pytest.fixture
async def office():
    it = AccountOffice()
    await it.open_account([10_000, 10_000, 10_000], prepayments=True)
    return it


def told(office):
    return [event.refund for event in office.books.told(AccountRefundChangedV1)]


def divided(refund):
    return {part.invoice_number: part.amount_cents for part in refund.allocations}


async def paid_beyond(office, prepay_cents):
    """All three invoices, and so much in advance."""
    cents = 30_000 + prepay_cents
    started = await office.start(
        office.wish(
            invoice_ids=None, custom_amount_cents=cents, amount_cents=cents, prepay_rest=True
        )
    )
    office.gateway.pay_by_card(started)
    return await office.refresh(started)


async def apply(office, number, cents):
    command = ApplyPrepayment(
        company_id=COMPANY,
        prepayment_id="apay-1",
        invoice_id=f"inv-{number}",
        amount_cents=cents,
        applying_id="apply-1",
        applied_by="priya",
    )
    return await apply_prepayment(
        command, books=office.books, gateway=office.gateway, clock=office.clock
    )


# ------------------------------------------------------------------------------- by staff
async def test_what_staff_give_back_of_one_invoice_is_one_refund_of_that_invoice(office):
    await office.pay(1, 2, 3)
    asked = await office.refund("apay-1-2", 4_000)
    assert [refund.status for refund in told(office)] == ["pending", "succeeded"]
    last = told(office)[-1]
    assert (last.refund_id, last.account_payment_id) == (asked.refund_id, "apay-1")
    assert (last.amount_cents, last.prepayment_cents) == (4_000, 0)
    assert divided(last) == {"HP-0002": 4_000}
    assert (last.requested_by, last.placed_by_rule) == (asked.requested_by, False)
    assert (last.payer_email, last.receipt_number) == ("ann@example.com", "R-01001")
    of_parts = office.books.told(PaymentRefundedV1)
    assert {event.account_refund_id for event in of_parts} == {asked.refund_id}


async def test_a_refund_the_processor_refuses_is_told_as_failed_once(office):
    await office.pay(1, 2)
    office.gateway.trouble = ["reject"]
    await office.refund("apay-1-2", 4_000)
    assert [refund.status for refund in told(office)] == ["pending", "failed"]


async def test_a_refund_of_a_prepayment_is_told_though_no_invoice_lost_anything(office):
    await paid_beyond(office, 2_500)
    await office.refund("apay-1-0", 2_000)
    last = told(office)[-1]
    assert (last.status, last.amount_cents, last.prepayment_cents) == ("succeeded", 2_000, 2_000)
    assert last.allocations == ()
    assert office.books.told(PaymentRefundedV1) == []


@pytest.mark.parametrize("by_card", [True, False])
async def test_what_was_paid_for_one_invoice_alone_has_no_other_whole(office, by_card):
    """A single client's link, or cash for this invoice: its own event tells it."""
    payment_id = "cash-1"
    if by_card:
        started = await office.checkout("inv-2")
        office.gateway.pay_by_card(started)
        payment_id = (await office.refresh(started)).attempt_id
    else:
        await office.receive_cash(5_000, invoice_id="inv-2")
    await office.refund(payment_id, 5_000)
    assert told(office) == []
    assert {e.account_refund_id for e in office.books.told(PaymentRefundedV1)} == {None}


# ------------------------------------------------------------------------------- elsewhere
async def test_a_refund_made_elsewhere_is_one_movement_over_the_invoices_a_rule_chose(office):
    paid = await office.pay(1, 2, 3)
    office.gateway.refund_in_dashboard(paid, 14_000)
    for _ in range(3):
        await office.refresh(paid)
    [refund] = told(office)
    assert (refund.status, refund.amount_cents) == ("succeeded", 14_000)
    assert divided(refund) == {"HP-0002": 4_000, "HP-0003": 10_000}
    assert (refund.requested_by, refund.placed_by_rule) == (None, True)
    of_parts = office.books.told(PaymentRefundedV1)
    assert {event.account_refund_id for event in of_parts} == {refund.refund_id}
    assert len({event.refund_id for event in of_parts}) == 2
    assert office.books.told(AccountPaymentChangedV1)[-1].payment.refunded_cents == 14_000


async def test_two_refunds_made_elsewhere_are_two(office):
    paid = await office.pay(1, 2, 3)
    for cents in (14_000, 9_000):
        office.gateway.refund_in_dashboard(paid, cents)
        await office.refresh(paid)
    first, second = told(office)
    assert first.refund_id != second.refund_id
    assert divided(second) == {"HP-0001": 3_000, "HP-0002": 6_000}
    assert await check_books(books=office.books) == []


async def test_nothing_was_chosen_where_there_is_one_invoice_only(office):
    paid = await office.pay(1)
    office.gateway.refund_in_dashboard(paid, 10_000)
    await office.refresh(paid)
    [refund] = told(office)
    assert (refund.requested_by, refund.placed_by_rule) == (None, False)


async def test_a_bank_refund_made_elsewhere_is_the_same_one_until_it_bounces(office):
    started = await office.start(office.wish(1, 2, amount_cents=20_000, kind=Method.BANK))
    office.gateway.pay_by_bank(started)
    office.gateway.settle(started)
    await office.refresh(started)
    office.gateway.refund_in_dashboard(started, 12_000)
    for state in (RefundState.PENDING, RefundState.SUCCEEDED, RefundState.FAILED):
        office.gateway.finish_refund(started, state)
        for _ in range(2):
            await office.refresh(started)
    assert [refund.status for refund in told(office)] == ["pending", "succeeded", "failed"]
    assert len({refund.refund_id for refund in told(office)}) == 1
    assert [(await office.invoice(n)).balance_cents for n in (1, 2)] == [0, 0]
    assert office.books.told(AccountPaymentChangedV1)[-1].payment.refunded_cents == 0
    assert await check_books(books=office.books) == []


async def test_what_is_prepaid_goes_first_and_what_was_applied_of_it_does_not(office):
    """The part that pays an invoice since is that invoice's, not the prepayment's."""
    paid = await paid_beyond(office, 10_000)
    await office.open_invoice(4, 6_000)
    await apply(office, 4, 6_000)
    office.gateway.refund_in_dashboard(paid, 11_000)
    await office.refresh(paid)
    [refund] = told(office)
    assert refund.prepayment_cents == 4_000
    assert divided(refund) == {"HP-0003": 1_000, "HP-0004": 6_000}
    assert [(await office.invoice(n)).balance_cents for n in (3, 4)] == [1_000, 6_000]
    assert office.books.told(PrepaymentChangedV1)[-1].prepayment.unapplied_cents == 0
    assert office.books.accounts_of_ledger.get("prepaid:alder-holdings", 0) == 0
    assert await check_books(books=office.books) == []


# ------------------------------------------------------------------------------- papers and pages
async def test_an_invoice_says_of_which_payment_over_several_it_was_paid(office):
    await office.pay(1, 2)
    last = [e.invoice for e in office.books.told(InvoiceChangedV1) if e.invoice.payments]
    assert {p.account_payment_id for invoice in last for p in invoice.payments} == {"apay-1"}


async def test_the_accounts_page_shows_what_of_each_part_was_given_back(office):
    paid = await paid_beyond(office, 10_000)
    office.gateway.refund_in_dashboard(paid, 14_000)
    await office.refresh(paid)
    async with at_the_desk(office) as desk:
        page = await desk.get(f"/staff/billing/accounts/{ACCOUNT}")
    assert "$140.00 refunded" in page.select_one("#payment-apay-1").get_text(" ", strip=True)
    rows = [line.get_text(" ", strip=True) for line in page.select("details dl.lines dt")]
    assert rows == [
        "HP-0001",
        "HP-0002",
        "HP-0003 $40.00 refunded",
        "Paid in advance $100.00 refunded",
    ]

"""Refunds, disputes, returns, and paying at closing."""

import asyncio
from datetime import date

import pytest

from services.billing.domain.attempt import AttemptState
from services.billing.domain.gate import report_released
from services.billing.domain.invoice import Deferral, InvoiceStatus
from services.billing.domain.payment import DisputeState
from services.billing.domain.refund import RefundState
from services.billing.domain.refusals import (
    AmountExceedsBalanceError,
    DeferralRefusedError,
    InvoicePaidError,
    NotificationsDisabledError,
    PaymentNotFoundError,
    RefundBlockedError,
    RefundTooLargeError,
)
from services.billing.domain.surplus import surplus_refunds
from services.billing.usecases.cancel_deferral import cancel_deferral
from services.billing.usecases.defer_invoice import defer_invoice
from services.billing.usecases.send_invoice import SendInvoice, send_invoice
from shared.contracts.billing import (
    DisputeChangedV1,
    InvoiceSendRequestedV1,
    PaymentRefundedV1,
    PaymentReturnedV1,
)
from tests.support.billing_examples import COMPANY, NOON, a_company, a_line


@pytest.mark.scenario(18)
async def test_a_full_refund_without_credit_makes_everything_due_again(opening):
    office = await opening(published=True)
    attempt = await office.paid_by_card()
    refund = await office.refund(attempt.attempt_id, 80_000)
    assert refund.state is RefundState.SUCCEEDED
    assert office.bill.client_invoice.balance_cents == 80_000
    assert not report_released(office.bill)
    assert office.gateway.charged_cents == 0
    office.balanced()


async def test_a_refund_with_credit_shrinks_the_bill_and_keeps_the_report_open(opening):
    office = await opening(published=True)
    attempt = await office.paid_by_card()
    await office.refund(attempt.attempt_id, 17_500, with_credit=True)
    invoice = office.bill.client_invoice
    assert (invoice.total_cents, invoice.paid_cents, invoice.balance_cents) == (62_500, 62_500, 0)
    assert report_released(office.bill)
    office.balanced()


async def test_refunding_a_surplus_with_credit_does_not_shrink_the_bill_again(office):
    attempt = await office.paid_by_card()
    await office.follow(lines=(a_line("home", 47_500), a_line("radon", 15_000)))
    assert office.bill.client_invoice.surplus_cents == 17_500
    await office.refund(attempt.attempt_id, 17_500, with_credit=True)
    invoice = office.bill.client_invoice
    assert (invoice.total_cents, invoice.paid_cents, invoice.surplus_cents) == (62_500, 62_500, 0)
    office.balanced()


async def test_no_more_can_be_refunded_than_was_paid(office):
    attempt = await office.paid_by_card()
    with pytest.raises(RefundTooLargeError) as refused:
        await office.refund(attempt.attempt_id, 80_001)
    assert refused.value.detail == "A refund cannot exceed $800.00"
    assert not office.books.told(PaymentRefundedV1)


async def test_two_refunds_of_more_than_half_at_once_one_is_refused(office):
    attempt = await office.paid_by_card()
    done = await asyncio.gather(
        office.refund(attempt.attempt_id, 50_000, key="r1"),
        office.refund(attempt.attempt_id, 50_000, key="r2"),
        return_exceptions=True,
    )
    assert sorted(type(answer).__name__ for answer in done) == ["Refund", "RefundTooLargeError"]
    assert office.gateway.charged_cents == 30_000


async def test_a_refund_sent_twice_is_one_refund(office):
    attempt = await office.paid_by_card()
    first = await office.refund(attempt.attempt_id, 10_000)
    again = await office.refund(attempt.attempt_id, 10_000)
    assert first.refund_id == again.refund_id
    assert office.gateway.charged_cents == 70_000
    statuses = [event.status for event in office.books.told(PaymentRefundedV1)]
    assert statuses == ["pending", "succeeded"]


async def test_a_refund_whose_answer_was_lost_is_finished_by_the_reconciler(office):
    attempt = await office.paid_by_card()
    office.gateway.trouble = ["after"]
    refund = await office.refund(attempt.attempt_id, 10_000)
    assert refund.state is RefundState.PENDING
    with pytest.raises(RefundTooLargeError):
        await office.refund(attempt.attempt_id, 70_001, key="r2")
    office.clock.forward(minutes=1)
    await office.reconcile()
    assert office.books.state.refunds[refund.refund_id].state is RefundState.SUCCEEDED
    assert office.gateway.charged_cents == 70_000
    office.balanced()


@pytest.mark.parametrize("trouble", ["reject", "conflict"])
async def test_a_refund_the_processor_refuses_frees_the_amount(office, trouble):
    attempt = await office.paid_by_card()
    office.gateway.trouble = [trouble]
    refund = await office.refund(attempt.attempt_id, 10_000)
    assert refund.state is RefundState.FAILED
    assert office.bill.client_invoice.payments[0].refundable_cents == 80_000
    office.balanced()


async def test_a_bank_refund_is_pending_and_may_bounce(office):
    attempt = await office.paid_by_bank()
    office.gateway.settle(attempt)
    await office.refresh(attempt)
    refund = await office.refund(attempt.attempt_id, 10_000)
    assert refund.state is RefundState.PENDING
    assert office.bill.client_invoice.paid_cents == 80_000
    office.gateway.finish_refund(attempt, RefundState.SUCCEEDED)
    await office.refresh(attempt)
    assert office.bill.client_invoice.paid_cents == 70_000
    office.gateway.finish_refund(attempt, RefundState.FAILED)
    await office.refresh(attempt)
    assert office.bill.client_invoice.paid_cents == 80_000
    statuses = [event.status for event in office.books.told(PaymentRefundedV1)]
    assert statuses == ["pending", "succeeded", "failed"]
    office.balanced()


async def test_a_bounced_refund_with_credit_takes_the_credit_back(office):
    attempt = await office.paid_by_card()
    await office.refund(attempt.attempt_id, 10_000, with_credit=True)
    office.gateway.finish_refund(attempt, RefundState.FAILED)
    await office.refresh(attempt)
    invoice = office.bill.client_invoice
    assert (invoice.total_cents, invoice.paid_cents) == (80_000, 80_000)
    office.balanced()


async def test_a_processing_bank_payment_cannot_be_refunded(office):
    attempt = await office.paid_by_bank()
    with pytest.raises(RefundBlockedError, match="still processing"):
        await office.refund(attempt.attempt_id, 100)


async def test_a_dashboard_refund_appears_once(office):
    attempt = await office.paid_by_card()
    office.gateway.refund_in_dashboard(attempt, 5_000)
    await office.refresh(attempt)
    await office.refresh(attempt)
    assert office.bill.client_invoice.balance_cents == 5_000
    [refund] = office.books.state.refunds.values()
    assert refund.requested_by is None
    assert office.books.state.attempts[attempt.attempt_id].state is AttemptState.PARTIALLY_REFUNDED
    office.balanced()


async def test_cash_given_back_by_hand_is_given_back_at_once(office):
    await office.receive_cash(80_000)
    refund = await office.refund("cash-1", 30_000)
    assert refund.state is RefundState.SUCCEEDED
    assert office.books.accounts_of_ledger["cash"] == 50_000
    assert not office.gateway.refund_keys
    office.balanced()


async def test_an_unknown_payment_cannot_be_refunded(office):
    with pytest.raises(PaymentNotFoundError):
        await office.refund("nothing", 1)


async def test_a_dispute_holds_the_money_and_blocks_the_refund_until_it_is_won(office):
    attempt = await office.paid_by_card()
    office.gateway.dispute(attempt)
    await office.refresh(attempt)
    await office.refresh(attempt)
    assert office.books.accounts_of_ledger == {"disputed": 80_000, "revenue": -80_000}
    assert office.bill.client_invoice.status is InvoiceStatus.PAID
    with pytest.raises(RefundBlockedError, match="disputed"):
        await office.refund(attempt.attempt_id, 100)
    office.gateway.dispute(attempt, DisputeState.WON)
    await office.refresh(attempt)
    assert office.books.accounts_of_ledger == {"stripe": 80_000, "revenue": -80_000}
    statuses = [event.status for event in office.books.told(DisputeChangedV1)]
    assert statuses == ["needs_response", "won"]
    office.balanced()


async def test_a_lost_dispute_makes_the_invoice_due_again(office):
    attempt = await office.paid_by_card()
    office.gateway.dispute(attempt)
    await office.refresh(attempt)
    office.gateway.dispute(attempt, DisputeState.LOST)
    await office.refresh(attempt)
    assert office.bill.client_invoice.balance_cents == 80_000
    assert not office.books.told(PaymentReturnedV1)
    with pytest.raises(RefundBlockedError, match="returned"):
        await office.refund(attempt.attempt_id, 100)
    office.balanced()


async def test_what_is_lost_beyond_a_payment_is_the_companys_loss(office):
    attempt = await office.paid_by_card()
    await office.refund(attempt.attempt_id, 10_000)
    office.gateway.dispute(attempt, DisputeState.LOST)  # of the whole 800.00
    await office.refresh(attempt)
    assert office.bill.client_invoice.balance_cents == 80_000
    assert office.books.accounts_of_ledger["losses"] == 10_000
    office.balanced()


async def test_cash_cannot_be_more_than_what_is_due(office):
    with pytest.raises(AmountExceedsBalanceError) as refused:
        await office.receive_cash(80_001)
    assert refused.value.extra["maximum_cents"] == 80_000
    await office.receive_cash(80_000)
    with pytest.raises(InvoicePaidError):
        await office.receive_cash(1, payment_id="cash-2")


async def test_the_same_cash_written_down_twice_is_once(office):
    await office.receive_cash(30_000)
    await office.receive_cash(30_000)
    assert office.bill.client_invoice.paid_cents == 30_000


async def test_receipt_numbers_have_no_gaps(office):
    with pytest.raises(AmountExceedsBalanceError):
        await office.receive_cash(90_000)
    await office.receive_cash(30_000)
    await office.receive_cash(20_000, payment_id="cash-2")
    numbers = [p.receipt_number for p in office.bill.client_invoice.payments]
    assert numbers == ["R-01001", "R-01002"]


CLOSING = Deferral(
    closing_on=date(2026, 12, 20),
    contact_name="Tess Wu",
    contact_email="tess@example.com",
    accepted_by="Ellen Park",
    accepted_at=NOON,
)


async def defer(office, invoice_id="invoice-client"):
    return await defer_invoice(
        company_id=COMPANY,
        invoice_id=invoice_id,
        deferral=CLOSING,
        books=office.books,
        clock=office.clock,
    )


async def test_paying_at_closing_releases_the_report_and_moves_the_due_date(opening):
    office = await opening(published=True)
    await defer(office)
    await defer(office)
    invoice = office.bill.client_invoice
    assert invoice.status is InvoiceStatus.DEFERRED
    assert invoice.due_on == CLOSING.closing_on
    assert report_released(office.bill)
    await cancel_deferral(
        company_id=COMPANY, invoice_id="invoice-client", books=office.books, clock=office.clock
    )
    assert office.bill.client_invoice.status is InvoiceStatus.OPEN
    assert office.bill.client_invoice.due_on == date(2026, 12, 1)
    assert not report_released(office.bill)


async def test_a_company_without_deferred_payment_refuses(office):
    async def forbid(books):
        await books.keep_company(a_company(allow_deferred=False))

    await office.books.write(forbid)
    with pytest.raises(DeferralRefusedError):
        await defer(office)


async def test_collect_after_publish_excludes_paying_at_closing(opening):
    office = await opening(collect_after_publish=True, locked=True)
    with pytest.raises(DeferralRefusedError):
        await defer(office)


async def test_what_is_paid_cannot_be_deferred(office):
    await office.paid_by_card()
    with pytest.raises(InvoicePaidError):
        await defer(office)


async def test_sending_an_invoice_asks_for_one_mail(office):
    await send_invoice(send(), books=office.books, clock=office.clock)
    [asked] = office.books.told(InvoiceSendRequestedV1)
    assert asked.invoice.payer.email == "ellen@example.com"
    assert office.bill.client_invoice.sent_at == NOON


async def test_nothing_is_sent_while_all_notifications_are_disabled(opening):
    office = await opening(notifications_disabled=True)
    with pytest.raises(NotificationsDisabledError) as refused:
        await send_invoice(send(), books=office.books, clock=office.clock)
    assert refused.value.code == "notifications_disabled"
    assert not office.books.told(InvoiceSendRequestedV1)


def send():
    return SendInvoice(
        company_id=COMPANY,
        invoice_id="invoice-client",
        send_id="send-1",
        subject="Your invoice",
        body="Here it is.",
        requested_by="priya",
    )


async def test_a_surplus_goes_back_from_the_newest_payments_and_never_twice(office):
    attempt = await office.paid_by_card()
    await office.follow(lines=(a_line("home", 47_500), a_line("radon", 15_000)))
    invoice = office.bill.client_invoice
    assert surplus_refunds(invoice) == [(attempt.attempt_id, 17_500)]
    await office.refund(attempt.attempt_id, 17_500, with_credit=True, surplus_only=True)
    assert surplus_refunds(office.bill.client_invoice) == []
    with pytest.raises(RefundTooLargeError):
        await office.refund(attempt.attempt_id, 1, with_credit=True, key="r2", surplus_only=True)
    assert office.bill.client_invoice.total_cents == 62_500
    office.balanced()


async def test_a_surplus_on_its_way_back_makes_no_later_service_free(office):
    """A bank takes days; what is booked meanwhile is due, for the money has gone back."""
    attempt = await office.paid_by_bank()
    office.gateway.settle(attempt)
    await office.refresh(attempt)
    await office.follow(lines=(a_line("home", 47_500), a_line("radon", 15_000)))
    refund = await office.refund(
        attempt.attempt_id, 17_500, with_credit=True, key="surplus", surplus_only=True
    )
    assert refund.state is RefundState.PENDING
    await office.follow()  # the sewer scope is booked again
    assert office.bill.client_invoice.balance_cents == 0
    office.gateway.finish_refund(attempt, RefundState.SUCCEEDED)
    await office.refresh(attempt)
    invoice = office.bill.client_invoice
    assert (invoice.total_cents, invoice.paid_cents, invoice.balance_cents) == (
        80_000,
        62_500,
        17_500,
    )
    office.balanced()

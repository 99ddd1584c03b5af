"""A bank payment is on its way before it is money, and may come back (scenarios 8 to 13)."""

import pytest

from services.billing.domain.attempt import AttemptState
from services.billing.domain.invoice import InvoiceStatus
from services.billing.domain.payment import DisputeState
from services.billing.domain.refusals import PaymentProcessingError
from shared.contracts.billing import (
    InspectionBalanceChangedV1,
    PaymentFailedV1,
    PaymentProcessingV1,
    PaymentRecordedV1,
    PaymentReturnedV1,
)
from tests.support.billing_examples import a_line


async def test_a_bank_payment_is_processing_and_neither_due_nor_paid(office):
    attempt = await office.paid_by_bank()
    invoice = office.bill.client_invoice
    assert attempt.state is AttemptState.PROCESSING
    assert invoice.status is InvoiceStatus.PROCESSING
    assert (invoice.paid_cents, invoice.balance_cents, invoice.processing_cents) == (0, 0, 80_000)
    assert len(office.books.told(PaymentProcessingV1)) == 1
    assert not office.books.told(PaymentRecordedV1)
    with pytest.raises(PaymentProcessingError):
        await office.checkout(amount_cents=80_000, key="k2")
    office.balanced()


async def test_a_bank_payment_that_arrives_is_paid_once(office):
    attempt = await office.paid_by_bank()
    office.gateway.settle(attempt)
    await office.refresh(attempt)
    await office.refresh(attempt)
    assert office.bill.client_invoice.status is InvoiceStatus.PAID
    assert office.books.accounts_of_ledger == {"stripe": 80_000, "revenue": -80_000}
    assert len(office.books.told(PaymentRecordedV1)) == 1
    office.balanced()


@pytest.mark.scenario(29)
async def test_a_bank_payment_that_bounces_is_due_again_with_the_reason(office):
    attempt = await office.paid_by_bank()
    office.gateway.bounce(attempt)
    failed = await office.refresh(attempt)
    assert failed.state is AttemptState.FAILED
    assert office.bill.client_invoice.balance_cents == 80_000
    [told] = office.books.told(PaymentFailedV1)
    assert told.reason == "Insufficient funds"
    assert told.method == "us_bank_account"
    assert "in_transit" not in office.books.accounts_of_ledger
    office.balanced()


@pytest.mark.scenario(30)
async def test_a_settled_bank_payment_that_is_returned_reopens_the_invoice_once(opening):
    office = await opening(published=True)
    attempt = await office.paid_by_bank()
    office.gateway.settle(attempt)
    await office.refresh(attempt)
    assert office.books.told(InspectionBalanceChangedV1)[-1].report_released
    office.gateway.dispute(attempt)
    returned = await office.refresh(attempt)
    office.gateway.dispute(attempt, DisputeState.LOST)
    await office.refresh(attempt)
    assert returned.state is AttemptState.LOST
    assert office.bill.client_invoice.balance_cents == 80_000
    assert len(office.books.told(PaymentReturnedV1)) == 1
    assert not office.books.told(InspectionBalanceChangedV1)[-1].report_released
    assert office.books.accounts_of_ledger == {
        "receivable:invoice-client": 80_000,
        "revenue": -80_000,
    }
    office.balanced()


@pytest.mark.scenario(32)
async def test_the_price_falls_while_the_bank_works_and_the_rest_becomes_a_surplus(office):
    attempt = await office.paid_by_bank()
    await office.follow(lines=(a_line("home", 50_000),))
    assert office.bill.client_invoice.processing_cents == 80_000
    office.gateway.settle(attempt)
    await office.refresh(attempt)
    assert office.bill.client_invoice.surplus_cents == 30_000
    office.balanced()

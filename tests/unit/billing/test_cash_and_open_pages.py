"""Cash comes while a payer's page is open, being opened, or has just been paid."""

import pytest

from services.billing.domain.attempt import AttemptState
from services.billing.domain.invoice import InvoiceStatus
from services.billing.domain.refusals import InvoicePaidError, PaymentProcessingError
from shared.contracts.billing import SurplusArisenV1


async def test_money_by_hand_may_come_before_publish(opening):
    office = await opening(collect_after_publish=True, locked=True)
    await office.receive_cash(80_000)
    assert office.bill.client_invoice.status is InvoiceStatus.PAID


@pytest.mark.scenario(21)
async def test_cash_closes_the_open_page(office):
    attempt = await office.checkout()
    await office.receive_cash(80_000)
    assert office.books.state.attempts[attempt.attempt_id].state is AttemptState.EXPIRED
    assert office.bill.client_invoice.status is InvoiceStatus.PAID
    assert office.bill.client_invoice.reservation is None


async def test_cash_for_what_a_card_paid_a_moment_ago_is_refused(office):
    attempt = await office.checkout()
    office.gateway.pay_by_card(attempt)
    with pytest.raises(InvoicePaidError):
        await office.receive_cash(80_000)
    [payment] = office.bill.client_invoice.payments
    assert payment.payment_id == attempt.attempt_id
    assert office.books.told(SurplusArisenV1) == []
    office.balanced()


async def test_cash_for_what_a_bank_is_paying_is_refused(office):
    attempt = await office.checkout()
    office.gateway.pay_by_bank(attempt)
    with pytest.raises(PaymentProcessingError):
        await office.receive_cash(80_000)
    assert office.bill.client_invoice.status is InvoiceStatus.PROCESSING


async def test_part_in_cash_closes_the_page_and_the_next_asks_for_the_rest(office):
    attempt = await office.checkout()
    await office.receive_cash(30_000)
    assert office.books.state.attempts[attempt.attempt_id].state is AttemptState.EXPIRED
    again = await office.checkout(key="k2")
    assert again.amount_cents == 50_000


async def test_nobody_is_sent_to_a_page_opened_while_cash_came(office, monkeypatch):
    open_page = office.gateway.start_checkout

    async def slowly(attempt, **kinds):
        page = await open_page(attempt, **kinds)
        await office.receive_cash(80_000)
        return page

    monkeypatch.setattr(office.gateway, "start_checkout", slowly)
    with pytest.raises(InvoicePaidError):
        await office.checkout()
    [page] = office.gateway.pages.values()
    assert page.status == "expired"
    assert office.bill.client_invoice.reservation is None
    office.balanced()


async def test_cash_is_written_though_payers_open_one_page_after_the_other(office, monkeypatch):
    close, keys = office.gateway.expire_checkout, iter("abcdef")

    async def reopened(attempt):
        seen = await close(attempt)
        await office.refresh(attempt)
        await office.checkout(key=next(keys))
        return seen

    await office.checkout()
    monkeypatch.setattr(office.gateway, "expire_checkout", reopened)
    await office.receive_cash(80_000)
    assert office.bill.client_invoice.status is InvoiceStatus.PAID
    monkeypatch.undo()
    await office.reconcile()
    assert {page.status for page in office.gateway.pages.values()} == {"expired"}
    office.balanced()


async def test_paid_twice_all_the_same_is_a_surplus_to_be_refunded(office):
    """The processor is away when the cash comes, and was paid before."""
    attempt = await office.checkout()
    office.gateway.pay_by_card(attempt)
    office.gateway.trouble = ["before"]
    await office.receive_cash(80_000)
    await office.reconcile()
    invoice = office.bill.client_invoice
    assert (invoice.paid_cents, invoice.surplus_cents) == (160_000, 80_000)
    [surplus] = office.books.told(SurplusArisenV1)
    assert surplus.surplus_cents == 80_000
    office.balanced()

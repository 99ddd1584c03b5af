"""One payer, one page, one charge: reservations, states and doubts (scenarios of paying)."""

import asyncio

import pytest

from services.billing.domain.attempt import AttemptState
from services.billing.domain.company import Settings
from services.billing.domain.invoice import InvoiceStatus
from services.billing.domain.refusals import (
    AmountChangedError,
    AmountTooSmallError,
    InvoiceNotFoundError,
    InvoicePaidError,
    InvoiceVoidError,
    OnlinePaymentsOffError,
    PaymentAfterPublishError,
    PaymentInProgressError,
    PaymentsUnavailableError,
)
from services.billing.usecases.start_checkout import StartCheckout, start_checkout
from shared.contracts.billing import InvoiceChangedV1, PaymentFailedV1, PaymentRecordedV1
from tests.support.billing_examples import COMPANY, a_company, a_line


async def test_a_client_pays_the_whole_invoice_by_card(office):
    attempt = await office.paid_by_card()

    invoice = office.bill.client_invoice
    assert attempt.state is AttemptState.SUCCEEDED
    assert invoice.status is InvoiceStatus.PAID
    assert invoice.reservation is None
    [recorded] = office.books.told(PaymentRecordedV1)
    assert recorded.amount_cents == 80_000
    assert recorded.receipt_number == "R-01001"
    assert recorded.invoice_balance_cents == 0
    assert recorded.method_label == "Visa ending 4242"
    assert office.books.accounts_of_ledger == {"stripe": 80_000, "revenue": -80_000}
    office.balanced()


@pytest.mark.scenario(43)
async def test_the_same_news_five_times_at_once_is_one_ledger_entry(office):
    attempt = await office.checkout()
    office.gateway.pay_by_card(attempt)
    await asyncio.gather(*(office.refresh(attempt) for _ in range(5)))
    assert len(office.books.told(PaymentRecordedV1)) == 1
    assert [e for e in office.books.state.ledger if e.startswith("pay:")] == ["pay:id-1"]
    office.balanced()


async def test_a_second_click_gets_the_page_that_is_open(office):
    first = await office.checkout(key="k1")
    second = await office.checkout(key="k2")
    assert first.url == second.url
    assert office.gateway.opened == [first.attempt_id]


async def test_two_clicks_at_the_same_moment_open_one_page(office):
    attempts = await asyncio.gather(*(office.checkout(key=f"k{i}") for i in range(20)))
    assert len({attempt.url for attempt in attempts}) == 1
    assert len(office.gateway.opened) == 1


async def test_another_device_closes_the_older_page_first(office):
    first = await office.checkout()
    second = await start_checkout(
        StartCheckout(
            company_id=COMPANY,
            invoice_id="invoice-client",
            amount_cents=80_000,
            success_url="https://portal.example/other-device",
            cancel_url="https://portal.example/cancel",
            request_key="k2",
        ),
        books=office.books,
        gateway=office.gateway,
        clock=office.clock,
        new_id=office.new_id,
        own_accounts=False,
    )
    assert second.attempt_id != first.attempt_id
    assert office.books.state.attempts[first.attempt_id].state is AttemptState.EXPIRED
    assert office.bill.client_invoice.reservation.attempt_id == second.attempt_id


async def test_a_page_paid_in_the_last_moment_is_applied_and_the_new_try_refused(office):
    first = await office.checkout()
    office.gateway.pay_by_card(first)
    office.clock.forward(minutes=31)
    with pytest.raises(InvoicePaidError):
        await office.checkout(key="k2")
    assert len(office.gateway.opened) == 1
    assert office.bill.client_invoice.paid_cents == 80_000


@pytest.mark.scenario(23)
async def test_a_declined_card_then_another_is_one_charge_with_the_failure_kept(office):
    attempt = await office.checkout()
    office.gateway.decline(attempt)
    waiting = await office.refresh(attempt)
    assert waiting.state is AttemptState.AWAITING_PAYER
    assert office.bill.client_invoice.status is InvoiceStatus.OPEN
    office.gateway.pay_by_card(attempt)
    paid = await office.refresh(attempt)
    assert [f.code for f in paid.failures] == ["card_declined"]
    assert office.bill.client_invoice.status is InvoiceStatus.PAID
    assert len(office.books.told(PaymentFailedV1)) == 1


async def test_an_expired_page_frees_the_invoice(office):
    attempt = await office.checkout()
    office.gateway.time_out(attempt)
    office.clock.forward(hours=1)
    assert await office.reconcile() == 1
    assert office.books.state.attempts[attempt.attempt_id].state is AttemptState.EXPIRED
    again = await office.checkout(key="k2")
    assert again.attempt_id != attempt.attempt_id


@pytest.mark.scenario(34)
async def test_money_that_comes_after_the_page_expired_is_still_booked(office):
    attempt = await office.checkout()
    office.gateway.time_out(attempt)
    expired = await office.refresh(attempt)
    page = office.gateway.pages[attempt.key]
    page.intent, page.status = "succeeded", "complete"
    late = await office.refresh(expired)
    assert late.state is AttemptState.SUCCEEDED
    assert office.bill.client_invoice.paid_cents == 80_000
    office.balanced()


@pytest.mark.scenario(46)
async def test_all_webhooks_lost_the_reconciler_settles(office):
    attempt = await office.checkout()
    office.gateway.pay_by_card(attempt)
    office.clock.forward(minutes=3)
    await office.reconcile()
    assert office.bill.client_invoice.status is InvoiceStatus.PAID


async def test_no_answer_means_unknown_and_nobody_pays_twice(office):
    office.gateway.trouble = ["after"]
    with pytest.raises(PaymentsUnavailableError):
        await office.checkout(key="k1")
    [attempt] = office.books.state.attempts.values()
    assert attempt.state is AttemptState.UNKNOWN
    assert office.bill.client_invoice.reservation.attempt_id == attempt.attempt_id

    joined = await office.checkout(key="k2")
    assert joined.attempt_id == attempt.attempt_id
    assert joined.url
    assert len(office.gateway.opened) == 1


async def test_killed_between_the_call_and_the_save_the_same_key_finds_the_same_page(office):
    office.gateway.trouble = ["after"]
    with pytest.raises(PaymentsUnavailableError):
        await office.checkout()
    [attempt] = office.books.state.attempts.values()
    office.gateway.pay_by_card(attempt)  # however he came to the page
    office.clock.forward(minutes=5)
    await office.reconcile()
    await office.reconcile()
    assert office.bill.client_invoice.paid_cents == 80_000
    assert len(office.gateway.opened) == 1


async def test_many_errors_leave_the_attempt_unknown_not_failed(office):
    office.gateway.trouble = ["before"] * 4
    with pytest.raises(PaymentsUnavailableError):
        await office.checkout()
    for _ in range(3):
        office.clock.forward(minutes=20)
        await office.reconcile()
    [attempt] = office.books.state.attempts.values()
    assert attempt.state is AttemptState.UNKNOWN
    office.clock.forward(minutes=20)
    await office.reconcile()
    assert office.books.state.attempts[attempt.attempt_id].state is AttemptState.AWAITING_PAYER


async def test_a_refusal_for_good_frees_the_invoice(office):
    office.gateway.trouble = ["reject"]
    with pytest.raises(PaymentsUnavailableError):
        await office.checkout()
    assert office.bill.client_invoice.reservation is None
    assert (await office.checkout(key="k2")).url


async def test_the_amount_is_the_servers_not_the_browsers(office):
    with pytest.raises(AmountChangedError) as refused:
        await office.checkout(amount_cents=100)
    assert refused.value.extra["amount_cents"] == 80_000
    assert not office.gateway.opened


@pytest.mark.parametrize(("cents", "works"), [(49, False), (50, True)])
@pytest.mark.scenario(27)
async def test_the_smallest_charge_is_fifty_cents(opening, cents, works):
    office = await opening(lines=(a_line("home", cents),))
    if works:
        assert (await office.checkout()).url
    else:
        with pytest.raises(AmountTooSmallError):
            await office.checkout()
        assert not office.gateway.opened


async def test_a_paid_invoice_takes_no_more(office):
    await office.paid_by_card()
    with pytest.raises(InvoicePaidError):
        await office.checkout(amount_cents=80_000, key="k2")


async def test_a_cancelled_inspection_takes_no_money(office):
    await office.follow(cancelled=True)
    with pytest.raises(InvoiceVoidError):
        await office.checkout(amount_cents=80_000)


async def test_an_unknown_or_foreign_invoice_is_not_found(office):
    with pytest.raises(InvoiceNotFoundError):
        await office.checkout(invoice_id="other", amount_cents=1)


async def test_before_publish_nobody_pays_while_the_company_collects_after(opening):
    office = await opening(collect_after_publish=True, locked=True)
    with pytest.raises(PaymentAfterPublishError) as refused:
        await office.checkout()
    assert refused.value.detail == "Payment to be collected after inspection is published"
    await office.follow(collect_after_publish=True, locked=True, published=True)
    assert (await office.checkout()).url


@pytest.mark.scenario(39)
async def test_a_company_that_cannot_charge_takes_nothing_online(office):
    async def switch_off(books):
        await books.keep_settings(Settings(company_id=COMPANY, charges_enabled=False))

    await office.books.write(switch_off)
    with pytest.raises(OnlinePaymentsOffError):
        await office.checkout()


@pytest.mark.parametrize("provider", ["none", "third_party"])
async def test_only_integrated_payments_can_be_made_online(office, provider):
    async def other(books):
        await books.keep_company(a_company(provider=provider))

    await office.books.write(other)
    with pytest.raises(OnlinePaymentsOffError):
        await office.checkout()


async def test_a_price_that_rises_closes_the_open_page(office):
    attempt = await office.checkout()
    await office.follow(lines=(a_line("home", 90_000),))
    assert office.books.state.attempts[attempt.attempt_id].expire_wanted
    await office.reconcile()
    assert office.books.state.attempts[attempt.attempt_id].state is AttemptState.EXPIRED
    again = await office.checkout(key="k2")
    assert again.amount_cents == 90_000


async def test_every_change_of_an_invoice_is_told_with_a_higher_revision(office):
    attempt = await office.paid_by_bank()
    office.gateway.settle(attempt)
    await office.refresh(attempt)
    revisions = [event.revision for event in office.books.told(InvoiceChangedV1)]
    assert revisions == [1, 2, 3]


@pytest.mark.scenario(66)
async def test_a_return_from_the_page_without_paying_changes_nothing(office):
    attempt = await office.checkout()
    back = await office.refresh(attempt)
    assert back.state is AttemptState.AWAITING_PAYER
    assert office.bill.client_invoice.status is InvoiceStatus.OPEN


async def test_one_attempt_in_doubt_is_not_joined_by_another_wish(office):
    office.gateway.trouble = ["before"]
    with pytest.raises(PaymentsUnavailableError):
        await office.checkout()
    with pytest.raises(PaymentInProgressError):
        await start_checkout(
            StartCheckout(
                company_id=COMPANY,
                invoice_id="invoice-client",
                amount_cents=80_000,
                success_url="https://elsewhere.example",
                cancel_url="https://elsewhere.example",
                request_key="k9",
            ),
            books=office.books,
            gateway=office.gateway,
            clock=office.clock,
            new_id=office.new_id,
            own_accounts=False,
        )

"""Methods on file, money paid in advance, checks for many invoices, papers of an account."""

from dataclasses import replace
from datetime import date

import pytest

from services.billing.domain.account_refusals import (
    BankChangesOffError,
    CardChangesOffError,
    InvoiceTwiceError,
    MethodNotFoundError,
    MixedCurrenciesError,
    PrepaymentNotFoundError,
    PrepaymentTooSmallError,
)
from services.billing.domain.attempt import AttemptState
from services.billing.domain.invoice import InvoiceStatus
from services.billing.domain.methods import Autopay, SavedMethod, Setup
from services.billing.domain.payment import DisputeState, Method
from services.billing.domain.provider import Hint
from services.billing.domain.refusals import (
    AmountChangedError,
    AmountExceedsBalanceError,
    InvoiceNotFoundError,
    RefundTooLargeError,
)
from services.billing.domain.statement import StatementRow, aging
from services.billing.usecases.apply_prepayment import ApplyPrepayment, apply_prepayment
from services.billing.usecases.change_method import ChangeMethod, change_method, remove_method
from services.billing.usecases.check_books import check_books
from services.billing.usecases.detach_methods import detach_methods
from services.billing.usecases.ports import StoredEvent
from services.billing.usecases.record_account_payment import (
    RecordAccountPayment,
    record_account_payment,
)
from services.billing.usecases.start_setup import StartSetup, start_setup
from shared.contracts.billing_accounts import (
    AccountPaymentChangedV1,
    AccountRefundChangedV1,
    AutopayChangedV1,
    PaymentMethodChangedV1,
    PrepaymentChangedV1,
)
from tests.support.billing_account_fakes import ACCOUNT
from tests.support.billing_examples import COMPANY
from tests.unit.billing.account_office import AccountOffice


@pytest.fixture
async def office():
    it = AccountOffice()
    await it.open_account(
        [10_000, 10_000], card_changes=True, prepayments=True, card_max_cents=1_000_000
    )
    return it


# ------------------------------------------------------------------------------- methods
async def begin(office, kind=Method.CARD):
    return await start_setup(
        StartSetup(
            company_id=COMPANY,
            account_id=ACCOUNT,
            setup_id="setup-1",
            kind=kind,
            actor_name="Ann Alder",
            success_url="https://portal.example/back",
            cancel_url="https://portal.example/cancel",
        ),
        books=office.books,
        gateway=office.gateway,
        clock=office.clock,
        own_accounts=False,
    )


def changing(method_id="pm-1", **changes):
    given = {
        "company_id": COMPANY,
        "account_id": ACCOUNT,
        "method_id": method_id,
        "by": "customer",
        "actor_name": "Ann Alder",
    }
    return ChangeMethod(**{**given, **changes})


def news(number, **about):
    hint = Hint(
        event_id=f"evt-{number}",
        kind=about.pop("kind"),
        account=None,
        live=False,
        created_at=about.pop("at"),
        attempt_id=about.pop("attempt_id", None),
        session_id=None,
        payment_intent_id=None,
        **about,
    )
    return StoredEvent(event_id=hint.event_id, hint=hint, body="")


@pytest.mark.scenario(12)
@pytest.mark.parametrize("kind", [Method.CARD, Method.BANK])
async def test_a_webhook_about_the_page_puts_the_method_on_file_once(office, kind):
    await office.open_account([], card_changes=True, bank_changes=True)
    setup = await begin(office, kind)
    assert (await begin(office, kind)).url == setup.url
    office.gateway.put_on_file("setup-1", "pm-1", kind)
    for number in range(3):
        event = news(
            number,
            kind="checkout.session.completed",
            at=office.clock(),
            attempt_id="setup-1",
        )
        await office.inbox.keep(event)
    await office.listen()
    assert (await office.kept(Setup, "setup-1")).method_id == "pm-1"
    [told] = office.books.told(PaymentMethodChangedV1)
    assert (told.method.kind, told.actor_name) == (kind.value, "Ann Alder")
    assert office.gateway.charges == []


@pytest.mark.scenario(35)
async def test_a_card_the_network_renewed_shows_its_new_date(office):
    await office.on_file()
    known = office.gateway.methods["pm-1"]
    office.gateway.methods["pm-1"] = replace(known, label="Visa ending 9999", expires="01/2033")
    event = news(
        1, kind="payment_method.automatically_updated", at=office.clock(), method_id="pm-1"
    )
    await office.inbox.keep(event)
    await office.listen()
    method = await office.kept(SavedMethod, "pm-1")
    assert (method.label, method.expires) == ("Visa ending 9999", "01/2033")
    assert office.books.told(PaymentMethodChangedV1)[-1].changed_by == "network"


@pytest.mark.parametrize("named", [None, "pm-1"])
async def test_a_method_that_is_gone_at_the_processor_ends_its_autopay_and_has_an_heir(
    office, named
):
    first = await office.on_file()
    heir = replace(first, method_id="pm-2", is_default=False)
    autopay = Autopay(account_id=ACCOUNT, company_id=COMPANY, enrolled=True, method_id=named)
    await office.books.write(lambda books: books.keep_all([heir]))
    await office.books.write(lambda books: books.keep(autopay))
    del office.gateway.methods["pm-1"]
    for number in (1, 2):
        event = news(number, kind="payment_method.detached", at=office.clock(), method_id="pm-1")
        await office.inbox.keep(event)
    await office.listen()
    gone = await office.kept(SavedMethod, "pm-1")
    assert (gone.removed, gone.detached, gone.is_default) == (True, True, False)
    assert not (await office.kept(Autopay, ACCOUNT)).enrolled
    [told] = office.books.told(AutopayChangedV1)
    assert (told.enrolled, told.account_name, told.changed_by) == (
        False,
        "Alder Holdings",
        "network",
    )
    assert (await office.kept(SavedMethod, "pm-2")).is_default
    assert [e.method.method_id for e in office.books.told(PaymentMethodChangedV1)] == [
        "pm-1",
        "pm-2",
    ]


async def test_autopay_by_another_method_goes_on_when_one_is_gone_at_the_processor(office):
    await office.on_file()
    autopay = Autopay(account_id=ACCOUNT, company_id=COMPANY, enrolled=True, method_id="pm-2")
    await office.books.write(lambda books: books.keep(autopay))
    del office.gateway.methods["pm-1"]
    await office.inbox.keep(
        news(1, kind="payment_method.detached", at=office.clock(), method_id="pm-1")
    )
    await office.listen()
    assert (await office.kept(SavedMethod, "pm-1")).removed
    assert (await office.kept(Autopay, ACCOUNT)).enrolled


@pytest.mark.scenario(20)
async def test_customers_change_only_what_the_company_lets_them(office):
    await office.on_file("pm-bank", Method.BANK)
    with pytest.raises(BankChangesOffError):
        await remove_method(changing("pm-bank"), books=office.books)
    with pytest.raises(BankChangesOffError):
        await begin(office, Method.BANK)
    closed = AccountOffice()
    await closed.open_account([10_000])
    await closed.on_file()
    for change in (change_method, remove_method):
        method = await closed.kept(SavedMethod, "pm-1")
        await closed.books.write(lambda books, m=method: books.keep(replace(m, is_default=False)))
        with pytest.raises(CardChangesOffError):
            await change(changing(), books=closed.books)
    await remove_method(changing(by="staff"), books=closed.books)


async def test_another_accounts_method_is_not_found(office):
    await office.on_file()
    for change in (change_method, remove_method):
        with pytest.raises(MethodNotFoundError):
            await change(changing(account_id="somebody-else"), books=office.books)
        with pytest.raises(MethodNotFoundError):
            await change(changing(company_id="other"), books=office.books)


@pytest.mark.scenario(20)
async def test_a_removed_method_is_forgotten_by_the_processor_and_ends_its_autopay(office):
    first = await office.on_file()
    heir = replace(first, method_id="pm-2", is_default=False)
    autopay = Autopay(account_id=ACCOUNT, company_id=COMPANY, enrolled=True)
    await office.books.write(lambda books: books.keep(heir))
    await office.books.write(lambda books: books.keep(autopay))
    await remove_method(changing(), books=office.books)
    assert not (await office.kept(Autopay, ACCOUNT)).enrolled
    assert (await office.kept(SavedMethod, "pm-2")).is_default
    assert await detach_methods(books=office.books, gateway=office.gateway) == 1
    assert await detach_methods(books=office.books, gateway=office.gateway) == 0
    assert office.gateway.detached == ["pm-1"]
    with pytest.raises(MethodNotFoundError):
        await office.start(office.wish(1, amount_cents=10_000, method_id="pm-1"))


async def test_there_is_one_default(office):
    first = await office.on_file()
    other = replace(first, method_id="pm-2", is_default=False)
    await office.books.write(lambda books: books.keep(other))
    await change_method(changing("pm-2"), books=office.books)
    assert not (await office.kept(SavedMethod, "pm-1")).is_default
    assert (await office.kept(SavedMethod, "pm-2")).is_default


# ------------------------------------------------------------------------------- in advance
async def prepaid(office, cents=15_000, kind=Method.CARD):
    started = await office.start(
        office.wish(invoice_ids=None, prepay_cents=cents, amount_cents=cents, kind=kind)
    )
    (office.gateway.pay_by_card if kind is Method.CARD else office.gateway.pay_by_bank)(started)
    return await office.refresh(started)


async def apply(office, number, cents, key="apply-1", prepayment_id="apay-1"):
    command = ApplyPrepayment(
        company_id=COMPANY,
        prepayment_id=prepayment_id,
        invoice_id=f"inv-{number}",
        amount_cents=cents,
        applying_id=key,
        applied_by="priya",
    )
    return await apply_prepayment(
        command, books=office.books, gateway=office.gateway, clock=office.clock
    )


@pytest.mark.scenario(16)
async def test_a_prepayment_pays_nothing_until_staff_apply_it_whole_or_in_part(office):
    paid = await prepaid(office)
    assert (await office.invoice(1)).balance_cents == 10_000
    assert paid.unapplied_cents == 15_000
    first = await apply(office, 1, 10_000)
    assert first.unapplied_cents == 5_000
    assert (await apply(office, 1, 10_000)).unapplied_cents == 5_000
    await apply(office, 2, 4_000, key="apply-2")
    assert (await office.invoice(1)).status is InvoiceStatus.PAID
    assert (await office.invoice(2)).balance_cents == 6_000
    told = office.books.told(PrepaymentChangedV1)[-1].prepayment
    assert (told.unapplied_cents, [a.amount_cents for a in told.applied]) == (
        1_000,
        [10_000, 4_000],
    )
    assert office.books.accounts_of_ledger["prepaid:alder-holdings"] == -1_000
    assert await check_books(books=office.books) == []


async def test_no_more_is_applied_than_is_left_or_due_and_only_to_their_own(office):
    await prepaid(office, 12_000)
    await office.open_invoice(9, 5_000, account_id="somebody-else")
    with pytest.raises(PrepaymentTooSmallError):
        await apply(office, 1, 12_001)
    with pytest.raises(AmountExceedsBalanceError):
        await apply(office, 1, 10_001)
    with pytest.raises(InvoiceNotFoundError):
        await apply(office, 9, 5_000)
    with pytest.raises(PrepaymentNotFoundError):
        await apply(office, 1, 5_000, prepayment_id="apay-77")


async def test_a_prepayment_on_its_way_by_bank_cannot_be_applied_yet(office):
    held = await prepaid(office, kind=Method.BANK)
    with pytest.raises(PrepaymentTooSmallError):
        await apply(office, 1, 1_000)
    office.gateway.settle(held)
    await office.refresh(held)
    assert (await apply(office, 1, 1_000)).unapplied_cents == 14_000
    assert await check_books(books=office.books) == []


async def test_what_was_paid_in_one_currency_pays_no_invoice_in_another(office):
    await office.open_invoice(9, 5_000, currency="CAD")
    await prepaid(office)
    with pytest.raises(MixedCurrenciesError):
        await apply(office, 9, 5_000)
    assert (await office.attempt("apay-1")).unapplied_cents == 15_000
    assert (await office.invoice(9)).balance_cents == 5_000


async def test_what_was_not_applied_is_refunded_and_no_more(office):
    await prepaid(office)
    await apply(office, 1, 10_000)
    with pytest.raises(RefundTooLargeError):
        await office.refund("apay-1-0", 5_001)
    await office.refund("apay-1-0", 5_000, key="r2")
    told = office.books.told(PrepaymentChangedV1)[-1].prepayment
    assert told.unapplied_cents == 0
    assert office.books.accounts_of_ledger.get("prepaid:alder-holdings", 0) == 0
    await office.refund("apply-1", 10_000, key="r3")
    assert (await office.invoice(1)).balance_cents == 10_000
    assert await check_books(books=office.books) == []


async def test_a_returned_prepayment_reopens_what_it_was_applied_to(office):
    held = await prepaid(office, kind=Method.BANK)
    office.gateway.settle(held)
    await office.refresh(held)
    await apply(office, 1, 10_000)
    office.gateway.dispute(held, DisputeState.LOST)
    for _ in range(2):
        await office.refresh(held)
    assert (await office.invoice(1)).balance_cents == 10_000
    assert (await office.attempt("apay-1")).unapplied_cents == 0
    assert office.books.accounts_of_ledger.get("prepaid:alder-holdings", 0) == 0
    assert office.books.accounts_of_ledger.get("stripe", 0) == 0
    assert await check_books(books=office.books) == []


# ------------------------------------------------------------------------------- by hand
def check(**changes):
    def make(office):
        given = {
            "company_id": COMPANY,
            "account_id": ACCOUNT,
            "payment_id": "ahand-1",
            "invoice_ids": ("inv-1", "inv-2"),
            "amount_cents": 20_000,
            "method": Method.CHECK,
            "reference": "1042",
            "received_at": office.clock(),
            "note": "",
            "client_note": "",
            "recorded_by": "priya",
        }
        return RecordAccountPayment(**{**given, **changes})

    return make


async def record(office, **changes):
    command = check(**changes)(office)
    return await record_account_payment(
        command, books=office.books, gateway=office.gateway, clock=office.clock
    )


async def test_one_check_pays_several_invoices_with_one_receipt(office):
    first, again = await record(office), await record(office)
    assert first.receipt_number == again.receipt_number == "R-01001"
    assert (await office.invoice(2)).payments[0].method_label == "Check 1042"
    assert office.books.accounts_of_ledger["check"] == 20_000
    [told] = office.books.told(AccountPaymentChangedV1)
    assert (told.payment.origin, told.payment.status) == ("staff", "succeeded")
    await office.refund("ahand-1-2", 10_000)
    assert (await office.invoice(2)).balance_cents == 10_000
    [back] = office.books.told(AccountRefundChangedV1)
    assert (back.refund.status, back.refund.amount_cents) == ("succeeded", 10_000)
    assert office.gateway.refund_keys == {}
    assert await check_books(books=office.books) == []


async def test_a_check_is_in_one_currency(office):
    await office.open_invoice(9, 5_000, currency="CAD")
    with pytest.raises(MixedCurrenciesError):
        await record(office, invoice_ids=("inv-1", "inv-9"), amount_cents=15_000)
    assert (await office.invoice(1)).balance_cents == 10_000
    assert (await office.invoice(9)).balance_cents == 5_000
    assert await check_books(books=office.books) == []


async def test_a_check_over_an_amount_pays_the_oldest_and_closes_an_open_page(office):
    started = await office.start(office.wish(1, amount_cents=10_000))
    await record(office, invoice_ids=None, amount_cents=12_000)
    assert (await office.invoice(1)).status is InvoiceStatus.PAID
    assert (await office.invoice(2)).balance_cents == 8_000
    assert (await office.attempt(started.attempt_id)).state is AttemptState.EXPIRED


async def test_a_check_that_does_not_fit_is_refused_whole(office):
    with pytest.raises(AmountChangedError):
        await record(office, amount_cents=20_001)
    with pytest.raises(InvoiceTwiceError):
        await record(office, invoice_ids=("inv-1", "inv-1"))
    with pytest.raises(AmountExceedsBalanceError):
        await record(office, invoice_ids=None, amount_cents=20_001)
    assert (await office.invoice(1)).payments == ()


# ------------------------------------------------------------------------------- papers
def test_aging_counts_days_since_the_due_date():
    def row(due_on, cents):
        return StatementRow(
            invoice_id="i",
            number="HP-1",
            status="open",
            issued_on=date(2026, 1, 1),
            due_on=due_on,
            currency="USD",
            total_cents=cents,
            paid_cents=0,
            processing_cents=0,
            balance_cents=cents,
        )

    today = date(2026, 11, 20)
    days = [date(2026, 12, 1), date(2026, 10, 21), date(2026, 10, 20), date(2026, 9, 21)]
    days += [date(2026, 9, 20), date(2026, 8, 22), date(2026, 8, 21), date(2020, 1, 1)]
    ages = aging([row(day, 1 << at) for at, day in enumerate(days)], today)
    assert (ages.days_0_30, ages.days_31_60) == (0b11, 0b1100)
    assert (ages.days_61_90, ages.days_over_90) == (0b110000, 0b11000000)
    assert ages.total_cents == 255

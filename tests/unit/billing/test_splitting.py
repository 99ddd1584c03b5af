"""Third parties pay services, an amount, a percentage or equal parts; change, preview, rules."""

from datetime import date

import pytest

from services.billing.domain.attempt import AttemptState
from services.billing.domain.changing import Change
from services.billing.domain.division import Share
from services.billing.domain.invoice import Gate, InvoiceStatus
from services.billing.domain.printed_lines import printed_lines
from services.billing.domain.refusals import (
    ChooseServiceOrAmountError,
    ClientInvoiceError,
    FixedAmountTooLargeError,
    InvoicePaidError,
    InvoiceVoidError,
    MultiPartyUnavailableError,
    NothingToInvoiceError,
    NotInPeopleError,
    PaymentAfterPublishError,
    ServiceTakenError,
)
from services.billing.domain.split_refusals import (
    AmountBelowPaidError,
    EqualPartsTooLargeError,
    OnePersonEachError,
    PaymentPendingError,
    PercentTooLargeError,
)
from services.billing.entrypoints.words import invoice_word
from services.billing.usecases.change_invoice import ChangeInvoice
from services.billing.usecases.preview_invoice import preview_invoice
from shared.contracts.billing import InspectionBalanceChangedV1
from tests.support.billing_examples import COMPANY, a_line
from tests.unit.billing.splitting import HALF, a_wish, add, change, totals, void


# ---------------------------------------------------------------------------- the four ways
@pytest.mark.scenario(28)
async def test_100_dollars_in_three_equal_parts_is_33_34_and_33_33_twice(splitting):
    """The client has the odd cent; refunds of each give exactly 100.00 back."""
    await splitting.follow(lines=(a_line("home", 10_000),))
    await add(splitting, Share(equal_parts=3), "marcus", "mutual")
    assert totals(splitting) == [3_334, 3_333, 3_333]
    assert [i.number for i in splitting.bill.invoices] == ["HP-3107", "HP-3107-1", "HP-3107-2"]
    for at, invoice in enumerate(splitting.bill.invoices):
        paying = f"cash-{at}"
        await splitting.receive_cash(
            invoice.total_cents, invoice_id=invoice.invoice_id, payment_id=paying
        )
        await splitting.refund(paying, invoice.total_cents, key=f"r-{at}")
    assert splitting.books.accounts_of_ledger.get("cash", 0) == 0
    splitting.balanced()


async def test_a_percentage_is_of_the_whole_bill_and_exact_to_the_cent(splitting):
    await splitting.follow(lines=(a_line("home", 33_335),))
    await add(splitting, Share(basis_points=1_250))
    assert totals(splitting) == [29_168, 4_167]
    await add(splitting, HALF, "mutual", invoice_id="other")
    assert totals(splitting) == [12_500, 4_167, 16_668]
    splitting.balanced()


async def test_percent_and_equal_parts_follow_the_bill_while_unpaid(splitting):
    """C16: added, repriced and removed services move the parts; the client has the rest."""
    await add(splitting, HALF)
    await add(splitting, Share(equal_parts=4), "mutual", invoice_id="equal")
    assert totals(splitting) == [20_000, 40_000, 20_000]
    await splitting.follow(lines=(a_line("home", 47_500), a_line("fee", 2_501)))
    assert totals(splitting) == [12_500, 25_001, 12_500]
    await splitting.follow(lines=())
    assert [i.status for i in splitting.bill.third_parties] == [InvoiceStatus.VOID] * 2
    await splitting.follow(lines=(a_line("home", 10_000),))
    assert totals(splitting) == [2_500, 5_000, 2_500]
    splitting.balanced()


async def test_a_paid_percentage_never_rises_by_itself_and_falls_into_a_surplus(splitting):
    await add(splitting, HALF)
    await splitting.receive_cash(40_000, invoice_id="third")
    await splitting.follow(lines=(a_line("home", 100_000),))
    assert totals(splitting) == [60_000, 40_000]
    await splitting.follow(lines=(a_line("home", 60_000),))
    assert totals(splitting) == [30_000, 30_000]
    assert splitting.bill.invoice("third").surplus_cents == 10_000
    splitting.balanced()


async def test_what_was_paid_and_given_back_is_not_called_paid(splitting):
    await add(splitting, Share(line_ids=("sewer",)))
    await splitting.receive_cash(17_500, invoice_id="third")
    today = date(2026, 11, 17)
    assert invoice_word(splitting.bill, splitting.bill.invoice("third"), today) == "Paid Nov 17"
    await splitting.follow(lines=(a_line("home", 47_500),))
    await splitting.refund("cash-1", 17_500, with_credit=True, surplus_only=True)
    assert invoice_word(splitting.bill, splitting.bill.invoice("third"), today) == "Nothing due"
    told = splitting.books.told(InspectionBalanceChangedV1)[-1]
    assert [share.paid_on for share in told.shares if share.kind == "third_party"] == [None]


async def test_voiding_or_adding_one_leaves_every_other_third_party_alone(splitting):
    await add(splitting, Share(equal_parts=4), "marcus", "mutual")
    await void(splitting)
    assert totals(splitting) == [60_000, 0, 20_000]
    await add(splitting, Share(line_ids=("sewer",)), invoice_id="sewer")
    assert totals(splitting) == [42_500, 0, 20_000, 17_500]


async def test_a_payer_never_reads_the_whole_bill_from_his_own_lines(splitting):
    """C17: a printed `50%` would tell the total."""
    await add(splitting, HALF)
    printed = printed_lines(splitting.bill, splitting.bill.invoice("third"))
    assert [(p.name, p.amount_cents) for p in printed] == [
        ("Your part of inspection HP-3107", 40_000)
    ]
    names = [p.name for p in printed_lines(splitting.bill, splitting.bill.client_invoice)]
    assert names[-1] == "Billed to Marcus Lee"


# ------------------------------------------------------------------------------- refusals
@pytest.mark.scenario(5)
async def test_too_much_is_refused_with_the_maximum_and_what_stands_in_the_way(splitting):
    """C14: total - paid - on open third-party invoices."""
    await add(splitting, Share(line_ids=("sewer",)))
    await splitting.receive_cash(20_000)
    why = {
        "maximum_cents": 42_500,
        "paid_cents": 20_000,
        "processing_cents": 0,
        "assigned_cents": 17_500,
        "reason": "$200.00 is paid, $175.00 is on other invoices",
    }
    with pytest.raises(FixedAmountTooLargeError) as fixed:
        await add(splitting, Share(fixed_cents=42_501), "mutual", invoice_id="x")
    assert fixed.value.detail == "Fixed amount cannot exceed $425.00"
    assert fixed.value.extra == why
    with pytest.raises(PercentTooLargeError) as percent:
        await add(splitting, Share(basis_points=5_313), "mutual", invoice_id="x")
    assert percent.value.detail == "Percent cannot exceed 53.12% ($425.00)"
    assert percent.value.extra == {**why, "maximum_basis_points": 5_312}
    await add(splitting, Share(basis_points=5_312), "mutual", invoice_id="x")


async def test_equal_parts_that_do_not_fit_are_refused_whole(splitting):
    await splitting.receive_cash(50_000)
    with pytest.raises(EqualPartsTooLargeError) as refused:
        await add(splitting, Share(equal_parts=3), "marcus", "mutual")
    assert refused.value.extra["maximum_cents"] == 30_000
    assert len(splitting.bill.invoices) == 1


async def test_money_on_its_way_is_neither_free_nor_paid(splitting):
    await splitting.paid_by_bank()
    with pytest.raises(FixedAmountTooLargeError) as refused:
        await add(splitting, Share(fixed_cents=1))
    assert refused.value.detail == "Fixed amount cannot exceed $0.00"
    assert refused.value.extra["processing_cents"] == 80_000
    with pytest.raises(NothingToInvoiceError):
        await add(splitting, HALF)


@pytest.mark.parametrize(
    ("share", "people", "refusal"),
    [
        (Share(), ("marcus",), ChooseServiceOrAmountError),
        (Share(fixed_cents=0), ("marcus",), ChooseServiceOrAmountError),
        (Share(fixed_cents=-5), ("marcus",), ChooseServiceOrAmountError),
        (Share(basis_points=10_001), ("marcus",), ChooseServiceOrAmountError),
        (Share(equal_parts=1), ("marcus",), ChooseServiceOrAmountError),
        (Share(fixed_cents=5, basis_points=5), ("marcus",), ChooseServiceOrAmountError),
        (HALF, ("marcus", "mutual"), ChooseServiceOrAmountError),
        (HALF, ("stranger",), NotInPeopleError),
        (Share(equal_parts=3), ("marcus", "marcus"), OnePersonEachError),
        (Share(equal_parts=3), ("marcus", "ellen"), OnePersonEachError),
        (Share(equal_parts=2), ("marcus", "mutual"), OnePersonEachError),
        (Share(line_ids=("nothing",)), ("marcus",), ServiceTakenError),
    ],
)
async def test_a_wish_that_makes_no_sense_is_refused(splitting, share, people, refusal):
    with pytest.raises(refusal):
        await add(splitting, share, *people)
    assert len(splitting.bill.invoices) == 1


async def test_no_separate_invoices_beside_deferred_payments(office):
    """R36, C6: the company of this office allows paying at closing."""
    with pytest.raises(MultiPartyUnavailableError):
        await add(office, HALF)


# --------------------------------------------------------------------------------- change
async def test_an_invoice_changes_its_way_its_amount_and_its_words(splitting):
    await add(splitting, Share(fixed_cents=10_000))
    await change(splitting, share=Share(fixed_cents=80_000))
    assert totals(splitting) == [0, 80_000]
    await change(splitting, share=Share(line_ids=("radon", "sewer")))
    assert totals(splitting) == [47_500, 32_500]
    await change(splitting, share=Share(line_ids=("sewer",)), reference="Claim 88-1")
    await change(splitting, share=Share(basis_points=2_500), due_on=date(2027, 1, 5))
    await change(splitting, share=Share(equal_parts=2))
    invoice = splitting.bill.invoice("third")
    assert totals(splitting) == [40_000, 40_000]
    assert (invoice.reference, invoice.due_on) == ("Claim 88-1", date(2027, 1, 5))
    with pytest.raises(FixedAmountTooLargeError, match=r"cannot exceed \$800\.00$"):
        await change(splitting, share=Share(fixed_cents=80_001))
    splitting.balanced()


@pytest.mark.scenario(32)
async def test_a_changed_invoice_closes_the_open_page_and_asks_for_the_new_total(splitting):
    """Nobody pays the old amount."""
    await add(splitting, Share(fixed_cents=10_000))
    attempt = await splitting.checkout("third")
    await change(splitting, share=Share(fixed_cents=12_000))
    splitting.clock.forward(minutes=1)
    await splitting.reconcile()
    assert splitting.gateway.pages[attempt.key].status == "expired"
    assert splitting.bill.invoice("third").reservation is None
    again = await splitting.checkout("third", key="again")
    assert again.amount_cents == 12_000


async def test_nothing_changes_while_a_bank_works(splitting):
    await add(splitting, Share(fixed_cents=10_000))
    attempt = await splitting.checkout("third")
    splitting.gateway.pay_by_bank(attempt)
    await splitting.refresh(attempt)
    for refused in (
        change(splitting, share=Share(fixed_cents=12_000)),
        change(splitting, contact_id="mutual"),
        void(splitting),
    ):
        with pytest.raises(PaymentPendingError) as pending:
            await refused
        assert (pending.value.code, pending.value.extra) == (
            "payment_pending",
            {"processing_cents": 10_000},
        )


async def test_what_was_paid_is_never_taken_away_by_a_change(splitting):
    await add(splitting, Share(fixed_cents=10_000))
    await splitting.receive_cash(6_000, invoice_id="third")
    with pytest.raises(AmountBelowPaidError) as refused:
        await change(splitting, share=Share(fixed_cents=5_999))
    assert refused.value.extra == {"paid_cents": 6_000}
    with pytest.raises(InvoicePaidError):
        await change(splitting, contact_id="mutual")
    with pytest.raises(InvoicePaidError):
        await void(splitting)
    await change(splitting, share=Share(fixed_cents=6_000))
    assert splitting.bill.invoice("third").status is InvoiceStatus.PAID
    await change(splitting, share=Share(fixed_cents=9_000))  # staff may; it never does by itself
    assert splitting.bill.invoice("third").balance_cents == 3_000
    splitting.balanced()


async def test_another_payer_gets_an_invoice_of_his_own_and_the_first_link_is_dead(splitting):
    await add(splitting, Share(line_ids=("sewer",)), reference="Claim 88-1")
    attempt = await splitting.checkout("third")
    for _ in range(2):  # the same request again changes nothing
        await change(splitting, contact_id="mutual")
    old, new = splitting.bill.third_parties
    assert (old.status, old.payer.name) == (InvoiceStatus.VOID, "Marcus Lee")
    assert (new.total_cents, new.payer.name, new.number) == (
        17_500,
        "Northwest Mutual",
        "HP-3107-2",
    )
    assert (new.reference, new.reservation) == ("Claim 88-1", None)
    splitting.clock.forward(minutes=1)
    await splitting.reconcile()
    assert splitting.gateway.pages[attempt.key].status == "expired"
    with pytest.raises(InvoiceVoidError):
        await change(splitting, reference="late")
    with pytest.raises(ClientInvoiceError):
        await change(splitting, "invoice-client", reference="no")
    splitting.balanced()


async def test_staff_let_one_payer_pay_before_the_inspection_is_published(splitting):
    """C7: `collect_now` is off by default and counts for this invoice alone."""
    await splitting.follow(collect_after_publish=True)
    await add(splitting, HALF)
    await add(splitting, Share(fixed_cents=100), "mutual", invoice_id="now", collect_now=True)
    gates = [i.gate for i in splitting.bill.invoices]
    assert gates == [Gate.UNTIL_PUBLISHED, Gate.UNTIL_PUBLISHED, Gate.OPEN]
    for gated in ("third", "invoice-client"):
        with pytest.raises(PaymentAfterPublishError):
            await splitting.checkout(gated)
    assert splitting.books.state.attempts == {}
    await change(splitting, collect_now=True)
    assert (await splitting.checkout("third")).state is AttemptState.AWAITING_PAYER
    await change(splitting, collect_now=False)
    splitting.clock.forward(minutes=1)
    await splitting.reconcile()
    assert splitting.bill.invoice("third").reservation is None
    with pytest.raises(PaymentAfterPublishError):
        await splitting.checkout("third", key="again")
    await splitting.follow(collect_after_publish=True, published=True)
    assert (await splitting.checkout("third", key="published")).url


# -------------------------------------------------------------------------------- preview
async def test_a_preview_says_who_would_pay_what_and_writes_nothing(splitting):
    before = splitting.bill
    work = {"books": splitting.books, "clock": splitting.clock, "own_accounts": False}
    seen = await preview_invoice(a_wish(Share(equal_parts=3), "marcus", "mutual"), **work)
    assert seen.share_cents == 53_333
    assert (seen.client_before_cents, seen.client_after_cents) == (80_000, 26_667)
    assert [i.total_cents for i in seen.bill.invoices] == [26_667, 26_667, 26_666]
    assert len(seen.wished) == 2
    refused = await preview_invoice(a_wish(Share(fixed_cents=90_000)), **work)
    assert refused.refusal.detail == "Fixed amount cannot exceed $800.00"
    assert (refused.share_cents, refused.room.maximum_cents) == (90_000, 80_000)
    nonsense = await preview_invoice(a_wish(Share()), **work)
    assert (nonsense.refusal.code, nonsense.share_cents) == ("service_or_amount", 0)
    assert splitting.bill == before


async def test_the_preview_of_a_change_leaves_room_for_what_the_invoice_has(splitting):
    await add(splitting, Share(fixed_cents=30_000))
    seen = await preview_invoice(
        ChangeInvoice(
            company_id=COMPANY,
            invoice_id="third",
            change=Change(share=Share(fixed_cents=80_001)),
            replacement_id="r",
        ),
        books=splitting.books,
        clock=splitting.clock,
        own_accounts=False,
    )
    assert (seen.room.maximum_cents, seen.share_cents) == (80_000, 80_001)
    assert seen.refusal.extra["assigned_cents"] == 0

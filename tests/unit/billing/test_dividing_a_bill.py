"""The invoices divide the bill to the cent at every moment, whatever happens to the inspection."""

from datetime import date
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.billing.domain.bill import opened, revised
from services.billing.domain.carving import Carving, available_cents, carved, free_lines
from services.billing.domain.division import Share
from services.billing.domain.gate import report_released
from services.billing.domain.invoice import LEGAL_MOVES, InvoiceStatus
from services.billing.domain.printed_lines import printed_lines
from services.billing.domain.refusals import (
    ChooseServiceOrAmountError,
    FixedAmountTooLargeError,
    NothingToInvoiceError,
    NotInPeopleError,
    ServiceTakenError,
)
from services.billing.domain.splitting import NoWeightError, percent_of, split, split_equally
from tests.support.billing_examples import COMPANY, INSPECTION, a_bill, a_booking, a_line
from tests.support.examples import examples


def third(bill, number, *, contact_id="marcus", line_ids=(), fixed_cents=None):
    return carved(
        bill,
        Carving(
            invoice_ids=(f"invoice-{number}",),
            contact_ids=(contact_id,),
            share=Share(line_ids=tuple(line_ids), fixed_cents=fixed_cents),
            issued_on=date(2026, 11, 17),
        ),
    )


@settings(max_examples=examples(500), deadline=None)
@given(
    st.integers(-10_000_000, 10_000_000),
    st.lists(st.integers(0, 10_000), min_size=1, max_size=20).filter(any),
)
@pytest.mark.scenario(4)
def test_a_split_is_exact_and_fair_to_the_cent(total, weights):
    shares = split(total, weights)
    assert sum(shares) == total
    whole = sum(weights)
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share * whole - total * weight) < whole
        assert weight or share == 0


@pytest.mark.scenario(28)
def test_a_hundred_dollars_in_three_is_one_cent_uneven():
    assert split_equally(10_000, 3) == [3_334, 3_333, 3_333]


@pytest.mark.parametrize(
    ("points", "cents"), [(0, 0), (10_000, 80_000), (2_500, 20_000), (3_333, 26_664)]
)
def test_a_percentage_and_the_rest_are_the_whole(points, cents):
    assert percent_of(80_000, points) == cents


@pytest.mark.parametrize("weights", [[], [0, 0], [-1, 2]])
def test_nothing_can_be_divided_by_nothing(weights):
    with pytest.raises(NoWeightError):
        split(100, weights)


@pytest.mark.scenario(4)
def test_the_clients_invoice_is_the_remainder():
    bill = third(a_bill(), 1, line_ids=["sewer"])
    assert [i.total_cents for i in bill.invoices] == [62_500, 17_500]
    assert [i.number for i in bill.invoices] == ["HP-3107", "HP-3107-1"]
    bill = third(bill, 2, contact_id="mutual", fixed_cents=10_000)
    assert [i.total_cents for i in bill.invoices] == [52_500, 17_500, 10_000]


def test_the_printed_lines_of_every_invoice_sum_to_its_total():
    bill = third(a_bill(), 1, line_ids=["sewer"])
    bill = third(bill, 2, contact_id="mutual", fixed_cents=10_000)
    for invoice in bill.invoices:
        printed = sum(line.amount_cents for line in printed_lines(bill, invoice))
        assert printed == invoice.total_cents
    names = [line.name for line in printed_lines(bill, bill.client_invoice)]
    assert names == ["home", "radon", "Billed to Northwest Mutual"]


def test_a_fixed_amount_cannot_exceed_what_is_unpaid_and_unassigned():
    bill = third(a_bill(), 1, fixed_cents=50_000)
    with pytest.raises(FixedAmountTooLargeError) as refused:
        third(bill, 2, contact_id="mutual", fixed_cents=30_001)
    assert refused.value.detail == "Fixed amount cannot exceed $300.00"
    assert refused.value.extra == {
        "maximum_cents": 30_000,
        "paid_cents": 0,
        "processing_cents": 0,
        "assigned_cents": 50_000,
        "reason": "$500.00 is on other invoices",
    }


def test_a_fully_paid_bill_has_nothing_to_invoice():
    empty = a_bill(lines=())
    with pytest.raises(FixedAmountTooLargeError, match=r"^Fixed amount cannot exceed \$0\.00$"):
        third(empty, 1, fixed_cents=1)
    with pytest.raises(NothingToInvoiceError):
        third(empty, 1, line_ids=["home"])


def test_an_invoice_names_services_or_an_amount_not_both():
    for choice in ({}, {"line_ids": ["home"], "fixed_cents": 100}):
        with pytest.raises(ChooseServiceOrAmountError):
            third(a_bill(), 1, **choice)


def test_only_people_of_the_inspection_can_be_invoiced():
    with pytest.raises(NotInPeopleError):
        third(a_bill(), 1, contact_id="stranger", fixed_cents=100)


def test_a_service_is_on_one_invoice_only():
    bill = third(a_bill(), 1, line_ids=["sewer"])
    with pytest.raises(ServiceTakenError):
        third(bill, 2, contact_id="mutual", line_ids=["sewer"])


async def test_a_service_with_a_payment_applied_cannot_be_moved(office):
    await office.receive_cash(50_000)
    assert [line.line_id for line in free_lines(office.bill)] == ["sewer"]
    with pytest.raises(ServiceTakenError):
        third(office.bill, 1, line_ids=["radon"])
    assert third(office.bill, 1, line_ids=["sewer"]).invoices[1].total_cents == 17_500


async def test_after_everything_is_paid_a_new_charge_can_go_to_a_third_party_alone(office):
    await office.paid_by_card()
    lines = (*office.bill.booking.lines, a_line("reinspection", 9_000))
    await office.follow(lines=lines)
    assert available_cents(office.bill) == 9_000
    await office.change(lambda bill: third(bill, 1, line_ids=["reinspection"]))
    assert office.bill.client_invoice.status is InvoiceStatus.PAID
    assert office.bill.invoices[1].balance_cents == 9_000
    office.balanced()


async def test_an_unpaid_third_party_invoice_follows_the_service(office):
    await office.change(lambda bill: third(bill, 1, line_ids=["sewer"]))
    await office.follow(lines=(a_line("home", 47_500), a_line("sewer", 20_000)))
    assert [i.total_cents for i in office.bill.invoices] == [47_500, 20_000]
    await office.follow(lines=(a_line("home", 47_500),))
    assert office.bill.invoices[1].status is InvoiceStatus.VOID
    office.balanced()


async def test_a_paid_third_party_invoice_never_rises_and_becomes_a_credit_when_removed(office):
    await office.change(lambda bill: third(bill, 1, line_ids=["sewer"]))
    await office.receive_cash(17_500, invoice_id="invoice-1")
    await office.follow(lines=(a_line("home", 47_500), a_line("sewer", 20_000)))
    assert [i.total_cents for i in office.bill.invoices] == [50_000, 17_500]
    await office.follow(lines=(a_line("home", 47_500),))
    assert office.bill.invoices[1].surplus_cents == 17_500
    assert office.bill.client_invoice.balance_cents == 47_500
    office.balanced()


def test_a_bill_that_shrinks_below_a_fixed_share_shrinks_the_share():
    bill = third(a_bill(), 1, fixed_cents=60_000)
    smaller = bill.following(a_booking(revision=2, lines=(a_line("home", 47_500),)))
    assert [i.total_cents for i in smaller.invoices] == [0, 47_500]


async def test_cancelling_owes_nothing_and_what_was_paid_waits_for_a_refund(office):
    await office.paid_by_card()
    await office.follow(cancelled=True)
    assert office.bill.total_cents == 0
    assert office.bill.surplus_cents == 80_000
    office.balanced()


async def test_cancelling_an_unpaid_inspection_voids_its_invoice(office):
    await office.follow(cancelled=True)
    assert office.bill.client_invoice.status is InvoiceStatus.VOID


NEWS = [
    {"revision": 2, "lines": (a_line("home", 50_000),)},
    {"revision": 3, "lines": (a_line("home", 50_000), a_line("fee", 2_500))},
    {"revision": 4, "starts_on": date(2026, 12, 4)},
    {"revision": 5, "published": True, "lines": (a_line("home", 51_000),)},
    {"revision": 6, "published": True, "cancelled": True},
]


@pytest.mark.parametrize("order", list(permutations(range(len(NEWS)))))
def test_news_of_an_inspection_in_any_order_gives_one_state(order):
    in_order = a_bill()
    for news in NEWS:
        in_order = in_order.following(a_booking(**news))
    shuffled = a_bill()
    for at in order:
        shuffled = shuffled.following(a_booking(**NEWS[at]))
    assert shuffled == in_order


def test_a_bill_opened_by_late_news_is_the_same_as_one_that_followed():
    late = opened(
        company_id=COMPANY,
        inspection_id=INSPECTION,
        invoice_id="invoice-client",
        booking=a_booking(**NEWS[2]),
        issued_on=date(2026, 11, 17),
    )
    assert late == a_bill().following(a_booking(**NEWS[2]))


def test_rescheduling_moves_the_due_date_of_what_is_unpaid():
    moved = a_bill().following(a_booking(revision=2, starts_on=date(2026, 12, 9)))
    assert moved.client_invoice.due_on == date(2026, 12, 9)


def test_a_repeated_state_raises_no_revision():
    before = revised(None, a_bill())
    assert revised(before, before.following(a_booking(revision=1))) == before


@pytest.mark.parametrize(
    ("changes", "released"),
    [
        ({"published": False, "lines": ()}, False),
        ({"published": True, "require_payment": False}, True),
        ({"published": True}, False),
        ({"published": True, "lines": ()}, True),
        ({"published": True, "unlocked_by_staff": True}, True),
        ({"published": True, "unlocked_by_staff": True, "locked": True}, False),
        ({"published": True, "cancelled": True}, False),
    ],
)
def test_the_report_gate(changes, released):
    assert report_released(a_bill(**changes)) is released


async def test_the_report_waits_for_third_parties_too(opening):
    office = await opening(published=True)
    await office.change(lambda bill: third(bill, 1, line_ids=["sewer"]))
    await office.receive_cash(62_500)
    assert not report_released(office.bill)
    await office.receive_cash(17_500, invoice_id="invoice-1", payment_id="cash-2")
    assert report_released(office.bill)


async def test_money_on_its_way_does_not_open_the_report(opening):
    office = await opening(published=True)
    attempt = await office.paid_by_bank()
    assert not report_released(office.bill)
    office.gateway.settle(attempt)
    await office.refresh(attempt)
    assert report_released(office.bill)


def test_the_table_of_moves_names_every_state():
    assert set(LEGAL_MOVES) == set(InvoiceStatus)

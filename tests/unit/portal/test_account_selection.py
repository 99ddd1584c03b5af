"""Choosing invoices: three exclusive ways, 200 at most, parents by children, the oldest first."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.portal.domain.account_rows import InvoiceRow
from services.portal.domain.account_selection import (
    SELECTED_MAX,
    ParentRow,
    age,
    cover,
    select,
    settled,
    tick,
    ticked_ids,
)
from services.portal.usecases.show_open_invoices import CHILDREN_SHOWN, SHOWN, page_of

ids = st.text("abcdefgh", min_size=1, max_size=3)
id_sets = st.sets(ids, max_size=12)


def invoice(name, *, cents=1000, kind="single", is_open=True, day=1):
    issued = date(2026, 1, 1) + timedelta(days=day)
    return InvoiceRow(
        account_id="a",
        invoice_id=name,
        number=name,
        kind=kind,
        open=is_open,
        status="open",
        gate="open",
        issued_on=issued,
        due_on=issued,
        currency="USD",
        total_cents=cents,
        paid_cents=0,
        processing_cents=0,
        balance_cents=cents,
        credit_cents=0,
        order_id="",
        order_number="",
        site_line="",
        what="",
    )


invoices = st.lists(
    st.builds(
        invoice,
        ids,
        cents=st.integers(1, 10_000),
        kind=st.sampled_from(["single", "multi"]),
        is_open=st.booleans(),
        day=st.integers(0, 40),
    ),
    max_size=30,
    unique_by=lambda row: row.invoice_id,
)


@given(invoices, st.sampled_from(["single", "multi"]))
def test_a_selection_is_of_one_kind_open_and_adds_up(rows, choice):
    chosen = select([*rows, *rows], choice)
    by_id = {row.invoice_id: row for row in rows}
    taken = [by_id[i] for i in chosen.invoice_ids]
    assert len(set(chosen.invoice_ids)) == chosen.count
    assert all(row.open and row.kind == choice for row in taken)
    assert chosen.amount_cents == sum(row.balance_cents for row in taken)
    assert taken == sorted(taken, key=age)


@pytest.mark.parametrize(("many", "capped"), [(199, False), (200, False), (201, True), (450, True)])
def test_of_more_than_two_hundred_the_oldest_are_taken(many, capped):
    rows = [invoice(f"i{n:03}", day=n) for n in reversed(range(many))]
    chosen = select(rows, "single")
    assert chosen.capped is capped
    assert chosen.invoice_ids == tuple(f"i{n:03}" for n in range(min(many, SELECTED_MAX)))


@given(st.integers(1, 200_000), invoices)
def test_a_custom_amount_is_used_up_by_the_oldest_and_nothing_is_lost(amount, rows):
    made = cover(amount, rows)
    assert sum(one.cents for one in made.covered) + made.rest_cents == amount
    assert all(one.cents > 0 for one in made.covered)
    assert all(one.left_cents == 0 for one in made.covered[:-1])
    payable = sorted((row for row in rows if row.open), key=age)
    assert [one.invoice for one in made.covered] == payable[: len(made.covered)]
    if made.rest_cents:
        assert len(made.covered) == len(payable)


def test_the_number_decides_between_invoices_of_one_day():
    rows = [invoice("B"), invoice("A"), invoice("C", day=0)]
    assert [one.invoice.number for one in cover(2500, rows).covered] == ["C", "A", "B"]


@given(id_sets, id_sets, st.booleans(), st.booleans())
def test_a_groups_box_never_takes_strangers(members, ticked, was_all, checked):
    assert settled(members, ticked, was_all=was_all, checked=checked) <= members


@given(id_sets, id_sets, st.booleans())
def test_with_a_script_the_members_boxes_decide(members, ticked, was_all):
    mine = members & ticked
    every = bool(members) and mine == members
    if was_all and not mine:
        assert settled(members, ticked, was_all=True, checked=False) == set()
    elif was_all is every:
        assert settled(members, ticked, was_all=was_all, checked=every) == mine


@pytest.mark.parametrize(
    ("was_all", "checked", "ticked", "after"),
    [
        (False, True, {"a"}, {"a", "b"}),
        (False, True, set(), {"a", "b"}),
        (True, False, {"a", "b"}, set()),
        (True, False, {"a"}, {"a"}),
        (True, True, {"a", "b"}, {"a", "b"}),
        (False, False, {"b"}, {"b"}),
    ],
)
def test_without_a_script_the_parents_box_takes_all_or_none(was_all, checked, ticked, after):
    assert settled({"a", "b"}, ticked, was_all=was_all, checked=checked) == after


@pytest.mark.parametrize(
    ("count", "selected", "drawn"),
    [(3, 0, "none"), (3, 1, "some"), (3, 3, "all"), (250, 200, "some"), (1, 1, "all")],
)
def test_a_parent_is_drawn_by_its_open_children(count, selected, drawn):
    assert tick(count, selected) == drawn


@given(st.lists(ids, unique=True), id_sets, st.lists(ids, unique=True))
def test_what_is_selected_elsewhere_stays_and_what_is_shown_counts_as_ticked(shown, ticked, other):
    chosen = ticked_ids(shown, ticked, other)
    assert len(chosen) == len(set(chosen))
    assert set(chosen) == (set(other) - set(shown)) | (set(shown) & ticked)


def parent(n, count):
    day = date(2026, 1, 1) + timedelta(days=n // 3)
    return ParentRow(f"o{n}", f"O-{n:03}", count, 1000, day, day)


@given(st.lists(st.integers(1, 120), max_size=60))
def test_pages_of_parents_show_each_once_and_in_order(counts):
    parents = [parent(n, count) for n, count in enumerate(counts)]
    seen, after = [], None
    while True:
        page, after = page_of(parents, after)
        seen += page
        assert len(page) <= SHOWN
        assert len(page) == 1 or sum(p.count for p in page) <= CHILDREN_SHOWN
        if after is None:
            break
    assert seen == parents

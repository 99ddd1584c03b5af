"""How an amount is divided over many invoices, for any amounts."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from services.billing.domain.allocation import Due, oldest_first, received

amounts = st.lists(st.integers(1, 100_000), min_size=1, max_size=30)


def dues(cents: list[int]) -> list[Due]:
    return [
        Due(
            invoice_id=f"i{n}",
            number=f"N-{n:03d}",
            issued_on=date(2026, 1, 1 + n % 5),
            balance_cents=c,
        )
        for n, c in enumerate(cents)
    ]


@given(amounts, st.integers(1, 4_000_000))
def test_what_is_given_and_what_is_left_is_the_whole_amount(cents, amount):
    given_cents, rest = oldest_first(dues(cents), amount)
    assert sum(given_cents.values()) + rest == amount
    assert rest == max(0, amount - sum(cents))


@given(amounts, st.integers(1, 4_000_000))
def test_nobody_gets_more_than_is_due_and_only_the_last_stays_open(cents, amount):
    invoices = dues(cents)
    given_cents, _ = oldest_first(invoices, amount)
    balance = {due.invoice_id: due.balance_cents for due in invoices}
    parts = list(given_cents.items())
    assert all(0 < part <= balance[one] for one, part in parts)
    assert all(part == balance[one] for one, part in parts[:-1])


@given(amounts, st.integers(1, 4_000_000))
def test_older_ones_are_paid_before_newer_ones(cents, amount):
    invoices = sorted(dues(cents), key=lambda due: (due.issued_on, due.number))
    given_cents, _ = oldest_first(list(reversed(invoices)), amount)
    assert list(given_cents) == [due.invoice_id for due in invoices[: len(given_cents)]]


@given(amounts, st.integers(1, 4_000_000))
def test_what_came_is_divided_whole(wanted, cents):
    parts = received(wanted, cents)
    assert sum(parts) == cents
    assert all(part <= want for part, want in zip(parts[:-1], wanted[:-1], strict=True))

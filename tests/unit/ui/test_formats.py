"""How amounts, days and times read."""

from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.money import MAX_CENTS, cents_typed_as, money
from shared.ui import formats

PACIFIC = "America/Los_Angeles"
NINE = datetime(2026, 12, 1, 17, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cents", "currency", "shown"),
    [
        (123450, "USD", "$1,234.50"),
        (1235, "JPY", "¥1,235"),
        (-8500, "USD", "−$85.00"),
        (0, "USD", "$0.00"),
        (1, "EUR", "€0.01"),
    ],
)
def test_amounts_are_shown_in_their_currency_with_a_true_minus(cents, currency, shown):
    assert money(cents, currency) == shown


@given(st.integers(min_value=0, max_value=MAX_CENTS))
def test_an_amount_put_into_a_field_can_be_typed_back(cents):
    assert cents_typed_as(formats.money_input(cents)) == cents


@given(st.integers(min_value=-MAX_CENTS, max_value=MAX_CENTS), st.sampled_from(["USD", "JPY"]))
def test_the_two_parts_of_a_hero_amount_make_the_whole(cents, currency):
    assert "".join(formats.money_hero(cents, currency)) == money(cents, currency)


def test_a_currency_without_cents_has_no_small_part():
    assert formats.money_hero(1235, "JPY").cents == ""


@pytest.mark.parametrize(
    ("end_minutes", "shown"),
    [
        (150, "Tue, Dec 1, 2026, 9:00–11:30 AM PST"),
        (240, "Tue, Dec 1, 2026, 9:00 AM–1:00 PM PST"),
        (60 * 24, "Tue, Dec 1, 2026, 9:00 AM – Wed, Dec 2, 2026, 9:00 AM PST"),
    ],
)
def test_a_visit_names_its_day_hours_and_zone(end_minutes, shown):
    assert formats.when(NINE, NINE + timedelta(minutes=end_minutes), PACIFIC) == shown


def test_a_visit_without_an_end_names_its_start():
    assert formats.when(NINE, None, PACIFIC) == "Tue, Dec 1, 2026, 9:00 AM PST"


def test_the_zone_is_named_as_it_is_on_that_day():
    assert formats.zone_name(datetime(2026, 7, 1, 17, 0, tzinfo=UTC), PACIFIC) == "PDT"
    assert formats.zone_words(PACIFIC) == "Pacific"


def test_the_day_of_an_instant_is_the_day_in_its_zone():
    late = datetime(2026, 12, 2, 7, 30, tzinfo=UTC)
    assert formats.day(late, PACIFIC) == "Tue, Dec 1, 2026"
    assert formats.day(late, "UTC") == "Wed, Dec 2, 2026"


def test_an_instant_from_another_offset_is_shown_in_the_zone_asked_for():
    eastern = datetime(2026, 12, 1, 12, 0, tzinfo=timezone(timedelta(hours=-5)))
    assert formats.clock(eastern, PACIFIC) == "9:00 AM"


def test_days_and_times_have_a_short_and_a_full_form():
    assert formats.short_day(date(2026, 12, 1)) == "Dec 1"
    assert formats.long_day(date(2026, 12, 1)) == "Dec 1, 2026"
    assert formats.clock(time(14, 5)) == "2:05 PM"
    assert formats.moment(NINE, PACIFIC) == "Dec 1, 9:00 AM"
    assert formats.full_moment(NINE, PACIFIC) == "Dec 1, 2026 at 9:00 AM PST"


@pytest.mark.parametrize("show", [formats.day, formats.clock])
def test_an_instant_without_a_zone_is_refused(show):
    with pytest.raises(ValueError, match="needs a zone"):
        show(NINE)


def test_a_datetime_that_does_not_know_its_offset_is_refused():
    with pytest.raises(ValueError, match="without a zone"):
        formats.day(datetime(2026, 12, 1, 9, 0), PACIFIC)  # noqa: DTZ001 - the point of the test


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ellen Park", "EP"),
        ("Ana María de la Cruz", "AC"),
        ("Cher", "C"),
        ("(ACME) Inc", "I"),
        ("", "?"),
    ],
)
def test_an_avatar_shows_first_and_last_initial(name, letters):
    assert formats.initials(name) == letters


@pytest.mark.parametrize(
    ("size", "shown"),
    [(512, "512 B"), (84_000, "84 KB"), (2_140_000, "2.1 MB"), (999_999, "1.0 MB")],
)
def test_file_sizes_are_short(size, shown):
    assert formats.filesize(size) == shown


def test_counts_agree_with_their_noun():
    assert formats.plural(1, "invoice") == "1 invoice"
    assert formats.plural(1200, "invoice") == "1,200 invoices"
    assert formats.plural(0, "property", "properties") == "0 properties"


@pytest.mark.parametrize(
    ("typed", "dialled"),
    [("(541) 555-0142", "+15415550142"), ("+44 20 7946 0000", "+442079460000"), ("911", "911")],
)
def test_a_phone_number_becomes_one_that_can_be_dialled(typed, dialled):
    assert formats.tel(typed) == dialled

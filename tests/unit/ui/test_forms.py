"""Reading what a person typed, and showing it again with what is wrong."""

from datetime import date, time

import pytest

from shared.ui.forms import Form


def test_what_was_typed_is_kept_and_can_be_shown_again():
    form = Form.posted([("name", "  Ellen "), ("service", "a"), ("service", "b")])
    assert form.text("name") == "Ellen"
    assert form.value("name") == "  Ellen "
    assert form.values("service") == ["a", "b"]
    assert form.has("service", "b")
    assert form.ok


def test_files_are_not_text():
    assert Form.posted([("report", object())]).value("report") == ""


def test_a_missing_field_is_refused_with_the_words_given():
    form = Form()
    form.text("name", "Enter a name")
    assert form.errors == {"name": "Enter a name"}


def test_an_optional_field_may_stay_empty():
    form = Form()
    answers = [
        form.text("a"),
        form.email("a"),
        form.cents("a"),
        form.day("a"),
        form.clock("a"),
        form.whole("a"),
    ]
    assert answers == ["", "", None, None, None, None]
    assert form.ok


def test_the_first_error_of_a_field_stands_and_errors_keep_their_order():
    form = Form()
    form.refuse("b", "first")
    form.refuse("a", "other")
    form.refuse("b", "second")
    assert list(form.errors.items()) == [("b", "first"), ("a", "other")]


def test_long_text_is_refused():
    form = Form({"note": "x" * 501})
    form.text("note")
    assert form.error("note") == "Use 500 characters or fewer"


@pytest.mark.parametrize(
    "typed", ["ellen", "ellen@example", "a b@example.com", "<x@example.com>", "a@b.c@d.e"]
)
def test_what_cannot_be_an_address_is_refused(typed):
    form = Form({"email": typed})
    form.email("email")
    assert form.error("email").startswith("Enter an email address")


def test_an_address_is_returned_as_typed():
    assert Form({"email": " Ellen@Example.com "}).email("email") == "Ellen@Example.com"


@pytest.mark.parametrize(("typed", "cents"), [("$1,234.50", 123450), ("150", 15000), ("0.01", 1)])
def test_an_amount_is_read_in_whole_cents(typed, cents):
    assert Form({"amount": typed}).cents("amount") == cents


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("ten", "Enter an amount like $1,234.50"),
        ("1.005", "Enter an amount like $1,234.50"),
        ("-5", "Enter an amount like $1,234.50"),
        ("0", "Enter an amount of more than $0.00"),
        ("625.01", "Enter an amount of $625.00 or less"),
    ],
)
def test_an_amount_that_cannot_be_used_says_why(typed, message):
    form = Form({"amount": typed})
    assert form.cents("amount", maximum=62500) is None
    assert form.error("amount") == message


@pytest.mark.parametrize("typed", ["1.5", "-1", "²", "11", "99999999999999999999", "x"])
def test_a_number_out_of_bounds_is_refused(typed):
    form = Form({"n": typed})
    assert form.whole("n", minimum=1, maximum=10) is None
    assert form.error("n") == "Enter a whole number from 1 to 10"


def test_days_and_times_are_read():
    form = Form({"day": "2026-12-01", "at": "09:30:15", "n": "7"})
    assert form.day("day") == date(2026, 12, 1)
    assert form.clock("at") == time(9, 30)
    assert form.whole("n") == 7


def test_days_and_times_that_do_not_exist_are_refused():
    form = Form({"day": "2026-02-30", "at": "25:00"})
    assert (form.day("day"), form.clock("at")) == (None, None)
    assert set(form.errors) == {"day", "at"}


def test_an_option_the_page_never_offered_is_refused():
    form = Form({"inspector": "mallory"})
    assert form.choice("inspector", ["dana"], "Choose an inspector") == ""
    assert form.error("inspector") == "Choose an inspector"
    assert Form({"inspector": "dana"}).choice("inspector", ["dana"]) == "dana"

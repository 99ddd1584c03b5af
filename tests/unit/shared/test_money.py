import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from shared.money import (
    MAX_CENTS,
    Cents,
    NotAnAmountError,
    PositiveCents,
    SignedCents,
    cents_typed_as,
    money,
)

CURRENCIES = st.sampled_from(["USD", "CAD", "EUR", "JPY", "KWD"])


@given(st.integers(0, MAX_CENTS))
def test_what_is_shown_can_be_typed_back(cents):
    assert cents_typed_as(money(cents)) == cents


@given(st.integers(0, MAX_CENTS), CURRENCIES)
def test_what_is_shown_without_its_sign_can_be_typed_back_in_any_currency(cents, currency):
    digits = "".join(c for c in money(cents, currency) if c in "0123456789.,")

    assert cents_typed_as(digits, currency) == cents


@pytest.mark.parametrize(
    ("cents", "currency", "shown"),
    [
        (0, "USD", "$0.00"),
        (5, "USD", "$0.05"),
        (123_450, "USD", "$1,234.50"),
        (-8_500, "USD", "−$85.00"),
        (1_235, "JPY", "¥1,235"),
        (1_235, "jpy", "¥1,235"),
    ],
)
def test_money_is_shown_in_its_currency(cents, currency, shown):
    assert money(cents, currency) == shown


@pytest.mark.parametrize(
    ("typed", "cents"),
    [("425", 42_500), ("$425", 42_500), (" 425.5 ", 42_550), ("1,234.50", 123_450), (".5", 50)],
)
def test_what_people_type_is_understood(typed, cents):
    assert cents_typed_as(typed) == cents


@pytest.mark.parametrize(
    "typed",
    ["", " ", ".", "abc", "-5", "+5", "1e3", "5.005", "1.2.3", "٣", "²", "1000000", "NaN", "0x10"],
)
def test_what_is_not_an_amount_is_refused(typed):
    with pytest.raises(NotAnAmountError):
        cents_typed_as(typed)


@given(st.text())
def test_any_text_is_an_amount_within_bounds_or_refused(typed):
    try:
        cents = cents_typed_as(typed)
    except NotAnAmountError:
        return
    assert 0 <= cents <= MAX_CENTS


class Amounts(BaseModel):
    due_cents: Cents = 0
    paid_cents: PositiveCents = 1
    credit_cents: SignedCents = 0


@pytest.mark.parametrize("field", Amounts.model_fields)
@pytest.mark.parametrize("value", ['"5.00"', '"5"', "5.0", "5.5", "true", "null", "100000000"])
def test_only_whole_cents_pass_a_border(field, value):
    with pytest.raises(ValidationError):
        Amounts.model_validate_json(f'{{"{field}": {value}}}')


def test_only_credits_may_be_negative_and_only_payments_must_be_more_than_nothing():
    assert Amounts(credit_cents=-1, due_cents=0).credit_cents == -1
    with pytest.raises(ValidationError):
        Amounts(due_cents=-1)
    with pytest.raises(ValidationError):
        Amounts(paid_cents=0)

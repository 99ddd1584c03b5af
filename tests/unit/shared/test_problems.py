import inspect
import re

import pytest

from shared import problems
from shared.problems import RefusalError, TooManyError, UnavailableError

REFUSALS = [
    thing
    for thing in vars(problems).values()
    if inspect.isclass(thing) and issubclass(thing, RefusalError)
]


@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_refusal_has_a_stable_code_a_status_and_words_for_people(refusal):
    assert re.fullmatch(r"[a-z_]+", refusal.code)
    assert 400 <= refusal.status < 600
    assert refusal.title[0].isupper()
    assert refusal().detail == refusal.title


def test_codes_are_different():
    assert len({refusal.code for refusal in REFUSALS}) == len(REFUSALS)


def test_the_drawing_of_the_hierarchy_shows_every_class_with_its_status():
    drawn = dict(re.findall(r"(\w+Error)\s+(\d{3})", problems.__doc__))

    assert drawn == {r.__name__: str(r.status) for r in REFUSALS if r is not RefusalError}


def test_what_else_a_program_should_know_travels_with_the_refusal():
    refusal = problems.ConflictError("The price is now $450.00.", amount_cents=45_000)

    assert refusal.detail == str(refusal) == "The price is now $450.00."
    assert refusal.extra == {"amount_cents": 45_000}


def test_whoever_may_try_again_is_told_when():
    assert UnavailableError(retry_after_seconds=9).retry_after_seconds == 9
    assert TooManyError(retry_after_seconds=30).retry_after_seconds == 30

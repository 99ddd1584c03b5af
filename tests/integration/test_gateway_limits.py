"""The rates of production, which a gateway has when it is told none."""

import time
from collections.abc import Callable, Iterator

import httpx
import pytest

from tests.support.stack import TEST_SETTINGS, Stack

PER_SECOND = 30 / 60


@pytest.fixture
def browser(stack: Stack) -> Iterator[httpx.Client]:
    """Somebody in front of a gateway that has counted nothing yet."""
    stack.restart("gateway", **dict.fromkeys(TEST_SETTINGS["gateway"], ""))
    with httpx.Client(
        base_url=stack.gateway, headers={"Origin": stack.gateway}, timeout=30
    ) as client:
        yield client


def let_through(send: Callable[[], httpx.Response], times: int, *, at_once: int) -> list[int]:
    """What the product answers to those the gateway lets through: so many, then one in a while."""
    began = time.monotonic()
    answers = [send() for _ in range(times)]
    later = 1 + (time.monotonic() - began) * PER_SECOND
    turned_away = [answer for answer in answers if answer.status_code == 429]
    assert turned_away
    assert 429 not in [answer.status_code for answer in answers[:at_once]]
    assert len(answers) - len(turned_away) <= at_once + later
    for answer in turned_away:
        assert answer.headers["retry-after"] == "30"
        assert "Too many tries" in answer.text
        assert "There were more requests from your connection than usual" in answer.text
    return [answer.status_code for answer in answers if answer.status_code != 429]


def test_passwords_cannot_be_tried_out(browser: httpx.Client):
    # Without a password, which the product refuses too, but does not count against this address.
    nobody = {"email": "nobody@example.com", "password": ""}
    sign_in = "/staff/scheduling/sign-in"
    tried = let_through(lambda: browser.post(sign_in, data=nobody), 40, at_once=21)
    assert set(tried) == {422}
    assert [browser.get(sign_in).status_code for _ in range(5)] == [200] * 5


@pytest.mark.scenario(67)
def test_links_cannot_be_tried_out(browser: httpx.Client):
    tried = let_through(lambda: browser.get("/p/guess"), 60, at_once=31)
    assert set(tried) == {404}
    opened_before = [browser.get("/p/i/opened-before").status_code for _ in range(5)]
    assert opened_before == [404] * 5

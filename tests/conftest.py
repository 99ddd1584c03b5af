"""Markers by folder, the running product as a fixture, and its logs beside a failure."""

import gc
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.support.stack import Stack, running_stack

HERE = Path(__file__).parent
CLEANING_UP_SECONDS = 180
# A busy machine is slow at times; that says nothing about the code.
settings.register_profile("doorstep", settings(), deadline=None)
settings.load_profile("doorstep")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        item.add_marker(item.path.relative_to(HERE).parts[0])


def pytest_collection_finish() -> None:
    """What collecting has imported stays; no later collection of garbage has to look at it."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown():
    """Cleaning up that never ends is an error of that test, not a run that never ends.

    The test's own timeout is over by then; a task that cannot be cancelled would be waited for.
    """

    def give_up(*_: object) -> None:
        raise TimeoutError(f"cleaning up took more than {CLEANING_UP_SECONDS} s")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(CLEANING_UP_SECONDS)
    try:
        return (yield)
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.fixture(scope="module", autouse=True)
def _leaves_nothing_open() -> Iterator[None]:
    """A module that leaves a socket or a loop open fails itself, not whoever runs much later.

    Python only tells when it collects garbage, so it collects before the next module begins.
    """
    yield
    gc.collect()


@pytest.fixture(scope="session")
def _running() -> Iterator[Stack]:
    """One per worker: `pytest -n 2` starts two whole products, and no test meets another's."""
    with running_stack() as stack:
        yield stack


@pytest.fixture
def stack(_running: Stack) -> Iterator[Stack]:
    """The whole product, started once per run; what a test has broken is repaired after it."""
    yield _running
    _running.heal()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    fixtures = getattr(item, "funcargs", {})
    stack = fixtures.get("stack") or getattr(fixtures.get("bus"), "stack", None)
    if report.failed and stack is not None:
        for part in stack.parts:
            report.sections.append((f"log of {part}", stack.log(part)[-4000:]))
    return report

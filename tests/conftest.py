"""Markers by folder, the running product as a fixture, and its logs beside a failure."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.stack import PARTS, Stack, running_stack

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        item.add_marker(item.path.relative_to(HERE).parts[0])


@pytest.fixture(scope="session")
def _running() -> Iterator[Stack]:
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
    stack = getattr(item, "funcargs", {}).get("stack")
    if report.failed and stack is not None:
        for part in PARTS:
            report.sections.append((f"log of {part}", stack.log(part)[-4000:]))
    return report

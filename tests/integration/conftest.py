"""A company of its own for every test, and its side of the card processor."""

import os
from collections.abc import Callable, Iterator

import pytest

from tests.support.product import Company, open_company
from tests.support.provider import Provider
from tests.support.stack import Stack

# `make up` starts a product of its own, as processes: once is enough, and the other pass does it.
collect_ignore = ["test_make_up.py"] if os.environ.get("DOORSTEP_BACKEND") == "containers" else []


@pytest.fixture
def open_one(stack: Stack) -> Iterator[Callable[..., Company]]:
    """Open companies; their browsers are closed at the end."""
    opened: list[Company] = []

    def open_it(name: str = "", *options: str) -> Company:
        opened.append(open_company(stack, name, *options))
        return opened[-1]

    yield open_it
    for company in opened:
        company.close()


@pytest.fixture
def company(open_one: Callable[..., Company]) -> Company:
    return open_one()


@pytest.fixture
def provider(company: Company) -> Iterator[Provider]:
    """The processor's dashboard, bank and webhooks; what was troubled is calm afterwards."""
    found = Provider(company)
    yield found
    found.calm()
    found.close()

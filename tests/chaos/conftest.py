"""A company to do business with while something breaks."""

from collections.abc import Iterator

import pytest

from tests.support.product import Company, open_company
from tests.support.stack import Stack


@pytest.fixture
def company(stack: Stack) -> Iterator[Company]:
    opened = open_company(stack)
    yield opened
    opened.close()

"""A database server for all real stores; every test takes a database of its own."""

from collections.abc import Iterator

import pytest

from deploy.product import OPERATOR
from tests.support.stack import running_stack


@pytest.fixture(scope="session")
def mongo() -> Iterator[str]:
    """The address for somebody who may do anything."""
    with running_stack(("mongo",)) as stack:
        yield stack.mongo_url(OPERATOR)

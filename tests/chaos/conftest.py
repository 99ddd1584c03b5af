"""A company to do business with while something breaks, and somebody who restarts what died."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from deploy.product import SERVICES
from tests.support.product import Company, open_company
from tests.support.stack import Stack


@pytest.fixture
def company(stack: Stack) -> Iterator[Company]:
    opened = open_company(stack)
    yield opened
    opened.close()


@contextmanager
def supervised(stack: Stack) -> Iterator[None]:
    """Start again whatever dies, as the supervisor of a real installation does."""
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(0.2):
            for service in SERVICES:
                if not stack.is_running(service):
                    stack.start(service)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()

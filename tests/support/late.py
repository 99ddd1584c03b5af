"""Answers that come when something else has happened meanwhile."""

import asyncio
from typing import Any

from playwright.async_api import Page, Request, Route


class ComingLate:
    """Holds the answer to one request back until it may arrive; `asked` is the request."""

    def __init__(self) -> None:
        self.asked: asyncio.Future[Request] = asyncio.get_running_loop().create_future()
        self._let_go, self._over = asyncio.Event(), asyncio.Event()

    @classmethod
    async def of(cls, page: Page, pattern: str) -> "ComingLate":
        """The next request of the page that fits the pattern."""
        late = cls()
        await page.route(pattern, late._answer, times=1)
        return late

    async def _answer(self, route: Route) -> None:
        drawn = await route.fetch()
        kept: dict[str, Any] = {"status": drawn.status, "headers": drawn.headers}
        kept["body"] = await drawn.body()
        self.asked.set_result(route.request)
        await self._let_go.wait()
        try:
            await route.fulfill(**kept)
        finally:
            self._over.set()

    async def arrives(self) -> None:
        """Let it; return when the window has it."""
        self._let_go.set()
        await self._over.wait()

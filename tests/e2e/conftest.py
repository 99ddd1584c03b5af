"""Chromium for the whole run, and the windows of the people of one company."""

from contextlib import AsyncExitStack

import pytest
import pytest_asyncio
from playwright.async_api import Page, async_playwright, expect

from tests.support.browser import launched, unexpected, window
from tests.support.product import Booking, Company, open_company
from tests.support.visitor import Visitor

expect.set_options(timeout=20_000)
"""Milliseconds until what is expected must be there: a busy machine is no failure."""


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium():
    async with async_playwright() as playwright:
        browser = await launched(playwright)
        yield browser
        await browser.close()


@pytest.fixture(scope="module")
def company(_running):
    """One for all tests of a module: what they book does not touch what others booked."""
    opened = open_company(_running)
    yield opened
    opened.close()


@pytest.fixture
def own_company(stack):
    """For a test that changes the company's settings."""
    opened = open_company(stack)
    yield opened
    opened.close()


_signed_in: dict[str, Visitor] = {}
"""Owners by address: signing in takes a while on purpose, and tests do it once."""


class People:
    """Opens windows; each is closed after the test, and must have nothing to complain about."""

    def __init__(self, chromium, gateway: str, windows: AsyncExitStack) -> None:
        self._chromium = chromium
        self._gateway = gateway
        self._windows = windows
        self._signed_in = _signed_in
        self.opened: list[Page] = []
        self.on_purpose = "$^"
        """What the consoles may complain about in this test."""

    async def stranger(self, path: str = "", form: str = "desktop", **options) -> Page:
        """Somebody who is not signed in."""
        page = await self._windows.enter_async_context(
            window(self._chromium, form, base_url=self._gateway, **options)
        )
        self.opened.append(page)
        if path:
            await page.goto(path, wait_until="load")
        return page

    async def owner(self, company: Company, path: str, form: str = "desktop", **options) -> Page:
        """The owner of the company, who has signed in before."""
        if company.owner_email not in self._signed_in:
            self._signed_in[company.owner_email] = company.staff_browser()
        return await self.taking_over(self._signed_in[company.owner_email], path, form, **options)

    async def taking_over(
        self, visitor: Visitor, path: str, form: str = "desktop", **options
    ) -> Page:
        """Somebody who has been here without a window, and opens one now."""
        page = await self.stranger(form=form, **options)
        await page.context.add_cookies(
            [
                {"name": cookie.name, "value": cookie.value, "url": self._gateway}
                for cookie in visitor.http.cookies.jar
            ]
        )
        await page.goto(path, wait_until="load")
        return page

    async def client(self, booking: Booking, form: str = "phone", **options) -> Page:
        """The client, who has opened the mailed link."""
        booking.client()  # everything is on the page, which does not follow by itself
        return await self.stranger(booking.link(), form, **options)


@pytest_asyncio.fixture(loop_scope="session")
async def people(chromium, stack):
    async with AsyncExitStack() as windows:
        everybody = People(chromium, stack.gateway, windows)
        yield everybody
        complaints = [unexpected(page, everybody.on_purpose) for page in everybody.opened]
    assert not any(complaints), complaints

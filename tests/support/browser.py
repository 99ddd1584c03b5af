"""A real browser as tests use it: its windows, what its console says, what axe finds."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, ConsoleMessage, Page, Playwright

AXE = (Path(__file__).parents[1] / "e2e" / "vendor" / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--hide-scrollbars"]
NARROWEST = 320
SHAPES = {
    "phone": {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True},
    "desktop": {"viewport": {"width": 1280, "height": 800}},
}


async def launched(playwright: Playwright) -> Browser:
    """Debian's chromium; it may run as root."""
    return await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)


@asynccontextmanager
async def window(
    chromium: Browser, form: str = "desktop", color_scheme: str = "light", **options: Any
) -> AsyncIterator[Page]:
    """A person's own window. What its console complains about ends up in `page.complaints`."""
    context = await chromium.new_context(
        **SHAPES[form],
        color_scheme=color_scheme,
        reduced_motion="reduce",
        locale="en-US",
        timezone_id="America/Los_Angeles",
        **options,
    )
    complaints: list[str] = []
    context.on("page", lambda page: _listen(page, complaints))
    try:
        yield await context.new_page()
    finally:
        await context.close()


def _listen(page: Page, complaints: list[str]) -> None:
    page.complaints = complaints
    page.on("console", lambda said: said.type == "error" and complaints.append(_told(said)))
    page.on("pageerror", lambda error: complaints.append(str(error)))


def _told(said: ConsoleMessage) -> str:
    return f"{said.text} {said.location['url']}"


def unexpected(page: Page, on_purpose: str = "$^") -> list[str]:
    """What the console of this window complained about, without what the test provoked."""
    return [said for said in page.complaints if not re.search(on_purpose, said)]


async def violations(page: Page) -> list[Any]:
    """What axe finds wrong with the page as it stands."""
    await page.evaluate(AXE)
    return await page.evaluate(
        "rules => axe.run(document, {runOnly: rules, iframes: false}).then(r => r.violations"
        ".map(v => [v.id, v.nodes.map(n => n.target.join(' ') + ': ' + n.failureSummary)]))",
        RULES,
    )


async def width_at_the_narrowest(page: Page) -> int:
    """How wide the page is on the narrowest phone; more than NARROWEST would scroll sideways."""
    await page.set_viewport_size({"width": NARROWEST, "height": 640})
    return await page.evaluate("document.documentElement.scrollWidth")

"""A real browser as tests use it: its windows, what its console says, what axe finds."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, CDPSession, ConsoleMessage, Page, Playwright

from tests.support.keyboard import unreached

AXE = (Path(__file__).parents[1] / "e2e" / "vendor" / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--hide-scrollbars"]
NARROWEST = 320
SHAPES = {
    "phone": {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True},
    "desktop": {"viewport": {"width": 1280, "height": 800}},
}
LOOKS = [("phone", "light"), ("phone", "dark"), ("desktop", "dark"), ("desktop", "light")]


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


async def faults(page: Page) -> dict[str, Any]:
    """What is wrong with the page as it stands, by look; nothing when it pleases everybody.

    That is what axe finds in each look, scrolling sideways on the narrowest phone, and what cannot
    be used with the keyboard alone. One window takes all looks, which is much quicker than a window
    for each, and has its own size again.
    """
    found: dict[str, Any] = {}
    own = page.viewport_size
    touch = await page.context.new_cdp_session(page)
    for form, theme in LOOKS:
        await _dress(page, touch, form, theme)
        found[f"{form} {theme}"] = await violations(page)
    await page.set_viewport_size({"width": NARROWEST, "height": 640})
    width = await page.evaluate("document.documentElement.scrollWidth")
    found["width"] = width if width > NARROWEST else None
    await touch.detach()
    await page.set_viewport_size(own or SHAPES["desktop"]["viewport"])
    found["keyboard"] = await unreached(page)
    return {look: wrong for look, wrong in found.items() if wrong}


async def _dress(page: Page, touch: CDPSession, form: str, theme: str) -> None:
    """The window looks as it would on that device; fingers need larger controls than a mouse."""
    shape = SHAPES[form]
    await page.set_viewport_size(shape["viewport"])
    await page.emulate_media(color_scheme=theme)
    fingers = {"enabled": bool(shape.get("has_touch"))}
    await touch.send("Emulation.setTouchEmulationEnabled", fingers)


async def violations(page: Page) -> list[Any]:
    """What axe finds wrong with the page as it looks now."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE)
    return await page.evaluate(
        "rules => axe.run(document, {runOnly: rules, iframes: false}).then(r => r.violations"
        ".map(v => [v.id, v.nodes.map(n => n.target.join(' ') + ': ' + n.failureSummary)]))",
        RULES,
    )

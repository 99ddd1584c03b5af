"""A window used with the keyboard alone, as somebody does who sees where the focus is."""

from playwright.async_api import Page

TABS_MAX = 120
_FOCUSED = """() => {
  const it = document.activeElement;
  if (!it || it === document.body) return null;
  const labels = [...(it.labels || [])].map((label) => label.textContent);
  const own = [it.getAttribute("aria-label"), it.textContent, it.getAttribute("value")];
  const words = [...own, ...labels];
  return {
    words: words.filter(Boolean).join(" ").replace(/\\s+/g, " ").trim(),
    seen: it.matches(":focus-visible") && it.getClientRects().length > 0,
  };
}"""


async def tab_to(page: Page, words: str) -> None:
    """Press Tab until something with these words has the focus and shows it.

    Raises AssertionError when Tab never comes there, or the focus cannot be seen.
    """
    met: list[str] = []
    for _ in range(TABS_MAX):
        await page.keyboard.press("Tab")
        found = await page.evaluate(_FOCUSED)
        if found is None:
            continue
        if words in found["words"]:
            assert found["seen"], f"{words!r} has the focus and does not show it"
            return
        met.append(found["words"][:40])
    raise AssertionError(f"Tab never comes to {words!r}, only to {met}")


async def press(page: Page, words: str, key: str = "Enter") -> None:
    """Go there and press the key."""
    await tab_to(page, words)
    await page.keyboard.press(key)


async def write(page: Page, label: str, text: str) -> None:
    """Go to the field of that label and type over what is in it."""
    await tab_to(page, label)
    await page.keyboard.press("Control+A")
    await page.keyboard.type(text)

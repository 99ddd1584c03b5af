"""A window used with the keyboard alone, as somebody does who sees where the focus is."""

from playwright.async_api import Page

TABS_MAX = 120
TABS_AT_ONCE, ROUND_MAX = 25, 300
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


_WATCH = r"""() => {
  const before = document.activeElement;
  const met = [], unseen = new Set();
  const marked = (it) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(it);
    return outlineStyle !== "none" && parseFloat(outlineWidth) > 0;
  };
  const shows = (it) => it.matches(":focus-visible") && it.getClientRects().length > 0 &&
    [it, it.parentElement, ...(it.labels || [])].some(marked);
  const note = ({ target }) => { met.push(target); if (!shows(target)) unseen.add(target); };
  const there = (it) => it.isConnected && it.checkVisibility({ visibilityProperty: true }) &&
    it.getClientRects().length > 0 && !it.closest("[inert]") && !it.matches(":disabled");
  const group = (it) => it.type === "radio" && it.name
    ? [...document.getElementsByName(it.name)].filter((one) => one.form === it.form) : [it];
  const named = (it) => `${it.localName} ${it.getAttribute("aria-label") || it.name ||
    it.textContent.replace(/\s+/g, " ").trim().slice(0, 40)}`;
  document.addEventListener("focusin", note);
  window.tabbed = {
    round: () => met.indexOf(met[0], 1) > 0,
    end: () => {
      document.removeEventListener("focusin", note);
      const place = document.querySelector("dialog:modal") || document;
      const focusable = [...place.querySelectorAll(
        "a[href], button, input, select, textarea, summary, [tabindex='0'], [contenteditable]"
      )].filter((it) => there(it) && it.tabIndex >= 0);
      const pressed = [...place.querySelectorAll(
        "[data-opens], [data-closes], [data-copy], [hx-get], [hx-post], [hx-delete], [role=button]"
      )].filter((it) => there(it) && it.tabIndex < 0 && it.localName !== "form" &&
        !it.hasAttribute("hx-trigger"));
      if (before && before !== document.body) before.focus();
      // News may have drawn a part anew that Tab had already gone through.
      const again = (it) => met.some((one) => !one.isConnected && named(one) === named(it));
      const reached = (it) => group(it).some((one) => met.includes(one) || again(one));
      return {
        unreached: focusable.filter((it) => !reached(it)).map(named),
        unseen: [...unseen].filter(there).map(named),
        "mouse only": pressed.map(named),
      };
    },
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


async def unreached(page: Page) -> dict[str, list[str]]:
    """What Tab never comes to, what does not show its focus, and what only a mouse can press.

    Nothing of it on a page that is used without a mouse. Of an open dialog, only what is in it is
    to be reached; of a group of radio buttons, one. Who had the focus has it again.
    """
    await page.evaluate(_WATCH)
    for _ in range(ROUND_MAX // TABS_AT_ONCE):
        for _ in range(TABS_AT_ONCE):
            await page.keyboard.press("Tab")
        if await page.evaluate("window.tabbed.round()"):
            break
    found: dict[str, list[str]] = await page.evaluate("window.tabbed.end()")
    return {what: names for what, names in found.items() if names}

"""The judge of pages finds what cannot be used without a mouse."""

import pytest

from tests.support.keyboard import unreached

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(60)]
GOOD = """<a href="/a">First</a> <button>Second</button> <label>Third <input name="third"></label>
<fieldset><label>Yes <input type="radio" name="r"></label><label>No <input type="radio" name="r">
</label></fieldset> <button disabled>Not now</button> <div hidden><a href="/b">Hidden</a></div>"""
TRAP = """<a href="/z">Last</a><script>
document.querySelector("input").addEventListener("keydown", (e) => e.preventDefault())
</script>"""


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ("", {}),
        (TRAP, {"unreached": ["input r", "input r", "a Last"]}),
        ("<style>a { outline: none }</style>", {"unseen": ["a First"]}),
        ('<div hx-get="/more">More</div>', {"mouse only": ["div More"]}),
        ('<span role="button">Press</span>', {"mouse only": ["span Press"]}),
    ],
)
async def test_what_is_found(people, more, found):
    page = await people.stranger()
    await page.set_content(GOOD + more)
    assert await unreached(page) == found


async def test_only_what_is_in_an_open_dialog(people):
    page = await people.stranger()
    await page.set_content(GOOD + '<dialog><a href="/c">Inside</a></dialog>')
    await page.evaluate("document.querySelector('dialog').showModal()")
    assert await unreached(page) == {}


async def test_the_focus_is_where_it_was(people):
    page = await people.stranger()
    await page.set_content(GOOD)
    await page.get_by_label("Third").focus()
    assert await unreached(page) == {}
    assert await page.evaluate("document.activeElement.name") == "third"

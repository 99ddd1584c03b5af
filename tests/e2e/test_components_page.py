"""The shared look in a real browser: accessible, never too wide, usable by keyboard."""

import re
import socket
import threading
import time
from contextlib import asynccontextmanager

import pytest
import uvicorn
from playwright.async_api import expect

from shared.ui import preview
from shared.ui.preview_data import PAGES, PROBLEMS
from tests.support.browser import faults, unexpected, window

pytestmark = pytest.mark.asyncio(loop_scope="session")

ADDRESSES = [f"/{name}?state={state}" for name, states in PAGES.items() for state in states]
ADDRESSES += [f"/problem/{status}" for status in PROBLEMS]


@pytest.fixture(scope="module")
def address():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = uvicorn.Config(preview.app, "127.0.0.1", port, log_level="critical", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started:
        assert time.monotonic() < deadline, "the preview did not start"
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = server.force_exit = True
    thread.join(5)


@pytest.fixture
def visit(chromium, address):
    """Open a page; what the console complains about ends up in `page.complaints`."""

    @asynccontextmanager
    async def visiting(path, form="desktop", theme="light", **options):
        async with window(chromium, form, theme, **options) as page:
            await page.goto(address + path, wait_until="load")
            yield page

    return visiting


ON_PURPOSE = r"(status of|failed with status) (403|404|410|422|500|503)"  # what the preview answers


@pytest.mark.parametrize("path", ADDRESSES)
async def test_a_page_is_accessible_fits_and_keeps_the_policy(visit, path):
    async with visit(path) as page:
        assert await faults(page) == {}
        assert unexpected(page, ON_PURPOSE) == []


async def test_the_first_tab_stop_leads_past_the_navigation(visit):
    async with visit("/inspection") as page:
        await page.keyboard.press("Tab")
        await expect(page.locator(":focus")).to_have_text("Skip to main content")


async def test_a_drawer_opens_traps_and_gives_back_the_focus(visit):
    async with visit("/inspection") as page:
        opener = page.get_by_role("button", name="Add invoice")
        await opener.focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_label("Contact")).to_be_focused()
        for _ in range(12):
            await page.keyboard.press("Tab")
            inside = await page.evaluate(
                "document.activeElement === document.body"
                " || Boolean(document.activeElement.closest('dialog'))"
            )
            assert inside
        await page.keyboard.press("Escape")
        await expect(opener).to_be_focused()


async def test_a_click_beside_the_drawer_closes_it(visit):
    async with visit("/inspection?state=drawer") as page:
        await expect(page.get_by_role("dialog", name="Add invoice")).to_be_visible()
        await page.mouse.click(100, 400)
        await expect(page.get_by_role("dialog", name="Add invoice")).to_be_hidden()


async def test_a_segment_shows_its_part_and_disables_the_other(visit):
    async with visit("/inspection?state=drawer") as page:
        drawer = page.get_by_role("dialog", name="Add invoice")
        await drawer.get_by_text("Fixed amount").first.click()
        await expect(drawer.get_by_label("Fixed amount").last).to_be_editable()
        await expect(page.locator("#service-radon")).to_be_disabled()
        await drawer.get_by_text("Services", exact=True).click()
        await expect(page.locator("#service-radon")).to_be_enabled()
        await expect(page.locator("#service-sewer")).to_be_disabled()


async def test_the_menu_of_a_phone_leads_everywhere(visit):
    async with visit("/schedule", "phone") as page:
        await page.get_by_role("button", name="Open menu").tap()
        menu = page.get_by_role("dialog", name="Menu")
        await expect(menu.get_by_role("link", name="Invoices")).to_be_visible()
        await menu.get_by_role("button", name="Close menu").tap()
        await expect(menu).to_be_hidden()


async def test_on_a_phone_the_last_figure_of_a_row_stands_under_its_heading(visit):
    async with visit("/pay", "phone") as page:
        shown = await page.locator(".table tr").evaluate_all(
            """rows => rows.map((row) => [...row.cells].filter((cell) => cell.offsetWidth).at(-1))
            .filter(Boolean).map((cell) => getComputedStyle(cell).paddingInlineEnd)"""
        )
        assert len(shown) > 3
        assert set(shown) == {"16px"}


async def test_a_double_click_pays_once_and_says_so(visit):
    async with visit("/portal") as page:
        posts = []
        page.on("request", lambda sent: sent.method == "POST" and posts.append(sent.url))
        said = await page.locator("#pay button").evaluate(
            "it => { it.click(); it.click(); return [it.textContent, it.ariaBusy]; }"
        )
        assert said == ["Paying $475.00", "true"]
        await page.wait_for_url("**/portal?state=confirming")
        assert len(posts) == 1


async def test_the_pay_bar_appears_once_the_button_is_out_of_sight(visit):
    async with visit("/portal", "phone") as page:
        bar = page.locator(".paybar")
        await page.get_by_text("Inspection total").scroll_into_view_if_needed()
        await expect(bar).to_be_visible()
        await page.get_by_role("heading", level=1).scroll_into_view_if_needed()
        await expect(bar).to_be_hidden()


async def test_choosing_a_parent_invoice_chooses_its_sites_and_sums_in_cents(visit):
    async with visit("/pay") as page:
        total = page.locator("output[data-sum]")
        await expect(total).to_have_text("$2,545.00")
        parent = page.get_by_label("Select INV-2041, all 4 sites")
        assert await parent.evaluate("box => box.indeterminate")
        await parent.check()
        await expect(total).to_have_text("$3,545.00")
        twist = page.get_by_role("button", name="Sites in INV-2067")
        await twist.click()
        await expect(page.get_by_label(re.compile("Select INV-2067-1"))).to_be_visible()
        await page.get_by_role("button", name="Select all 9").click()
        await expect(total).to_have_text("$5,485.00")
        await expect(page.locator("output[data-count]")).to_have_text("9")
        await page.get_by_label("Select all invoices on this page").uncheck()
        await expect(page.get_by_role("button", name="Pay $0.00")).to_be_disabled()


async def test_a_refused_form_keeps_its_input_and_leads_to_the_field(visit):
    async with visit("/sign-in") as page:
        await page.get_by_label("Work email").fill("priya@example")
        await page.get_by_role("button", name="Sign in").click()
        await expect(page).to_have_title(re.compile("^Error: "))
        await expect(page.locator(".error-summary")).to_be_focused()
        await page.get_by_role("link", name="Enter your email").click()
        await expect(page.get_by_label("Work email")).to_be_focused()
        await expect(page.get_by_label("Work email")).to_have_value("priya@example")


async def test_a_password_can_be_shown_and_hidden(visit):
    async with visit("/sign-in") as page:
        for kind in ("text", "password"):
            await page.get_by_role("button", name="Show password").click()
            await expect(page.locator("#password")).to_have_attribute("type", kind)


async def test_a_link_is_copied(visit):
    async with visit("/", permissions=["clipboard-read", "clipboard-write"]) as page:
        await page.get_by_role("button", name="Copy link").click()
        await expect(page.get_by_role("button", name="Copied")).to_be_visible()
        assert (
            await page.evaluate("navigator.clipboard.readText()")
            == "https://pay.example.com/p/8Hk2"
        )


async def test_a_part_that_cannot_be_loaded_says_so_and_keeps_its_link(visit):
    async with visit("/") as page:
        states = page.locator("#states")
        await expect(states.get_by_role("heading", name="Payments")).to_be_visible()
        await expect(states.get_by_text("Emails could not be loaded.")).to_be_visible()
        await expect(states.get_by_role("link", name="Open emails on its own page")).to_be_visible()


async def test_a_refusal_is_told_in_a_message(visit):
    async with visit("/") as page:
        await page.get_by_role("button", name="Ask for what is refused").click()
        await expect(page.get_by_role("alert").last).to_contain_text("not yours to open")
        await expect(page.locator("#states-t")).to_be_visible()


async def test_news_arrive_and_a_lost_line_is_told(visit):
    async with visit("/alerts?state=live") as page:
        await expect(page.locator("#feed > li").first).to_contain_text("Ellen Park paid $475.00")
        await expect(page.locator("#feed > li")).to_have_count(6)
    async with visit("/alerts?state=dropped") as page:
        told = re.compile("^Reconnecting. Showing alerts up to .+M$")
        await expect(page.locator(".live")).to_have_text(told)
        await expect(page.locator("#feed > li")).to_have_count(6)


async def test_news_above_the_reader_are_counted_and_do_not_move_the_page(visit):
    async with visit("/alerts", "phone") as page:
        await page.get_by_role("heading", name="Email delivery today").scroll_into_view_if_needed()
        await page.evaluate(
            "const feed = document.getElementById('feed');"
            "feed.prepend(feed.firstElementChild.cloneNode(true))"
        )
        pill = page.locator("[data-new-pill]")
        await expect(pill).to_contain_text("1 new")
        await pill.locator("button").evaluate("button => button.click()")
        await expect(pill).to_be_hidden()
        await expect(page.locator("#feed li").first).to_be_in_viewport()


async def test_what_the_stream_names_becomes_an_event_of_the_page(visit):
    async with visit("/alerts") as page:
        await page.evaluate(
            "document.body.addEventListener('payments:changed', () => document.title = 'heard')"
        )
        await page.evaluate(
            "document.body.insertAdjacentHTML('beforeend',"
            ' \'<div hx-sse:connect="/fragments/stream" hx-swap="none"></div>\');'
            "htmx.process(document.body.lastElementChild)"
        )
        await expect(page).to_have_title("heard")


async def test_a_part_is_loaded_anew_when_its_event_happens(visit):
    async with visit("/") as page:
        await expect(
            page.locator("#states").get_by_role("heading", name="Payments")
        ).to_be_visible()
        async with page.expect_response("**/fragments/ok"):
            await page.evaluate("htmx.trigger(document.body, 'payments:changed')")


async def test_a_part_with_an_open_dialog_waits_until_it_is_closed(visit):
    async with visit("/") as page:
        await expect(
            page.locator("#states").get_by_role("heading", name="Payments")
        ).to_be_visible()
        asked = []
        page.on("request", lambda sent: sent.url.endswith("/fragments/ok") and asked.append(sent))
        await page.evaluate(
            "const dialog = document.createElement('dialog'); dialog.id = 'typing';"
            "document.querySelector('[data-slot][hx-get$=ok]').append(dialog); dialog.showModal();"
            "htmx.trigger(document.body, 'payments:changed')"
        )
        await expect(page.locator("[data-slot][data-stale]")).to_have_count(1)
        assert asked == []
        async with page.expect_response("**/fragments/ok"):
            await page.evaluate("document.getElementById('typing').close()")
        await expect(page.locator("#typing")).to_have_count(0)


async def test_without_script_the_page_still_offers_its_links(visit):
    async with visit("/", java_script_enabled=False) as page:
        await expect(page.get_by_role("link", name="Open payments on its own page")).to_be_visible()
    async with visit("/portal", java_script_enabled=False) as page:
        await page.get_by_role("button", name="Pay $475.00").click()
        await expect(page).to_have_url(re.compile("state=confirming"))

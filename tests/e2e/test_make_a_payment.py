"""Make a payment in a browser: figures follow, parents are half ticked, the keyboard is enough."""

import re

import pytest
from playwright.async_api import expect

from deploy.demo.office import eventually
from tests.support.account_customer import open_account
from tests.support.browser import faults

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(240)]
MULTI = "/account/pay?choice=multi"
PAGES = {
    "overview": "/account",
    "single-site": "/account/pay?choice=single",
    "multi-site": MULTI,
    "custom amount": "/account/pay?choice=custom&amount=160",
    "invoices": "/account/invoices",
    "history": "/account/history",
    "statement": "/account/statement",
    "methods": "/account/methods",
    "autopay": "/account/autopay",
    "prepayments": "/account/prepayments",
    "profile": "/account/profile",
    "services": "/account/services",
    "calendar": "/account/calendar",
    "choose": "/account/choose",
    "unknown": "/account/attempts/nothing",
    "sign-in": "/account/sign-in",
}
ALLOWED = {
    "autopay": True,
    "card_changes": True,
    "bank_changes": True,
    "prepayments": True,
    "billing_history": True,
}


@pytest.fixture(scope="module")
def customer(company):
    """Three sites of one order and two single visits, $150.00 each; signed in."""
    opened = open_account(company, sites=3)
    opened.rules(**ALLOWED)
    opened.order(3)
    opened.book(sites=2)
    opened.sign_in()
    eventually(
        lambda: "5 open invoices" in opened.browser.open(MULTI).text, "the portal knows them"
    )
    eventually(
        lambda: opened.browser.open("/account/prepayments").status == 200, "and the settings"
    )
    return opened


async def opened(people, customer, path, form, **options):
    return await people.taking_over(customer.browser, path, form, **options)


def figures(page):
    return page.locator("#o-amount"), page.locator("#o-count")


@pytest.mark.rule(63, 67, 69, 70, 71)
async def test_the_figures_follow_every_click(people, customer):
    page = await opened(people, customer, MULTI, "desktop")
    amount, count = figures(page)
    parent = page.get_by_role("checkbox", name=re.compile("all 3 sites"))
    await parent.check()
    await expect(amount).to_have_text("$450.00")
    await expect(count).to_have_text("3")
    await page.get_by_role("button", name=re.compile("^Sites in")).click()
    await page.locator("tr.child .check").first.uncheck()
    await expect(amount).to_have_text("$300.00")
    assert await parent.evaluate("box => box.indeterminate")
    await expect(page.locator("#go")).to_contain_text("$300.00")
    await page.get_by_role("checkbox", name="Select all invoices on this page").check()
    await expect(amount).to_have_text("$450.00")
    await page.get_by_role("link", name=re.compile("Single-Site")).click()
    await expect(count).to_have_text("0")


async def test_a_custom_amount_shows_what_it_covers_while_one_types(people, customer):
    page = await opened(people, customer, "/account/pay?choice=custom", "phone")
    await page.get_by_label("Amount to pay").fill("160")
    await expect(page.locator("#cover")).to_contain_text("This pays 2 invoices")
    await expect(page.locator("#cover")).to_contain_text("$140.00 stays due")
    await expect(figures(page)[0]).to_have_text("$160.00")
    await page.get_by_label("Amount to pay").fill("9000")
    await expect(page.locator("#cover")).to_contain_text("more than is due")


async def test_the_keyboard_alone_goes_from_the_table_to_the_review(people, customer):
    page = await opened(people, customer, MULTI, "desktop")
    await page.locator("#page").focus()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Space")
    await expect(figures(page)[0]).to_have_text("$450.00")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator("tr.child").first).to_be_visible()
    for _ in range(40):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.id") == "go":
            break
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Check your payment")
    await expect(page.get_by_role("button", name="Pay $450.00")).to_be_visible()
    assert await faults(page) == {}


async def test_an_error_takes_the_focus_and_leads_to_its_field(people, customer):
    people.on_purpose = "422"
    page = await opened(people, customer, "/account/pay?choice=custom", "phone")
    await page.locator("#go").click()
    summary = page.locator(".error-summary")
    await expect(summary).to_be_focused()
    await expect(page).to_have_title(re.compile("^Error: "))
    await summary.get_by_role("link").click()
    await expect(page.get_by_label("Amount to pay")).to_be_focused()
    assert await faults(page) == {}


async def test_the_menu_holds_every_page_and_gives_the_focus_back(people, customer):
    page = await opened(people, customer, "/account", "phone")
    await page.locator("#menu-button").click()
    menu = page.get_by_role("dialog", name="Account menu")
    await expect(menu.get_by_role("link", name="Autopay")).to_be_visible()
    assert await faults(page) == {}
    await page.keyboard.press("Escape")
    await expect(page.locator("#menu-button")).to_be_focused()


@pytest.mark.parametrize("name", PAGES)
async def test_a_page_of_the_account_has_nothing_to_complain_about(people, customer, name):
    people.on_purpose = "404" if name == "unknown" else "$^"
    page = await opened(people, customer, PAGES[name], "desktop")
    assert await faults(page) == {}

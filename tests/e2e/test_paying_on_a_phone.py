"""The pay button and what the provider may answer, on the client's phone."""

import re

import pytest
from playwright.async_api import expect

from tests.support.product import AUTHENTICATED_CARD, DECLINED_CARD, STUCK_ACCOUNT

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]
CONFIRMED = 30_000


@pytest.mark.rule(12)
async def test_the_button_to_pay_is_blue_and_named_pay_now(people, company):
    phone = await people.client(company.book())
    button = phone.locator("#pay")
    await expect(button).to_contain_text("Pay Now")
    shown = await button.evaluate("it => getComputedStyle(it).backgroundColor")
    colour = re.fullmatch(r"oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)", shown)
    assert colour, shown
    _lightness, chroma, hue = map(float, colour.groups())
    assert chroma > 0.05, "grey has no hue"
    assert 220 <= hue <= 270, shown


async def test_a_declined_card_is_told_and_another_card_pays(people, company):
    people.on_purpose = r"status of 402 .+/sandbox/stripe/checkout/"
    phone = await people.client(company.book())
    await phone.locator("#pay").tap()
    await phone.get_by_label("Card number").fill(DECLINED_CARD)
    await phone.get_by_role("button", name="Pay $475.00").tap()
    await expect(phone.get_by_role("alert")).to_contain_text("declined")
    await expect(phone.get_by_role("alert")).to_contain_text("Nothing was charged")
    await phone.get_by_label("Card number").fill("4242 4242 4242 4242")
    await phone.get_by_role("button", name="Pay $475.00").tap()
    await expect(phone.locator("#money")).to_contain_text("Paid in full", timeout=CONFIRMED)


async def test_a_bank_that_asks_back_is_answered_and_the_page_turns_paid(people, company):
    phone = await people.client(company.book())
    await phone.locator("#pay").tap()
    await phone.get_by_label("Card number").fill(AUTHENTICATED_CARD)
    await phone.get_by_role("button", name="Pay $475.00").tap()
    await expect(phone.get_by_role("heading", name="Confirm it is you")).to_be_visible()
    await phone.get_by_role("button", name="Complete").tap()
    await expect(phone.locator("#money")).to_contain_text("Paid in full", timeout=CONFIRMED)


async def test_a_bank_payment_is_processing_and_cannot_be_paid_twice(people, company):
    booking = company.book()
    booking.publish()
    phone = await people.client(booking)
    desk = await people.owner(company, f"/staff/scheduling/inspections/{booking.inspection_id}")
    await phone.locator("#pay").tap()
    await phone.get_by_role("link", name="Bank").tap()
    await phone.get_by_label("Account number").fill(STUCK_ACCOUNT)
    await phone.get_by_role("button", name="Pay $475.00").tap()
    money = phone.locator("#money")
    await expect(money).to_contain_text("Your bank payment is on its way", timeout=CONFIRMED)
    await expect(phone.locator("#pay")).to_have_count(0)
    await expect(phone.get_by_text("Report locked")).to_be_visible()
    await expect(desk.locator("#payments-box")).to_contain_text("Processing $475.00")


@pytest.mark.scenario(53)
async def test_a_double_tap_on_pay_opens_one_checkout(people, company):
    booking = company.book()
    phone = await people.client(booking)
    asked = []
    phone.on("request", lambda sent: sent.method == "POST" and asked.append(sent.url))
    said = await phone.locator("#pay").evaluate(
        "button => { button.click(); button.click(); return [button.innerText, button.ariaBusy]; }"
    )
    assert said == ["Paying $475.00", "true"]
    await expect(phone.get_by_role("heading", name="$475.00")).to_be_visible()
    assert len([url for url in asked if url.endswith("/pay")]) == 1


async def test_without_script_the_client_signs_and_reaches_the_hosted_page(people, company):
    phone = await people.client(company.book(), java_script_enabled=False)
    await phone.get_by_role("link", name="Sign agreement").tap()
    await phone.get_by_label("Your full name").fill("Ellen Park")
    await phone.get_by_label("I have read this agreement and agree to it").check()
    await phone.get_by_role("button", name="Sign agreement").tap()
    await expect(phone.get_by_text("Thank you. The agreement is signed")).to_be_visible()
    await phone.get_by_role("button", name="Pay $475.00").first.tap()
    await expect(phone.get_by_role("heading", name="$475.00")).to_be_visible()
    await expect(phone).to_have_url(re.compile("/sandbox/stripe/checkout/"))


async def test_with_the_keyboard_alone_the_client_signs_and_pays(people, company):
    page = await people.client(company.book(), "desktop")
    await _press(page, page.get_by_role("link", name="Sign agreement"))
    await _reach(page, page.get_by_label("Your full name"))
    await page.keyboard.type("Ellen Park")
    await _reach(page, page.get_by_label("I have read this agreement"))
    await page.keyboard.press("Space")
    await _press(page, page.get_by_role("button", name="Sign agreement"))
    await expect(page.get_by_text("Agreement signed", exact=True)).to_be_visible()
    await _press(page, page.locator("#pay"))
    await expect(page.get_by_label("Card number")).to_be_visible()
    await _press(page, page.get_by_role("button", name="Pay $475.00"))
    await expect(page.locator("#money")).to_contain_text("Paid in full", timeout=CONFIRMED)


async def _reach(page, target):
    """Tab until the target has the focus."""
    await expect(target).to_be_visible()
    for _ in range(40):
        if await target.evaluate("it => it === document.activeElement"):
            assert await target.evaluate("it => it.matches(':focus-visible')")
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"{target} cannot be reached with the keyboard")


async def _press(page, target):
    await _reach(page, target)
    await page.keyboard.press("Enter")

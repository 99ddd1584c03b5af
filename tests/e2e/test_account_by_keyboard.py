"""Everything an account customer does, with the keyboard alone; and axe on pages that are full."""

import re

import pytest
import pytest_asyncio
from playwright.async_api import expect

from deploy.demo.office import eventually
from tests.integration.test_tickets import with_tickets
from tests.support.account_customer import open_account
from tests.support.browser import faults
from tests.support.keyboard import press, write
from tests.support.product import open_company

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]
RULES = ("autopay", "prepayments", "card_changes", "bank_changes", "billing_history")
SHOWN = {"service_history": True, "upcoming_services": True, "paused_services": True}


@pytest.fixture(scope="module")
def company(_running):
    """One that shows its customers everything."""
    opened = open_company(_running)
    opened.office.post("scheduling/v1/custom-fields", {"label": "Roof access code"})
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def customer(company):
    """Has a card on file, a payment, money paid in advance, and is in autopay."""
    it = an_account(company)
    review = it.review(it.singles[0]["invoice_id"], method="card", save_method="on")
    it.by_card(it.pay(review))
    (method,) = eventually(it.methods, "the card is on file", within=60)
    eventually(lambda: "4242" in it.browser.open("/account/methods").text, "the portal knows it")
    advance = it.browser.open("/account/prepayments").form("Pay in advance")
    it.send(advance, amount="25.00", method=f"saved:{method['method_id']}")
    enrol = it.browser.open("/account/autopay").form("Enroll in autopay")
    it.send(enrol, method_id=method["method_id"])
    for path, words in (("/account/autopay", "Autopay is on"), ("/account/history", "$150.00")):
        eventually(lambda path=path, words=words: words in it.browser.open(path).text, path)
    return it


def an_account(company):
    """Signed in; two single visits and an order of two are open."""
    with_tickets(company, ticket_categories=["Visits"])
    field = company.office.get("scheduling/v1/custom-fields")["items"][0]["field_id"]
    company.office.put("portal/v1/settings", {**SHOWN, "visible_field_ids": [field]})
    it = open_account(company, sites=2)
    it.rules(**dict.fromkeys(RULES, True))
    it.singles = it.book(sites=2)
    it.order(2)
    it.sign_in()
    eventually(
        lambda: "4 open invoices" in it.browser.open("/account/pay").text, "the portal knows them"
    )
    eventually(lambda: it.browser.open("/account/autopay").status == 200, "and what is allowed")
    return it


@pytest_asyncio.fixture(loop_scope="session")
async def page(people, customer):
    return await people.taking_over(customer.browser, "/account", "desktop")


async def test_a_stranger_asks_for_a_link(people, customer):
    page = await people.stranger("/account/sign-in")
    await write(page, "Email", customer.email)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("inbox")
    assert await faults(page) == {}


async def test_paying_saving_enrolling_and_removing(people, company):
    """A sitting of its own: what is paid and kept here is in nobody else's way."""
    customer = an_account(company)
    page = await people.taking_over(customer.browser, "/account/pay?choice=single", "desktop")
    await _pay_and_save_the_card(page)
    eventually(lambda: "4242" in customer.browser.open("/account/methods").text, "it is on file")
    await _pay_an_amount_by_the_card_on_file(page)
    await _pay_in_advance(page)
    await _enrol_and_leave(page, customer)
    await page.goto("/account/methods")
    await press(page, "Remove Visa ending 4242")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Remove Visa")
    assert await faults(page) == {}
    await press(page, "Remove")
    await expect(page.get_by_role("status").filter(has_text="It was removed")).to_be_visible()
    eventually(lambda: customer.methods() == [], "nothing is on file")


async def _pay_and_save_the_card(page):
    await press(page, "Select all invoices on this page", "Space")
    await expect(page.locator("#o-amount")).to_have_text("$300.00")
    await press(page, "Save", "Space")
    await press(page, "Review payment")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Check your payment")
    await press(page, "Pay $300.00")
    await expect(page.get_by_label("Card number")).to_be_visible()
    await press(page, "Pay $300.00")
    await _paid(page)
    assert await faults(page) == {}


async def _pay_an_amount_by_the_card_on_file(page):
    await page.goto("/account/pay?choice=custom")
    await write(page, "Amount to pay", "40")
    await expect(page.locator("#cover")).to_contain_text("This pays 1 invoice")
    await press(page, "Review payment")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Check your payment")
    await press(page, "Pay $40.00")
    await _paid(page)


async def _pay_in_advance(page):
    await page.goto("/account/prepayments")
    await write(page, "Amount", "25.00")
    await press(page, "Pay in advance")
    await _paid(page)


async def _paid(page):
    """The page turns from confirming to paid by itself and never says anything else."""
    await page.wait_for_url("**/account/attempts/**")
    heading = page.get_by_role("heading", level=1)
    await expect(heading).to_have_text(re.compile("Confirming your payment|Paid. Thank you"))
    await expect(heading).to_have_text("Paid. Thank you", timeout=60_000)


async def _enrol_and_leave(page, customer):
    await page.goto("/account/autopay")
    await press(page, "Enroll in autopay")
    await page.wait_for_url("**/account/autopay?saved=yes")
    eventually(lambda: "Autopay is on" in customer.browser.open("/account/autopay").text, "on")
    await page.goto("/account/autopay")
    assert await faults(page) == {}
    await press(page, "Leave autopay")
    await page.wait_for_url("**/account/autopay?saved=no")
    eventually(lambda: "Autopay is off" in customer.browser.open("/account/autopay").text, "off")


async def test_a_ticket_is_sent_answered_and_a_visit_is_to_be_moved(page):
    await page.goto("/account/tickets/new")
    await write(page, "Subject", "Gate code")
    await write(page, "Message", "Which one?")
    await press(page, "Send")
    await page.wait_for_url("**/account/tickets/*")
    await expect(page.get_by_text("Which one?")).to_be_visible()
    assert await faults(page) == {}
    await write(page, "Add a message", "The north gate.")
    await press(page, "Send")
    await expect(page.get_by_text("The north gate.")).to_be_visible()
    await page.goto("/account/services")
    await press(page, "Ask to reschedule")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Ask to reschedule")
    assert await faults(page) == {}
    await write(page, "Message", "Next week, please.")
    await press(page, "Send")
    await expect(page.get_by_text("Next week, please.")).to_be_visible()


async def test_the_profile_is_changed(page, customer):
    await page.goto("/account/profile")
    await write(page, "Roof access code", "4711")
    await press(page, "Save")
    await expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    eventually(
        lambda: 'value="4711"' in customer.browser.open("/account/profile").html, "it is kept"
    )


async def test_pages_that_are_full_please_everybody(people, customer):
    page = await people.taking_over(customer.browser, "/account/history", "desktop")
    (method,) = customer.methods()
    places = ["", "/pay?choice=multi", "/invoices", "/history", "/statement", "/methods"]
    places += [f"/methods/{method['method_id']}/remove", "/autopay", "/prepayments", "/profile"]
    places += ["/services", "/tickets", "/tickets/new"]
    for place in places:
        await page.goto(f"/account{place}", wait_until="load")
        assert await faults(page) == {}, place

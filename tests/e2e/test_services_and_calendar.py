"""Services over many pages and the calendar of an account in a browser: nothing for axe."""

import pytest
from playwright.async_api import expect

from deploy.demo.office import eventually
from tests.support.account_customer import open_account
from tests.support.browser import faults

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(240)]
MANY = 30


@pytest.fixture(scope="module")
def customer(company):
    """One order over thirty sites; signed in."""
    opened = open_account(company, sites=MANY)
    opened.order(MANY)
    opened.sign_in()

    def turns() -> bool:
        page = opened.browser.open("/account/services")
        return (
            "Later" in page.text
            and f"{MANY - 25} visits" in opened.browser.open(page.link("Later")).text
        )

    eventually(turns, "the portal knows every visit")
    return opened


async def test_a_list_of_services_turns_its_pages(people, customer):
    page = await people.taking_over(customer.browser, "/account/services", "desktop")
    pages = page.get_by_role("navigation", name="Pages of upcoming services")
    await expect(pages).to_contain_text("25 visits")
    assert await faults(page) == {}
    await pages.get_by_role("link", name="Later").focus()
    await page.keyboard.press("Enter")
    await expect(pages).to_contain_text("5 visits")
    await expect(page.get_by_role("heading", name="Upcoming services")).to_be_in_viewport()
    assert await faults(page) == {}
    await pages.get_by_role("link", name="Sooner").click()
    await expect(pages).to_contain_text("25 visits")


async def test_the_calendars_address_is_shown_to_be_copied_and_ended(people, customer):
    page = await people.taking_over(customer.browser, "/account/calendar", "desktop")
    await page.get_by_role("button", name="Get an address").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("code")).to_contain_text("/notifications/calendar/")
    await expect(page.get_by_role("button", name="Copy address")).to_be_visible()
    assert await faults(page) == {}
    await page.goto("/account/calendar", wait_until="load")
    assert await faults(page) == {}
    await page.get_by_role("button", name="End the address").click()
    await expect(page.get_by_role("status")).to_contain_text("has stopped working")
    assert await faults(page) == {}


async def test_staff_come_to_a_clients_address_from_the_people_box(people, company):
    booking = company.book()
    booking.link()
    page = await people.owner(company, f"/staff/scheduling/inspections/{booking.inspection_id}")
    await page.get_by_role("link", name="Actions for Ellen Park").click()
    await page.get_by_role("link", name="Calendar address of Ellen Park").click()
    await page.get_by_role("button", name="Make an address for Ellen Park").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("code")).to_contain_text("/notifications/calendar/")
    assert await faults(page) == {}
    await page.get_by_role("button", name="Stop the address of Ellen Park").click()
    await expect(page.get_by_role("button", name="Make an address for Ellen Park")).to_be_visible()
    assert await faults(page) == {}

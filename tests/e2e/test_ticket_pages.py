"""Tickets, services and portal settings in a browser: nothing for axe, never too wide."""

import pytest
from playwright.async_api import expect

from tests.integration.test_tickets import submit, with_tickets
from tests.support.browser import faults
from tests.support.product import open_company

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]
CUSTOMER = {
    "tickets": "/account/tickets",
    "closed tickets": "/account/tickets?show=closed",
    "new ticket": "/account/tickets/new",
    "one ticket": "/account/tickets/{ticket}",
    "ticket sent": "/account/tickets/thanks",
    "services": "/account/services",
}
STAFF = {
    "inbox": "/staff/portal/tickets",
    "one ticket": "/staff/portal/tickets/{ticket}",
    "services tab": "/staff/portal/settings",
    "tickets tab": "/staff/portal/settings/tickets",
}


@pytest.fixture(scope="module")
def asked(_running):
    """A customer has asked something, and a visit is booked."""
    company = open_company(_running)
    customer = with_tickets(company, ticket_categories=["Visits", "Invoices"])
    customer.book(sites=1)
    ticket = submit(customer, "Gate code", "Which one?", category="Visits")
    yield customer, ticket
    company.close()


@pytest.mark.parametrize("place", CUSTOMER)
async def test_a_customers_page_has_nothing_to_complain_about(people, asked, place):
    customer, ticket = asked
    path = CUSTOMER[place].format(ticket=ticket)
    page = await people.taking_over(customer.browser, path, "desktop")
    assert await faults(page) == {}


@pytest.mark.parametrize("place", STAFF)
async def test_a_staff_page_has_nothing_to_complain_about(people, asked, place):
    customer, ticket = asked
    path = STAFF[place].format(ticket=ticket)
    page = await people.owner(customer.company, path)
    assert await faults(page) == {}


async def test_select_all_ticks_the_boxes_of_the_tab_by_keyboard(people, asked):
    customer, _ = asked
    page = await people.owner(customer.company, "/staff/portal/settings")
    paused = page.get_by_label("Allow Clients to View Paused Services")
    await expect(paused).not_to_be_checked()
    await page.get_by_label("Select all items on current tab").focus()
    await page.keyboard.press("Space")
    await expect(paused).to_be_checked()

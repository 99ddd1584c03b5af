"""Pages people meet when something is under way, refused or ended: nothing for axe in any look."""

import re

import pytest
from playwright.async_api import expect

from deploy.demo.office import eventually
from tests.integration.test_access import colleague
from tests.support.account_customer import open_account
from tests.support.accounts import open_account as account_at_the_desk
from tests.support.accounts import today
from tests.support.browser import faults
from tests.support.product import PASSWORD, POOR_ACCOUNT, STUCK_ACCOUNT, open_company

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(240)]
PAYERS = ("Marcus Lee", "Northwest Mutual", "Dana Ruiz", "Omar Haddad")
BANK_DAYS = 5 * 86_400
SETTLED = 60_000
"""Milliseconds until a payment has gone from the provider through all services."""


@pytest.fixture(scope="module")
def company(_running):
    """Of its own: what is switched on here is in nobody else's way."""
    opened = open_company(_running, "Lantern Hill Inspections")
    yield opened
    opened.close()


async def judged(page, path, words):
    """Open it and let axe look, once it says this."""
    await page.goto(path, wait_until="load")
    await expect(page.locator("main")).to_contain_text(words, timeout=SETTLED)
    assert await faults(page) == {}, path


async def test_payments_of_an_account_under_way_failed_and_not_finished(people, company):
    people.on_purpose = "status of (403|404)"
    customer = open_account(company, sites=2)
    first, second = customer.book(sites=2)
    customer.sign_in()
    on_its_way = customer.review(first["invoice_id"], method="us_bank_account")
    processing = customer.by_bank(customer.pay(on_its_way), STUCK_ACCOUNT).url
    returned = customer.review(second["invoice_id"], method="us_bank_account")
    failed = customer.by_bank(customer.pay(returned), POOR_ACCOUNT).url
    company.sandbox.post("clock/advance", seconds=BANK_DAYS)
    again = customer.review(second["invoice_id"])
    customer.pay(again)
    begun = f"/account/attempts/{again.form('Pay $').values['idempotency_key']}"
    page = await people.taking_over(customer.browser, "/account", "desktop")
    await judged(page, failed, "You have not been charged")
    await judged(page, processing, "You don’t need to do anything")
    await judged(page, begun, "The payment was not finished")
    await judged(page, "/account/prepayments", "Your account")
    await judged(page, "/account/methods/nothing/remove", "Your account")


async def test_a_payers_page_once_paid_under_way_refunded_and_cancelled(people, company):
    company.office.put("billing/v1/settings/portal", {"clients_may_invite": True})
    agents = [
        {"role": "additional", "role_label": "Payer", "name": name, "email": f"p{at}@example.com"}
        for at, name in enumerate(PAYERS)
    ]
    booking = company.book(people=agents)
    booking.wait_invoice(total_cents=47_500)
    made = [booking.invoice_for(name, fixed_cents=5_000)["invoice_id"] for name in PAYERS]
    paid, waiting, refunded, cancelled = [booking.payer(invoice_id) for invoice_id in made]
    for payer in (paid, refunded):
        payer.checkout()
        payer.pay_by_card()
        payer.wait("Paid in full")
    waiting.checkout()
    waiting.pay_by_bank(STUCK_ACCOUNT)
    waiting.wait("Your bank payment is on its way")
    payments = company.office.get(f"billing/v1/invoices/{made[2]}")["payments"]
    give_back = {"amount_cents": 5_000, "reason": "Not needed", "with_credit": True}
    company.office.post(f"billing/v1/payments/{payments[0]['payment_id']}/refunds", give_back)
    company.office.post(f"billing/v1/invoices/{made[3]}/void", {})
    refunded.wait("Refunded")
    cancelled.wait("no longer needed")
    for payer in (paid, waiting, refunded, cancelled):
        page = await people.taking_over(payer.browser, payer.home, "desktop")
        assert await faults(page) == {}, payer.page.text


async def test_links_that_have_ended_and_pages_that_are_not_there(people, company):
    people.on_purpose = "status of (403|404|410)"
    booking = company.book()
    link = booking.link()
    for row in booking.portal_links():
        path = f"portal/v1/inspections/{booking.inspection_id}/links/{row['link_id']}/end"
        company.office.post(path, {})
    page = await people.stranger()
    await judged(page, link, "This link has ended")
    await judged(page, f"/pay/{'x' * 43}", "This link does not work")
    await judged(page, f"/account/in/{'x' * 43}", "A link from an email works once")
    desk = await people.owner(company, "/staff/scheduling/schedule")
    links = f"/staff/portal/inspections/{booking.inspection_id}/links"
    await judged(desk, links, "No link works now")
    for service, place in (
        ("scheduling", "inspections/nothing"),
        ("billing", "invoices/nothing"),
        ("portal", "tickets/nothing"),
        ("notifications", "mail/nothing"),
    ):
        await judged(desk, f"/staff/{service}/{place}", re.compile(r"\w"))


async def test_a_page_that_a_role_does_not_include(people, company):
    people.on_purpose = "status of 403"
    email, office = colleague(company, "read_only")
    office.close()
    visitor = company.visitor()
    form = visitor.open("/staff/scheduling/sign-in").form("Sign in")
    visitor.submit(form, email=email, password=PASSWORD)
    page = await people.taking_over(visitor, "/staff/scheduling/schedule", "desktop")
    for service in ("scheduling", "billing", "portal", "notifications"):
        path = "settings" if service != "scheduling" else "settings/company"
        await judged(page, f"/staff/{service}/{path}", "You may not do this")
        await expect(page.get_by_role("link", name="Go to the schedule")).to_be_visible()


async def test_the_drawers_of_an_account_and_their_errors(people, company):
    people.on_purpose = "status of 422"
    account = account_at_the_desk(company, sites=2)
    account.every("monthly", today())
    page = await people.owner(company, f"/staff/scheduling/accounts/{account.account_id}")
    drawer = page.get_by_role("dialog")
    for opener, field, button in (
        ("Edit Cascade Property Group", "Customer’s name", "Save"),
        ("Actions for Nora Bell", "Name", "Save"),
        ("Add person", None, "Add person"),
        ("Edit 410 Birch St", "Street address", "Save"),
        ("Add site", None, "Add site"),
        ("Actions for Radon test", "Price for each visit", "Save changes"),
        ("Add recurring service", None, "Add recurring service"),
    ):
        link = page.get_by_role("link", name=opener).first
        await link.click()
        await expect(drawer).to_be_visible()
        assert await faults(page) == {}, opener
        if field:
            await drawer.get_by_label(field, exact=True).fill("")
        await drawer.get_by_role("button", name=button, exact=True).click()
        await expect(drawer.locator(".error-summary")).to_be_focused()
        assert await faults(page) == {}, f"{opener}, refused"
        await page.keyboard.press("Escape")
        await expect(link).to_be_focused()


async def test_the_reminders_of_one_invoice(people, company):
    plan = {"on": True, "steps": [{"days": 1}, {"days": 4}], "quiet_from": "00:00"}
    company.office.put("notifications/v1/reminders", {**plan, "quiet_until": "00:00"})
    invoice_id = company.book().invoice()["invoice_id"]
    path = f"/staff/notifications/invoices/{invoice_id}/reminders"
    staff = company.staff_browser()
    eventually(lambda: staff.open(path).status == 200, "notifications knows the invoice")
    page = await people.owner(company, path)
    await expect(page.get_by_role("heading", name="Coming")).to_be_visible()
    assert await faults(page) == {}
    await page.get_by_role("button", name="Pause reminders").click()
    await expect(page.get_by_role("button", name="Resume reminders")).to_be_visible()
    assert await faults(page) == {}

"""What the office does on the inspection page and in the settings, in a real window."""

import re

import pytest
from playwright.async_api import expect

from deploy.demo.office import eventually
from tests.support.late import ComingLate
from tests.support.product import link_in

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]


async def test_with_the_keyboard_alone_staff_sign_in(people, company):
    page = await people.stranger("/staff/scheduling/sign-in")
    await expect(page.get_by_label("Work email")).to_be_visible()
    while not await page.evaluate("document.activeElement.id === 'email'"):
        await page.keyboard.press("Tab")
    await page.keyboard.type(company.owner_email)
    await page.keyboard.press("Tab")
    await page.keyboard.type(company.owner_password)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Schedule", level=1)).to_be_visible()


@pytest.mark.parametrize("answer", ["update agreements", "Dismiss"])
@pytest.mark.rule(57, 58)
async def test_a_service_added_after_booking_asks_about_the_agreement(people, company, answer):
    booking = company.book()
    desk = await people.owner(company, f"/staff/scheduling/inspections/{booking.inspection_id}")
    await desk.get_by_role("link", name="Add service").click()
    drawer = desk.get_by_role("dialog", name="Add service")
    await drawer.get_by_label("Service", exact=True).last.select_option(
        label="Sewer scope, $175.00"
    )
    await drawer.get_by_role("button", name="Add", exact=True).click()
    services = desk.locator("#services-box")
    await expect(services.get_by_text("The agreement still says $475.00")).to_be_visible()
    await expect(drawer).to_be_hidden()
    await services.get_by_role("button", name=answer).click()
    await expect(services.get_by_text("The agreement still says $475.00")).to_be_hidden()
    await expect(services.get_by_role("row", name="Sewer scope")).to_contain_text("$175.00")
    await expect(desk.locator("#payments-box")).to_contain_text("Due $650.00")
    booking.wait_invoice(total_cents=65_000)


async def news_coming_late(page):
    """Something has happened; the services box has asked and has no answer yet."""
    late = await ComingLate.of(page, "**/scheduling/fragments/**/services")
    await page.evaluate("document.body.dispatchEvent(new Event('inspection:changed'))")
    await late.asked
    return late


async def test_news_on_its_way_does_not_overwrite_the_answer_to_a_press(people, company):
    booking = company.book()
    fee = {"kind": "fee", "name": "Sewer scope", "amount_cents": 17_500}
    company.office.post(f"{booking.path}/lines", fee)
    desk = await people.owner(company, f"/staff/scheduling/inspections/{booking.inspection_id}")
    services = desk.locator("#services-box")
    behind = services.get_by_text("The agreement still says $475.00")
    await expect(behind).to_be_visible()
    late = await news_coming_late(desk)
    news = await late.asked
    async with desk.expect_event("requestfailed", lambda request: request == news):
        await services.get_by_role("button", name="Dismiss").click()
    await late.arrives()
    await expect(behind).to_be_hidden()


async def test_news_that_comes_while_a_box_is_being_drawn_is_drawn_as_well(people, company):
    booking = company.book()
    desk = await people.owner(company, f"/staff/scheduling/inspections/{booking.inspection_id}")
    services = desk.locator("#services-box")
    await expect(services.get_by_role("row", name="Full home inspection")).to_be_visible()
    late = await news_coming_late(desk)
    fee = {"kind": "fee", "name": "Travel", "amount_cents": 2_500}
    company.office.post(f"{booking.path}/lines", fee)
    await expect(desk.locator("#payments-box")).to_contain_text("Due $500.00")
    await late.arrives()
    await expect(services.get_by_role("row", name="Travel")).to_be_visible()


@pytest.mark.rule(22, 24)
async def test_details_are_shared_with_a_warning_and_a_preview(people, company):
    booking = company.book()
    booking.link()
    friend = f"friend-{booking.inspection_id[:8]}@example.com"
    desk = await people.owner(company, f"/staff/scheduling/inspections/{booking.inspection_id}")
    await desk.get_by_role("link", name="Share details").first.click()
    await expect(desk.get_by_text("Confirm with your client before sharing")).to_be_visible()
    await desk.get_by_label("Recipient").fill(friend)
    await desk.get_by_label("Subject").fill("The details you asked for")
    await desk.get_by_role("button", name="Preview").click()
    mail = desk.frame_locator("iframe[name=preview]")
    await expect(mail.get_by_text("Sign & Pay")).to_be_visible()
    await desk.get_by_role("button", name="Dark").click()
    await expect(mail.get_by_text("Sign & Pay")).to_be_visible()
    await desk.get_by_role("button", name="Send Email").click()
    await expect(desk.get_by_role("heading", name="1482 Alder Creek Rd")).to_be_visible()
    assert link_in(booking.mail("The details you asked for", friend))


@pytest.mark.rule(33)
async def test_the_client_view_shows_the_page_without_letting_staff_pay(people, company):
    booking = company.book()
    booking.client()
    desk = await people.owner(company, f"/staff/scheduling/inspections/{booking.inspection_id}")
    async with desk.context.expect_page() as opening:
        await desk.get_by_role("button", name="Client View").click()
    view = await opening.value
    await expect(view.get_by_role("status").first).to_contain_text("You are previewing")
    await expect(view.locator("#pay")).to_be_disabled()
    await expect(view.get_by_text("Payment is off while you are previewing")).to_be_visible()


@pytest.mark.rule(1, 5, 6, 7)
async def test_collect_after_publish_is_switched_on_and_locks_new_inspections(people, own_company):
    desk = await people.owner(own_company, "/staff/scheduling/settings/client-portal")
    collect = desk.get_by_role("switch", name=re.compile("^Collect payment after publish"))
    await collect.check()
    await desk.get_by_role("button", name="Save settings").click()
    await expect(desk.get_by_text("Saved", exact=True)).to_be_visible()
    await expect(collect).to_be_checked()
    await expect(desk.get_by_role("switch", name="Allow deferred payment")).to_be_disabled()

    await desk.goto("/staff/scheduling/inspections/new")
    require = desk.get_by_label("Require payment to release report(s)")
    await expect(require).to_be_checked()
    await expect(require).to_be_disabled()
    await expect(desk.get_by_text("Locked on: your company collects payment")).to_be_visible()

    phone = await people.client(own_company.book())
    money = phone.locator("#money")
    await expect(money).to_contain_text("Payment to be collected after inspection is published")
    await expect(phone.locator("#pay")).to_have_count(0)


async def test_a_booking_form_with_errors_leads_to_them_and_keeps_what_was_typed(people, company):
    people.on_purpose = "status of 422"
    desk = await people.owner(company, "/staff/scheduling/inspections/new")
    await desk.get_by_label("Street address").fill("1482 Alder Creek Rd")
    await desk.get_by_role("button", name="Schedule inspection").click()
    await expect(desk.locator(".error-summary")).to_be_focused()
    await expect(desk.get_by_label("Street address")).to_have_value("1482 Alder Creek Rd")
    await desk.get_by_role("link", name="Enter the client's name").click()
    await expect(desk.get_by_label("Client’s name")).to_be_focused()


async def test_an_alert_that_waits_is_done_with_one_click(people, company):
    booking = company.book()
    client = booking.client()
    client.checkout()
    client.pay_by_bank("000222222227")
    company.sandbox.post("clock/advance", seconds=5 * 86_400)
    eventually(
        lambda: company.office.get(
            "notifications/v1/alerts", inspection_id=booking.inspection_id, show="action"
        )["items"],
        "an alert that needs action",
    )
    desk = await people.owner(company, "/staff/notifications/alerts?show=action")
    rows = desk.locator("#feed > li")
    await expect(rows).to_have_count(1)
    await rows.get_by_role("button", name="done").click()
    await expect(desk.get_by_role("button", name="done")).to_have_count(0)

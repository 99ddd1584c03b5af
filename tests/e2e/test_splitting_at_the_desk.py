"""Staff divide a bill in real windows: the drawer, the live meter, the mail, the rules."""

import re

import pytest
from playwright.async_api import expect

from tests.support.late import ComingLate
from tests.support.product import link_in

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]
AGENT = {"role": "agent", "role_label": "Buyer's agent", "name": "Marcus Lee"}
INSURER = {"role": "additional", "role_label": "Insurer", "name": "Northwest Mutual"}


def booked(company):
    """$800.00 with an agent and an insurer whose mailboxes nobody else has."""
    booking = company.book(
        "Full home inspection",
        "Sewer scope",
        "Radon test",
        people=[
            {**AGENT, "email": f"agent-{company.owner_email}"},
            {**INSURER, "email": f"claims-{company.owner_email}"},
        ],
    )
    booking.wait_invoice(total_cents=80_000)
    return booking


async def at_the_desk(people, company, booking, **options):
    page = await people.owner(
        company, f"/staff/scheduling/inspections/{booking.inspection_id}", **options
    )
    await expect(page.locator("#payments-box")).to_contain_text("Due $800.00")
    return page


async def opened_drawer(page):
    await page.locator("#add-invoice").click()
    drawer = page.get_by_role("dialog", name="Add Invoice")
    await expect(drawer).to_be_visible()
    return drawer


@pytest.mark.rule(37, 40)
async def test_with_the_mouse_staff_add_and_send_and_the_box_follows(people, company):
    people.on_purpose = "status of 422"
    booking = booked(company)
    page = await at_the_desk(people, company, booking)
    drawer = await opened_drawer(page)
    await drawer.get_by_label("Contact").select_option(label="Northwest Mutual, Insurer")
    await drawer.get_by_role("checkbox", name="Radon test").check()
    effect = drawer.locator("#effect")
    await expect(effect).to_contain_text("Northwest Mutual will pay$150.00")
    await expect(effect).to_contain_text("now $650.00")
    bar = effect.get_by_role("img", name="Ellen Park $650.00, Northwest Mutual $150.00")
    await expect(bar).to_be_visible()

    await drawer.get_by_text("Fixed amount", exact=True).first.click()
    await expect(drawer.get_by_text("At most $800.00")).to_be_visible()
    await drawer.get_by_label("Fixed amount").last.fill("800.01")
    await expect(effect).to_contain_text("Fixed amount cannot exceed $800.00")
    await drawer.get_by_label("Reference").fill("Claim 4711")
    await drawer.get_by_role("button", name="Save", exact=True).click()
    summary = drawer.locator(".error-summary")
    await expect(summary).to_be_focused()
    await summary.get_by_role("link", name="Fixed amount cannot exceed $800.00").click()
    await expect(drawer.locator("#amount")).to_be_focused()
    await expect(drawer.get_by_label("Reference")).to_have_value("Claim 4711")

    await drawer.locator("#amount").fill("150")
    await drawer.get_by_role("button", name="Save and Send").click()
    await expect(drawer).to_be_hidden()
    await expect(page.get_by_text("Sent to Northwest Mutual")).to_be_visible()
    box = page.locator("#payments-box")
    await expect(box).to_contain_text("Northwest Mutual")
    await expect(box.get_by_role("img", name="Northwest Mutual $150.00")).to_be_visible()
    await expect(page.locator("#add-invoice")).to_be_focused()
    claims = f"claims-{company.owner_email}"
    assert link_in(booking.mail("Invoice", to=claims)).startswith("/pay/")


async def test_with_the_keyboard_alone_the_drawer_traps_the_focus_and_gives_it_back(
    people, company
):
    booking = booked(company)
    page = await at_the_desk(people, company, booking)
    await page.locator("#add-invoice").focus()
    await page.keyboard.press("Enter")
    drawer = page.get_by_role("dialog", name="Add Invoice")
    await expect(drawer.get_by_label("Contact")).to_be_focused()
    inside = "document.querySelector('dialog[open]').contains(document.activeElement)"
    for _ in range(25):
        await page.keyboard.press("Tab")
        away = await page.evaluate("document.activeElement === document.body")
        assert away or await page.evaluate(inside)
    await page.keyboard.press("Escape")
    await expect(drawer).to_be_hidden()
    await expect(page.locator("#add-invoice")).to_be_focused()

    await page.keyboard.press("Enter")
    await expect(drawer.get_by_label("Contact")).to_be_focused()
    await drawer.get_by_role("radio", name="Services").focus()
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("Tab")
    await page.keyboard.type("25")
    await expect(drawer.locator("#effect")).to_contain_text("Marcus Lee will pay$200.00")
    await page.keyboard.press("Enter")
    await expect(page.locator("#payments-box")).to_contain_text("Marcus Lee")
    await expect(page.locator("#payments-box")).to_contain_text("$200.00")
    booking.wait_invoice(total_cents=60_000)


async def test_equal_parts_are_saved_and_one_of_them_is_changed_and_taken_back(people, company):
    booking = booked(company)
    page = await at_the_desk(people, company, booking)
    drawer = await opened_drawer(page)
    await drawer.get_by_text("Equal parts", exact=True).click()
    await drawer.get_by_role("checkbox", name="Northwest Mutual").check()
    await expect(drawer.locator("#effect")).to_contain_text("$266.67")
    await drawer.get_by_role("button", name="Save", exact=True).click()
    box = page.locator("#payments-box")
    await expect(box).to_contain_text("$266.66")

    await box.get_by_role("link", name=re.compile("^Send invoice .* to Marcus Lee")).click()
    await page.get_by_role("link", name="Change").click()
    drawer = page.get_by_role("dialog", name=re.compile("^Change invoice"))
    await drawer.get_by_text("Fixed amount", exact=True).first.click()
    await drawer.locator("#amount").fill("100.00")
    await expect(drawer.locator("#effect")).to_contain_text("Marcus Lee will pay$100.00")
    await drawer.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_text("Changed; nothing is mailed")).to_be_visible()
    await expect(page.locator("main")).to_contain_text("$100.00")

    await page.get_by_role("link", name="Cancel invoice").click()
    drawer = page.get_by_role("dialog", name=re.compile("^Cancel invoice"))
    await expect(drawer).to_contain_text("Nobody is mailed")
    await drawer.get_by_role("button", name="Cancel this invoice").click()
    await expect(page.get_by_text("This invoice is not needed any more")).to_be_visible()
    booking.wait_invoice(total_cents=53_334)


@pytest.mark.rule(41)
async def test_the_mail_is_seen_as_the_payer_will_see_it_while_it_is_written(people, company):
    booking = booked(company)
    contact = next(p for p in booking.show()["people"] if p["name"] == "Marcus Lee")
    made = company.office.post(
        f"billing/v1/inspections/{booking.inspection_id}/invoices",
        {"contact_id": contact["contact_id"], "fixed_cents": 15_000},
    )
    booking.wait_invoice(total_cents=65_000)
    page = await people.owner(company, f"/staff/billing/invoices/{made['invoice_id']}")
    mail = page.frame_locator("iframe:not(.coming)")
    await expect(mail.get_by_text("View and pay")).to_be_visible()
    length = await page.evaluate("history.length")
    await page.get_by_label("Message").fill("Please look at this, {{ recipient_name }}.")
    await expect(mail.get_by_text("Please look at this, Marcus Lee.")).to_be_visible()
    await expect(mail.get_by_text("View and pay")).to_be_visible()
    assert await page.evaluate("history.length") == length
    await page.get_by_role("button", name="Send now").click()
    await expect(page.get_by_text("Sent to Marcus Lee")).to_be_visible()
    sent = booking.mail("Invoice", to=f"agent-{company.owner_email}")
    assert "Please look at this, Marcus Lee." in sent["text"]


WATCH_THE_WORDS = """() => {
  window.answered = new Promise((answered) => {
    document.addEventListener("htmx:finally:request", ({ target }) => {
      if (target.closest("[data-begins]")) answered();
    });
  });
}"""


async def test_words_that_come_late_do_not_replace_what_was_typed(people, company):
    booking = booked(company)
    made = booking.invoice_for("Marcus Lee", fixed_cents=15_000)
    page = await people.owner(company, "/staff/billing/settings")
    late = await ComingLate.of(page, "**/notifications/fragments/**/words")
    await page.goto(f"/staff/billing/invoices/{made['invoice_id']}", wait_until="load")
    await late.asked
    message = page.get_by_label("Message")
    await message.fill("Please look at this.")
    await page.evaluate(WATCH_THE_WORDS)
    await late.arrives()
    await page.evaluate("window.answered")
    mail = page.frame_locator("iframe:not(.coming)")
    await expect(mail.get_by_text("Please look at this.")).to_be_visible()
    await expect(message).to_have_value("Please look at this.")


async def test_a_rule_is_saved_in_the_settings_and_applied_in_one_press(people, own_company):
    booking = booked(own_company)
    page = await people.owner(own_company, "/staff/billing/settings")
    await page.get_by_role("link", name="Add rule").click()
    await page.get_by_label("Name").fill("Radon to the insurer")
    await page.get_by_label("For", exact=True).select_option(label="Additional person")
    await page.get_by_label("Shown as").fill("Insurer")
    await page.get_by_label("Service", exact=True).fill("Radon test")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.locator("#split-rules")).to_contain_text("Radon test, to Insurer")

    page = await at_the_desk(people, own_company, booking)
    await page.get_by_role("link", name="Radon to the insurer").click()
    drawer = page.get_by_role("dialog", name="Radon to the insurer")
    await expect(drawer).to_contain_text("Northwest Mutual will pay$150.00")
    await drawer.get_by_role("button", name="Apply").click()
    await expect(page.locator("#payments-box")).to_contain_text("Northwest Mutual")
    booking.wait_invoice(total_cents=65_000)
    await page.get_by_role("link", name="Radon to the insurer").click()
    await expect(drawer).to_contain_text("This rule has been applied to this bill already")
    await expect(drawer.get_by_role("button", name="Apply")).to_have_count(0)

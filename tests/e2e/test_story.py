"""The story of Doorstep in real windows: the office's desk and the client's phone."""

import asyncio
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Page, expect

from deploy.demo.office import eventually
from tests.support.product import LARGE_PDF, Company, link_in

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]
RELOADS = 30
CONFIRMED = 30_000
"""Milliseconds until a payment has gone from the provider through all services."""


async def test_from_the_booking_form_to_a_paid_and_open_report(people, company):
    office = Office(company, await people.stranger("/"))
    await office.sign_in()
    feed = await office.desk.context.new_page()
    await feed.goto("/staff/notifications/alerts")
    await expect(feed.get_by_text("No alerts yet")).to_be_visible()

    day = (datetime.now(UTC) + timedelta(days=4)).strftime("%Y-%m-%d")
    await office.book(day)
    await expect(feed.locator("#feed > li").first).to_contain_text("1482 Alder Creek Rd")
    inspection = office.desk.url
    await office.desk.goto(f"/staff/scheduling/schedule?view=day&day={day}")
    await expect(office.desk.get_by_role("link", name="1482 Alder Creek Rd")).to_be_visible()
    await expect(office.desk.get_by_text("1:30–4:00 PM")).to_be_visible()
    await office.desk.goto(inspection)
    await expect(office.desk.locator("#payments-box")).to_contain_text("Due $475.00")

    link = office.link()
    eventually(
        lambda: "Pay $475.00" in company.visitor().open(link).text, "the portal knows the invoice"
    )
    phone = await people.stranger(link, "phone")
    await expect(phone.get_by_role("heading", name="1482 Alder Creek Rd")).to_be_visible()
    starts_at = datetime.fromisoformat(f"{day}T13:30").replace(tzinfo=ZoneInfo("America/Denver"))
    await expect(phone.get_by_text("1:30")).to_contain_text(f"{starts_at:%Z}")
    await expect(phone.get_by_text("Report locked")).to_be_visible()
    await sign(phone)
    await expect(feed.locator("#feed > li").first).to_contain_text("signed the agreement")
    await pay(phone)

    await expect(office.desk.locator("#payments-box")).to_contain_text("Due $0.00")
    await expect(office.desk.locator("#header-box")).to_contain_text("Paid")
    await expect(feed.locator("#feed")).to_contain_text("paid $475.00")
    assert office.desk.url == inspection

    await office.publish()
    published = feed.locator("#feed > li").filter(has_text="Report published for 1482 Alder Creek")
    await expect(published).to_be_visible()
    assert office.mail("report")
    ready = phone.get_by_role("heading", name="Your report is ready")
    await reloaded_until(phone, ready)
    assert "$475.00" in office.mail("receipt")["text"]
    for name in ("View report", "Receipt", re.compile("^Invoice ")):
        paper = phone.get_by_role("link", name=name).first
        answer = await phone.context.request.get(await paper.get_attribute("href"))
        assert answer.headers["content-type"] == "application/pdf"
        assert (await answer.body()).startswith(b"%PDF-")


@dataclass
class Office:
    """The owner at the desk, and what they do there."""

    company: Company
    desk: Page

    @property
    def client_email(self):
        return f"ellen-{self.company.inspector_id[-8:]}@example.com"

    def mail(self, about):
        """The newest mail to the client about this, once it has come."""

        def look():
            mails = self.company.sandbox.mails(self.client_email)
            return next((mail for mail in mails if about in mail["subject"].lower()), None)

        return eventually(look, f"a mail about {about!r}")

    def link(self):
        """The link in the newest mail that has one, once it has come."""

        def look():
            mails = self.company.sandbox.mails(self.client_email)
            return next(filter(None, map(link_in, mails)), None)

        return eventually(look, "a mail with the link")

    async def sign_in(self):
        await self.desk.get_by_label("Work email").fill(self.company.owner_email)
        await self.desk.get_by_label("Password", exact=True).fill(self.company.owner_password)
        await self.desk.get_by_role("button", name="Sign in").click()
        await expect(self.desk.get_by_role("heading", name="Schedule", level=1)).to_be_visible()

    async def book(self, day):
        desk = self.desk
        await desk.get_by_role("link", name="New inspection").first.click()
        for label, text in (
            ("Street address", "1482 Alder Creek Rd"),
            ("City", "Bend"),
            ("State", "OR"),
            ("Date", day),
            ("Starts at", "13:30"),
            ("Client’s name", "Ellen Park"),
            ("Client’s email", self.client_email),
            ("Agent’s name", "Rosa Alvarez"),
            ("Agent’s email", f"agent-{self.client_email}"),
        ):
            await desk.get_by_label(label).fill(text)
        await desk.get_by_label("Property’s time zone").select_option("America/Denver")
        await desk.get_by_label("Inspector", exact=True).select_option(self.company.inspector_id)
        await desk.get_by_label("Full home inspection").check()
        await expect(desk.locator("output[data-sum]")).to_have_text("$475.00")
        await expect(desk.get_by_label("Require payment to release report(s)")).to_be_checked()
        await desk.get_by_role("button", name="Schedule inspection").click()
        await expect(
            desk.get_by_role("heading", name="1482 Alder Creek Rd", level=1)
        ).to_be_visible()

    async def publish(self):
        await self.desk.get_by_role("link", name="Publish").first.click()
        drawer = self.desk.get_by_role("dialog", name="Publish")
        await drawer.get_by_label("Report (PDF)").set_input_files(
            {"name": "Report.pdf", "mimeType": "application/pdf", "buffer": LARGE_PDF}
        )
        await drawer.get_by_role("button", name="Publish").click()
        await expect(drawer).to_be_hidden()
        await expect(self.desk.locator("#report-box")).to_contain_text("Open for the client")


async def reloaded_until(page, target):
    """The page does not follow by itself: load it until it shows this."""
    for _ in range(RELOADS):
        await page.reload()
        if await target.is_visible():
            return
        await asyncio.sleep(1)
    await expect(target).to_be_visible()


async def sign(phone):
    await phone.get_by_role("link", name="Sign agreement").tap()
    await phone.get_by_label("Your full name").fill("Ellen Park")
    await phone.get_by_label("I have read this agreement and agree to it").check()
    await phone.get_by_role("button", name="Sign agreement").tap()
    await expect(phone.get_by_text("Agreement signed", exact=True)).to_be_visible()


async def pay(phone):
    """By card; nothing is reloaded by hand after it."""
    await phone.locator("#pay").tap()
    await expect(phone.get_by_role("heading", name="$475.00")).to_be_visible()
    await phone.get_by_role("button", name="Pay $475.00").tap()
    money = phone.locator("#money")
    await expect(money).to_contain_text(re.compile("confirming your payment|Paid in full"))
    await expect(money).to_contain_text("Paid in full", timeout=CONFIRMED)

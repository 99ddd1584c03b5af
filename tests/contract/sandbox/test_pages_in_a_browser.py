"""The sandbox's pages in a real browser: accessible, never too wide, and without scripts."""

import smtplib
from contextlib import asynccontextmanager
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.async_api import async_playwright

from tests.contract.sandbox.test_checkout_page import session_of

AXE = (Path(__file__).parents[2] / "e2e" / "vendor" / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOKS = [(320, "light"), (1280, "dark")]
CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]


@asynccontextmanager
async def browser_page(**settings):
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield await (await browser.new_context(**settings)).new_page()
        finally:
            await browser.close()


async def every_page(api, sandbox, customer):
    """Addresses of all pages a person may see."""
    saving = {"saved_payment_method_options": {"payment_method_save": "enabled"}}
    paid = await session_of(api, customer=customer.id, **saving)
    used = {"kind": "card", "number": "5555555555554444", "save": "on"}
    sandbox.http.post(paid.url, data=used)
    shown = await session_of(api, customer=customer.id, **saving)
    asked = sandbox.http.post(shown.url, data={"kind": "card", "use": "4000002760003184"})
    setup = await api.v1.checkout.sessions.create_async(
        {
            "mode": "setup",
            "currency": "usd",
            "customer": customer.id,
            "success_url": "https://portal.example/",
        }
    )
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@harbor.example", "e@x.example", "Booked"
    mail.set_content("Booked")
    mail.add_alternative("<html lang=en><head><title>x</title></head><p>Booked", subtype="html")
    with smtplib.SMTP("127.0.0.1", sandbox.smtp_port, timeout=10) as server:
        server.send_message(mail)
    number = sandbox.look("mails")[0]["id"]
    charge = (await api.v1.charges.list_async()).data[0]
    return [
        f"{shown.url}?with=card",
        f"{shown.url}?with=us_bank_account",
        shown.url,
        setup.url,
        sandbox.url + asked.headers["location"],
        paid.url,
        charge.receipt_url,
        f"{sandbox.url}/sandbox/inbox",
        f"{sandbox.url}/sandbox/inbox?to=nobody",
        f"{sandbox.url}/sandbox/inbox/{number}",
    ]


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
async def test_every_page_is_accessible_and_fits(api, sandbox, customer, width, scheme):
    addresses = await every_page(api, sandbox, customer)
    view = {"viewport": {"width": width, "height": 844}, "color_scheme": scheme}
    async with browser_page(bypass_csp=True, **view) as page:
        for address in addresses:
            await page.goto(address)
            await page.evaluate(AXE)
            found = await page.evaluate(
                "rules => axe.run(document, {runOnly: rules}).then(r => r.violations"
                ".map(v => v.id + ': ' + v.nodes.map(n => n.html).join(' ').slice(0, 300)))",
                RULES,
            )
            assert found == [], address
            assert await page.evaluate("document.documentElement.scrollWidth") <= width, address


async def test_a_payer_without_scripts_is_declined_then_pays(api, sandbox, customer):
    session = await session_of(
        api, customer=customer.id, success_url=f"{sandbox.url}/sandbox/inbox?to=paid"
    )
    async with browser_page(java_script_enabled=False) as page:
        await page.goto(session.url)
        await page.get_by_role("button", name="Card declined").click()
        await page.get_by_role("alert").get_by_text("Your card was declined.").wait_for()
        await page.get_by_label("Card number").fill("4000 0027 6000 3184")
        await page.get_by_role("button", name="Pay $450.00").click()
        await page.get_by_role("button", name="Complete").click()
        await page.wait_for_url("**/sandbox/inbox?to=paid")
    assert (await api.v1.checkout.sessions.retrieve_async(session.id)).payment_status == "paid"


async def test_a_link_in_a_mail_opens_beside_the_inbox_and_the_list_keeps_fresh(sandbox):
    async with browser_page() as page:
        refused = []
        page.on("console", lambda message: refused.append(message.text))
        await page.goto(f"{sandbox.url}/sandbox/inbox")
        await page.get_by_text("No mail yet").wait_for()
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "a@harbor.example", "e@x.example", "Booked"
        mail.set_content(
            f'<html><head></head><body><a href="{sandbox.url}/sandbox/inbox?to=me"'
            ' style="color: rgb(1, 2, 3)">Sign &amp; Pay</a></body></html>',
            subtype="html",
        )
        with smtplib.SMTP("127.0.0.1", sandbox.smtp_port, timeout=10) as server:
            server.send_message(mail)
        await page.get_by_role("link", name="Booked").click()
        link = page.frame_locator("iframe").get_by_role("link", name="Sign & Pay")
        assert await link.evaluate("link => getComputedStyle(link).color") == "rgb(1, 2, 3)"
        async with page.context.expect_page() as opened:
            await link.click()
        beside = await opened.value
        await beside.wait_for_url("**/sandbox/inbox?to=me")
        assert [text for text in refused if "Content Security Policy" in text] == []

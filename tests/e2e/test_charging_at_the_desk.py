"""Charging at the desk in real windows: axe on every page, a run by keyboard."""

import pytest
from playwright.async_api import expect

from deploy.demo.office import eventually
from tests.integration.test_charging_accounts import CHARGE, DECLINED_LATER, enrolled
from tests.support.browser import faults
from tests.support.product import GOOD_CARD

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(240)]
BATCH = 10
"""A pause is noticed after so many invoices."""


@pytest.fixture(scope="module")
def customer(company):
    """In autopay, with an order of two, one visit, and money paid in advance."""
    company.office.put(
        "billing/v1/settings/portal", {"autopay": True, "card_changes": True, "prepayments": True}
    )
    it = enrolled(company, GOOD_CARD)
    it.order(2)
    it.book(sites=1)
    method_id = it.methods()[0]["method_id"]
    page = eventually(
        lambda: (
            now
            if "Pay in advance" in (now := it.browser.open("/account/prepayments")).text
            else None
        ),
        "the portal lets them pay in advance",
        within=120,
    )
    it.send(page.form("Pay in advance"), amount="100.00", method=f"saved:{method_id}")
    eventually(lambda: company.office.get("billing/v1/prepayments"), "the prepayment", within=120)
    return it


@pytest.fixture(scope="module")
def places(company, customer):
    """Each page as the office finds it before a run."""
    [prepayment] = company.office.get("billing/v1/prepayments")
    ids = "&".join(f"invoice={row['invoice_id']}" for row in customer.invoices())
    base = f"/staff/billing/accounts/{customer.account_id}"
    return {
        "settings": "/staff/billing/settings/portal",
        "invoices": "/staff/billing/invoices",
        "to charge": CHARGE,
        "filtered": f"{CHARGE}?account={customer.account_id}&method=bank",
        "review": f"{CHARGE}/review?scope=all",
        "account": base,
        "charge": f"{base}/charge?{ids}",
        "record": f"{base}/record?{ids}",
        "prepayments": "/staff/billing/prepayments",
        "prepayment": f"/staff/billing/prepayments/{prepayment['prepayment_id']}",
    }


async def test_the_pages_of_charging_please_everybody(people, company, places):
    page = await people.owner(company, CHARGE)
    for name, path in places.items():
        await page.goto(f"{company.stack.gateway}{path}")
        assert await faults(page) == {}, name


async def test_two_of_three_are_charged_by_keyboard_and_the_page_follows(people, company, places):
    page = await people.owner(company, CHARGE)
    boxes = page.get_by_role("checkbox", name="Select invoice")
    await expect(boxes).to_have_count(3)
    await boxes.last.focus()
    await page.keyboard.press("Space")
    await expect(page.locator("[data-count]")).to_have_text("2 invoices")
    await expect(page.locator("[data-sum]")).to_have_text("$300.00")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/review?**")
    go = page.get_by_role("button", name="Charge $300.00 for 2 invoices")
    await go.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("2 charged, 0 failed")).to_be_visible(timeout=60_000)
    await expect(page.get_by_text("Done", exact=True)).to_be_visible()
    assert await faults(page) == {}


async def test_all_boxes_of_the_tab_are_ticked_and_only_those(people, company):
    page = await people.owner(company, "/staff/billing/settings/portal")
    await page.get_by_label("Select all items on current tab").focus()
    await page.keyboard.press("Space")
    switches = page.get_by_role("switch")
    assert [await one.is_checked() for one in await switches.all()].count(False) == 1
    await expect(page.get_by_role("switch", name="on their due date by itself")).not_to_be_checked()


async def test_a_run_that_is_paused_goes_on_and_tells_why_a_charge_failed(
    people, company, customer
):
    for days in range(7, 7 + BATCH, 2):
        customer.book(sites=2, days=days)
    declined = enrolled(company, DECLINED_LATER)
    declined.book(sites=1)
    waiting, theirs = "billing/v1/invoices-to-charge", declined.account_id
    eventually(lambda: company.office.get(waiting, account_id=theirs)["charged_count"], "it waits")
    slow = {"kind": "slow", "count": 1, "match": "POST /v1/payment_intents", "seconds": 3}
    company.sandbox.post("faults/api", **slow)
    run = f"billing/v1/charge-runs/{company.office.post('billing/v1/charge-runs', {})['run_id']}"
    company.office.post(f"{run}/pause", {})
    eventually(lambda: company.office.get(run)["charged_count"] == BATCH, "a batch is charged")
    page = await people.owner(company, f"{CHARGE}/runs/{run.rsplit('/', 1)[1]}")
    await expect(page.get_by_text("Paused", exact=True)).to_be_visible()
    assert await faults(page) == {}
    await page.get_by_role("button", name="Resume").click()
    await expect(page.get_by_text("Done", exact=True)).to_be_visible(timeout=60_000)
    await expect(page.get_by_role("row", name="declined")).to_have_count(1)
    await expect(page.get_by_role("button", name="Retry failed")).to_be_visible()
    assert await faults(page) == {}

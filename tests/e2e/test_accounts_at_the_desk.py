"""Account customers at the desk: every page for axe, and a service paused by keyboard."""

from datetime import timedelta

import pytest

from tests.support.accounts import open_account, today
from tests.support.browser import faults

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]


@pytest.fixture(scope="module")
def places(company):
    """The pages of one account that has one of everything."""
    account = open_account(company, sites=3)
    account.order(0, 1)
    series = account.every("monthly", today() + timedelta(days=40))
    company.office.post("scheduling/v1/custom-fields", {"label": "Gate code"})
    base = f"/staff/scheduling/accounts/{account.account_id}"
    return {
        "accounts": "/staff/scheduling/accounts",
        "new account": "/staff/scheduling/accounts/new",
        "account": base,
        "site": f"{base}/sites/{account.site_ids[0]}",
        "values": f"{base}/custom-fields",
        "recurring": f"{base}/recurring/{series['recurring_id']}",
        "order": f"/staff/scheduling/inspections/new?account={account.account_id}",
        "fields": "/staff/scheduling/settings/custom-fields",
    }


async def test_the_pages_of_an_account_please_everybody(people, company, places):
    page = await people.owner(company, places["account"])
    for name, path in places.items():
        await page.goto(f"{company.stack.gateway}{path}")
        assert await faults(page) == {}, name


@pytest.mark.rule(98)
async def test_a_recurring_service_is_paused_by_keyboard_with_its_reason_told(
    people, company, places
):
    page = await people.owner(company, places["account"])
    await page.get_by_role("link", name="Actions for Radon test").focus()
    await page.keyboard.press("Enter")
    drawer = page.get_by_role("dialog")
    await drawer.wait_for()
    assert await faults(page) == {}
    assert "The customer can read this" in await drawer.inner_text()
    await drawer.get_by_label("Pause Reason").focus()
    await page.keyboard.type("<b>Roof</b> works")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.get_by_text("<b>Roof</b> works").wait_for()
    await page.get_by_text("Paused", exact=True).wait_for()

"""The account's calendar: an address is shown once, renewed and ended by people of the account."""

import re
from datetime import timedelta

import pytest

from services.portal.domain.portal_settings import PortalSettings
from services.portal.usecases.ports_accounts import Account
from tests.support.portal_account_samples import ACCOUNT_ID, told_account
from tests.support.portal_samples import (
    COMPANY_ID,
    NOW,
    an_inspection,
    settings,
    told_company,
    told_inspection,
)
from tests.unit.portal.test_account_sign_in import csrf
from tests.unit.portal.test_client_page import pressable, words

CALENDAR = "/account/calendar"
OF = Account(COMPANY_ID, ACCOUNT_ID)


@pytest.fixture
async def office(empty_portal):
    """Dana is signed in."""
    empty_portal.tell(told_company(), settings(), told_account())
    await empty_portal.customer()
    return empty_portal


async def press(portal, path=CALENDAR, **changes):
    data = {"csrf_token": await csrf(portal)} | changes
    return await portal.browser.post(path, data=data)


def let_see(portal, **rules):
    kept = PortalSettings(company_id=COMPANY_ID, **rules)
    portal.customers.settings.kept[COMPANY_ID] = kept


async def test_an_address_is_shown_once_renewed_and_ended(office):
    addresses = office.wiring.calendars.addresses
    assert "Get an address" in pressable(await office.browser.get(CALENDAR))
    assert addresses == {}
    page = await press(office)
    first = addresses[OF]
    assert page.text.count(first) == 2, "as words, and to copy"
    again = await office.browser.get(CALENDAR)
    assert first not in again.text
    assert "Your account has an address since Nov 21, 2026" in words(again)
    assert (await press(office)).text.count(addresses[OF]) == 2
    assert addresses[OF] != first
    ended = await press(office, f"{CALENDAR}/end")
    assert (ended.status_code, addresses) == (303, {})
    page = await office.browser.get(ended.headers["location"])
    assert "The address has stopped working" in words(page)
    assert "End the address" not in pressable(page)


async def test_services_and_the_menu_lead_to_it(office):
    assert f'href="{CALENDAR}"' in (await office.browser.get("/account")).text
    assert "Add to your calendar" in words(await office.browser.get("/account/services"))


async def test_who_may_not_see_upcoming_services_gets_no_calendar(office):
    await press(office)
    kept = dict(office.wiring.calendars.addresses)
    let_see(office, upcoming_services=False)
    assert (await office.browser.get(CALENDAR)).status_code == 403
    for path in (CALENDAR, f"{CALENDAR}/end"):
        assert (await press(office, path)).status_code == 403
    assert office.wiring.calendars.addresses == kept
    assert f'href="{CALENDAR}"' not in (await office.browser.get("/account")).text
    assert "calendar" not in words(await office.browser.get("/account/services"))


async def test_past_visits_are_promised_only_where_they_are_shown(office):
    assert "the last two months" in words(await office.browser.get(CALENDAR))
    let_see(office, service_history=False)
    assert "the last two months" not in words(await office.browser.get(CALENDAR))


async def test_while_notifications_is_away_the_page_stays_and_says_so(office):
    office.wiring.calendars.away = True
    page = await office.browser.get(CALENDAR)
    assert page.status_code == 200
    assert "The calendar cannot be reached for a moment" in words(page)
    assert "Get an address" not in pressable(page)
    for path in (CALENDAR, f"{CALENDAR}/end"):
        answer = await press(office, path)
        assert answer.status_code == 503
        assert "The calendar cannot be reached for a moment" in words(answer)


async def test_another_account_neither_sees_nor_ends_it(office):
    await press(office)
    address = office.wiring.calendars.addresses[OF]
    eve = {"contact_id": "p9", "name": "Eve", "email": "eve@example.com", "phone": ""}
    office.tell(told_account(account_id="account-2", people=[eve]))
    await office.customer(account_id="account-2", contact_id="p9", recipient=eve["email"])
    assert "has an address" not in words(await office.browser.get(CALENDAR))
    assert (await press(office, f"{CALENDAR}/end")).status_code == 404
    await press(office)
    assert office.wiring.calendars.addresses[OF] == address


@pytest.mark.parametrize("path", [CALENDAR, f"{CALENDAR}/end"])
async def test_only_our_own_form_changes_it(office, path):
    await press(office)
    kept = dict(office.wiring.calendars.addresses)
    assert (await press(office, path, csrf_token="x")).status_code == 403
    assert office.wiring.calendars.addresses == kept
    office.browser.cookies.clear()
    answer = await office.browser.post(path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account/sign-in")


async def test_the_page_works_without_script_and_style_in_it(office):
    page = (await press(office)).text
    assert not re.search(r"\sstyle=|<script(?![^>]*src)", page)


# ------------------------------------------------------------------------- a client's own page
async def test_a_client_takes_the_inspection_into_his_calendar(portal):
    page = await portal.enter()
    assert f'href="{page}/calendar.ics"' in (await portal.browser.get(page)).text
    answer = await portal.browser.get(f"{page}/calendar.ics")
    assert answer.text == "appointment company-1 inspection-1"
    assert answer.headers["content-type"].startswith("text/calendar")
    assert 'filename="Inspection.ics"' in answer.headers["content-disposition"]
    portal.wiring.calendars.away = True
    assert (await portal.browser.get(page)).status_code == 200
    assert (await portal.browser.get(f"{page}/calendar.ics")).status_code == 503
    portal.browser.cookies.clear()
    assert (await portal.browser.get(f"{page}/calendar.ics")).status_code == 404


async def test_what_is_over_or_called_off_is_not_offered_to_a_calendar(portal):
    page = await portal.enter()
    portal.clock.now = NOW + timedelta(days=30)
    assert "Add to calendar" not in words(await portal.browser.get(page))
    portal.clock.now = NOW
    assert "Add to calendar" in words(await portal.browser.get(page))
    portal.tell(told_inspection(an_inspection(status="cancelled", revision=2)))
    assert "Add to calendar" not in words(await portal.browser.get(page))

"""Staff look at the page as the client sees it (R33)."""

import pytest

from services.portal.domain.links import CLIENT_VIEW
from shared.identity import SESSION_COOKIE, STAFF_COOKIE
from tests.unit.portal.test_client_page import pressable, words
from tests.unit.portal.test_paying import form_on


async def ask(portal, inspection_id="inspection-1", token="staff-csrf"):
    return await portal.browser.post(
        f"/staff/portal/inspections/{inspection_id}/client-view",
        headers={"x-csrf-token": token},
    )


@pytest.mark.parametrize("role", ["owner", "office", "inspector", "read_only"])
async def test_every_role_may_look_and_sees_the_page_under_the_links_address(portal, role):
    portal.sign_in(role=role)
    answer = await ask(portal)
    assert answer.status_code == 303
    page = await portal.browser.get(answer.headers["location"])
    assert page.status_code == 200
    assert "You are previewing" in page.text
    assert "1482 Alder Creek Rd" in words(page)
    assert f"http://portal.example{answer.headers['location']}" in page.text


async def test_the_address_works_for_the_client(portal):
    portal.sign_in()
    path = (await ask(portal)).headers["location"]
    portal.browser.cookies.clear()
    answer = await portal.browser.get(path, follow_redirects=True)
    assert "You are previewing" not in answer.text
    assert "Pay $475.00 Pay Now" in pressable(answer)


async def test_paying_and_signing_are_off_with_the_reason(portal):
    page = await portal.browser.get(await portal.preview())
    assert "Payment is off while you are previewing" in words(page)
    assert 'disabled id="pay"' in page.text.replace("  ", " ")
    assert "/opened" not in page.text


@pytest.mark.parametrize("action", ["pay", "agreement", "closing", "opened"])
async def test_the_server_refuses_what_the_preview_does_not_offer(portal, action):
    path = await portal.preview()
    form = await form_on(portal, path) | {
        "agreement_id": "agreement-1",
        "version": "1",
        "signed_by": "Priya Raman",
        "accepted": "on",
    }
    page = f"/p/i/{next(iter(portal.wiring.links.links))}"
    answer = await portal.browser.post(f"{page}/{action}", data=form)
    assert answer.status_code == 403
    assert "You are previewing" in answer.text
    assert portal.wiring.billing.started == []
    assert portal.wiring.signatures.records == {}
    assert portal.wiring.links.told == []


async def test_a_preview_stays_one_after_the_short_staff_token_has_run_out(portal):
    path = await portal.preview()
    del portal.browser.cookies[STAFF_COOKIE]
    portal.browser.cookies.set(SESSION_COOKIE, "opaque")
    assert "You are previewing" in (await portal.browser.get(path)).text


async def test_staff_of_another_company_are_no_preview(portal):
    path = (await portal.link(purpose=CLIENT_VIEW)).path
    portal.sign_in(company_id="another")
    answer = await portal.browser.get(path)
    assert answer.status_code == 303


async def test_a_clients_own_link_is_no_preview_even_where_staff_are_signed_in(portal):
    portal.sign_in()
    answer = await portal.browser.get((await portal.link()).path)
    assert answer.status_code == 303
    assert "You are previewing" not in (await portal.browser.get(answer.headers["location"])).text


async def test_an_inspection_of_another_company_is_not_found(portal):
    portal.sign_in(company_id="another")
    assert (await ask(portal)).status_code == 404
    assert portal.wiring.links.links == {}


async def test_whoever_is_not_signed_in_is_sent_to_sign_in(portal):
    answer = await ask(portal)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/staff/scheduling/session/renew")


async def test_another_site_cannot_mint_links_in_a_staff_members_name(portal):
    portal.sign_in()
    assert (await ask(portal, token="guessed")).status_code == 403
    assert portal.wiring.links.links == {}

"""Signing in and out on the page: where it leads, and what it does not say."""

import pytest

from tests.support.scheduling_samples import OWNER, PASSWORD
from tests.unit.scheduling.pages import BASE, soup


async def test_who_is_not_signed_in_is_led_there_and_back(browser):
    answer = await browser.http.get(f"{BASE}/schedule?view=day")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{BASE}/session/renew?next={BASE}/schedule%3Fview%3Dday"
    answer = await browser.http.get(answer.headers["location"])
    assert answer.headers["location"].startswith(f"{BASE}/sign-in?next={BASE}/schedule")


async def test_signing_in_sets_both_cookies_and_leads_where_one_wanted_to_go(browser):
    answer = await browser.http.post(
        f"{BASE}/sign-in",
        data={"email": OWNER, "password": PASSWORD, "next": f"{BASE}/inspections"},
    )
    assert (answer.status_code, answer.headers["location"]) == (303, f"{BASE}/inspections")
    cookies = answer.headers.get_list("set-cookie")
    assert len(cookies) == 2
    assert all("HttpOnly" in cookie and "SameSite=lax" in cookie for cookie in cookies)


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example", "//evil.example", "/staff/\\evil", "/p/x", ""]
)
async def test_signing_in_never_leads_to_another_site(browser, elsewhere):
    answer = await browser.http.post(
        f"{BASE}/sign-in", data={"email": OWNER, "password": PASSWORD, "next": elsewhere}
    )
    assert answer.headers["location"] == f"{BASE}/schedule"


async def test_a_wrong_password_keeps_the_address_and_says_nothing_else(browser):
    answer = await browser.http.post(f"{BASE}/sign-in", data={"email": OWNER, "password": "wrong"})
    page = soup(answer)
    assert answer.status_code == 422
    assert page.title.text.startswith("Error: ")
    assert page.select_one("#email")["value"] == OWNER
    assert "set-cookie" not in answer.headers


async def test_a_form_of_another_site_signs_nobody_in(browser):
    answer = await browser.http.post(
        f"{BASE}/sign-in",
        data={"email": OWNER, "password": PASSWORD},
        headers={"sec-fetch-site": "cross-site"},
    )
    assert answer.status_code == 403


async def test_signing_out_forgets_the_session(browser, world):
    await browser.http.post(f"{BASE}/sign-in", data={"email": OWNER, "password": PASSWORD})
    secret = next(iter(world.memory.sessions)).removeprefix("digest of ")
    browser.http.cookies.clear()
    browser.http.cookies.set("doorstep_session", secret)
    assert (await browser.http.post(f"{BASE}/session/renew")).status_code == 204
    await browser.http.post(f"{BASE}/sign-out")
    assert not world.memory.sessions

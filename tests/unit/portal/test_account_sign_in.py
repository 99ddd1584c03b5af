"""People of customer accounts come in by mail, once per link, and are out when they are removed."""

import re
from datetime import timedelta

import pytest

from services.portal.domain.account_access import IDLE_MAX, SESSION_MAX
from services.portal.usecases.end_sign_ins import end_sign_ins
from tests.support.portal_account_samples import EMAIL, told_account
from tests.support.portal_samples import COMPANY_ID, settings, told_company
from tests.unit.portal.test_client_page import words


@pytest.fixture
def office(empty_portal):
    empty_portal.tell(told_company(), settings(), told_account())
    return empty_portal


async def ask(portal, email):
    return await portal.browser.post("/account/sign-in", data={"email": email})


def plain(answer, email):
    return answer.text.replace(email, "ADDRESS")


async def csrf(portal, path="/account"):
    page = (await portal.browser.get(path)).text
    return re.search(r'name="csrf_token" value="([^"]+)"', page)[1]


async def test_everybody_gets_the_same_answer_and_only_members_get_a_mail(office):
    known, unknown = await ask(office, EMAIL), await ask(office, "nobody@example.com")
    assert plain(known, EMAIL) == plain(unknown, "nobody@example.com")
    assert known.status_code == unknown.status_code == 200
    (event,) = office.customers.sign_ins.told
    assert (event.account_id, event.contact_id, event.recipient) == ("account-1", "p1", EMAIL)
    assert event.recipient_name == "Dana Whitfield"


async def test_the_address_is_found_whatever_its_case(office):
    await ask(office, EMAIL.upper())
    assert len(office.customers.sign_ins.told) == 1


async def test_a_second_mail_within_a_minute_is_dropped_quietly(office):
    first = await ask(office, EMAIL)
    again = await ask(office, EMAIL)
    assert again.text == first.text
    assert len(office.customers.sign_ins.told) == 1
    office.clock.now += timedelta(minutes=2)
    await ask(office, EMAIL)
    assert len(office.customers.sign_ins.told) == 2


@pytest.mark.parametrize("email", ["", "nobody", "a@b.c, d@e.f"])
async def test_what_is_no_address_is_said_at_the_field(office, email):
    answer = await ask(office, email)
    assert answer.status_code == 422
    assert 'href="#email"' in answer.text


async def test_another_site_cannot_ask(office):
    answer = await office.browser.post(
        "/account/sign-in", data={"email": EMAIL}, headers={"sec-fetch-site": "cross-site"}
    )
    assert answer.status_code == 403
    assert office.customers.sign_ins.told == []


async def test_opening_the_mailed_link_uses_nothing_up_and_pressing_the_button_does(office):
    path = await office.account_link()
    for _ in range(3):
        shown = await office.browser.get(path)
        assert (shown.status_code, EMAIL in shown.text) == (200, True)
    assert office.customers.sign_ins.sessions == {}
    entered = await office.browser.post(path)
    assert (entered.status_code, entered.headers["location"]) == (303, "/account")
    assert "HttpOnly" in entered.headers["set-cookie"]
    assert "Cascade Property Group" in (await office.browser.get("/account")).text


async def test_a_link_lets_one_browser_in_and_no_other(office):
    path = await office.account_link()
    await office.browser.post(path)
    assert (await office.browser.post(path)).headers["location"] == "/account"
    office.browser.cookies.clear()
    for answer in (await office.browser.get(path), await office.browser.post(path)):
        assert answer.status_code == 410
        assert "This sign-in link has ended" in words(answer)


async def test_a_link_ends_after_fifteen_minutes_and_an_unknown_one_says_the_same(office):
    path = await office.account_link()
    office.clock.now += timedelta(minutes=15)
    ended = await office.browser.get(path)
    unknown = await office.browser.get("/account/in/" + "x" * 43)
    assert (ended.status_code, ended.text) == (unknown.status_code, unknown.text)
    assert ended.status_code == 410


async def test_whoever_tries_links_out_is_slowed_down(office):
    answers = [await office.browser.get(f"/account/in/{n:043}") for n in range(12)]
    assert answers[-1].status_code == 429


async def test_only_hashes_are_kept(office):
    path = await office.account_link()
    await office.browser.post(path)
    kept = repr((office.customers.sign_ins.links, office.customers.sign_ins.sessions))
    assert path.rsplit("/", 1)[1] not in kept
    assert office.browser.cookies["doorstep_account"] not in kept


@pytest.mark.parametrize("later", [IDLE_MAX, IDLE_MAX + timedelta(hours=1)])
async def test_twelve_idle_hours_end_a_session(office, later):
    await office.customer()
    office.clock.now += later
    answer = await office.browser.get("/account")
    assert (answer.status_code, answer.headers["location"]) == (303, "/account/sign-in")


async def test_a_session_in_use_goes_on_but_not_for_ever(office):
    await office.customer()
    began = office.clock.now
    while office.clock.now - began < SESSION_MAX - timedelta(hours=12):
        office.clock.now += timedelta(hours=11)
        assert (await office.browser.get("/account")).status_code == 200
    office.clock.now = began + SESSION_MAX
    assert (await office.browser.get("/account")).status_code == 303


async def test_signing_out_ends_the_session_on_our_side(office):
    await office.customer()
    secret = office.browser.cookies["doorstep_account"]
    token = await csrf(office)
    await office.browser.post("/account/sign-out", data={"csrf_token": token})
    office.browser.cookies.set("doorstep_account", secret)
    assert (await office.browser.get("/account")).status_code == 303


@pytest.mark.parametrize("token", ["", "f" * 64])
async def test_a_form_of_another_site_changes_nothing(office, token):
    await office.customer()
    answer = await office.browser.post("/account/sign-out", data={"csrf_token": token})
    assert answer.status_code == 403
    assert (await office.browser.get("/account")).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"people": [{"contact_id": "p2", "name": "Lee", "email": "lee@x.example", "phone": ""}]},
        {"active": False},
    ],
)
async def test_who_is_removed_is_out_at_once(office, changes):
    await office.customer()
    office.tell(told_account(revision=2, **changes))
    assert (await office.browser.get("/account")).headers["location"] == "/account/sign-in"


async def test_a_link_of_somebody_removed_since_lets_nobody_in(office):
    path = await office.account_link()
    office.tell(told_account(revision=2, people=[]))
    assert (await office.browser.post(path)).status_code == 410


async def test_whoever_is_put_back_signs_in_again(office):
    mailed = await office.account_link()
    await office.customer()
    office.clock.now += timedelta(minutes=1)
    lee = [{"contact_id": "p2", "name": "Lee", "email": "lee@x.example", "phone": ""}]
    removed, back = told_account(revision=2, people=lee), told_account(revision=3)
    office.tell(removed, back)
    sign_ins, told_at = office.customers.sign_ins, office.clock.now
    await end_sign_ins([(back, told_at), (removed, told_at)], sign_ins)
    assert (await office.browser.get("/account")).headers["location"] == "/account/sign-in"
    assert (await office.browser.get(mailed)).status_code == 410
    await office.customer()
    await end_sign_ins([(removed, told_at)], sign_ins)
    assert (await office.browser.get("/account")).status_code == 200


async def test_several_people_of_an_account_each_have_their_own_session(office):
    await office.customer()
    office.browser.cookies.clear()
    await office.customer(contact_id="p2", recipient="lee@cascade.example")
    assert "Lee Ortiz" in (await office.browser.get("/account")).text
    assert len(office.customers.sign_ins.sessions) == 2


async def test_an_address_in_two_accounts_chooses_and_can_choose_again(office):
    office.tell(told_account(account_id="account-2", name="Larkspur Holdings"))
    assert len(await office.customers.accounts.with_email(EMAIL)) == 2
    await office.customer()
    assert (await office.browser.get("/account")).headers["location"] == "/account/choose"
    page = await office.browser.get("/account/choose")
    assert "Larkspur Holdings" in page.text
    token = await csrf(office, "/account/choose")
    for account, name in (("account-2", "Larkspur Holdings"), ("account-1", "Cascade")):
        await office.browser.post(f"/account/choose/{account}", data={"csrf_token": token})
        assert name in (await office.browser.get("/account")).text


async def test_an_account_without_this_address_cannot_be_chosen(office):
    office.tell(told_account(account_id="account-2", people=[]))
    await office.customer()
    token = await csrf(office)
    answer = await office.browser.post("/account/choose/account-2", data={"csrf_token": token})
    assert answer.status_code == 404
    assert "Cascade" in (await office.browser.get("/account")).text


async def test_an_account_of_another_company_is_never_offered(office):
    office.tell(told_account(account_id="other", name="Elsewhere", company_id="company-2"))
    await office.customer()
    assert "Elsewhere" not in (await office.browser.get("/account/choose")).text


async def test_without_the_plan_there_is_no_mail_and_no_page(office):
    office.tell(told_company(revision=2, plan="basic"))
    await ask(office, EMAIL)
    assert office.customers.sign_ins.told == []
    await office.customer()
    answer = await office.browser.get("/account")
    assert (answer.status_code, "not available" in words(answer)) == (404, True)


async def test_a_trial_may_look_whatever_its_plan(office):
    office.tell(told_company(revision=2, plan="basic", trial=True))
    await office.customer()
    assert (await office.browser.get("/account")).status_code == 200


async def test_a_page_of_the_account_asks_to_sign_in_by_link_and_by_script(office):
    assert (await office.browser.get("/account/pay")).headers["location"] == "/account/sign-in"
    answer = await office.browser.post("/account/pay/figures", headers={"hx-request": "true"})
    assert answer.headers["hx-redirect"] == "/account/sign-in"


@pytest.mark.parametrize(
    "changes",
    [
        {"account_id": None},
        {"contact_id": None},
        {"inspection_id": "inspection-1"},
        {"scope": "inspection"},
        {"scope": "everything"},
    ],
)
async def test_a_link_names_exactly_what_it_opens(office, changes):
    wish = {
        "company_id": COMPANY_ID,
        "scope": "account",
        "account_id": "account-1",
        "contact_id": "p1",
        "recipient": EMAIL,
        "purpose": "sign_in",
    }
    answer = await office.browser.post(
        "/internal/v1/links", json=wish | changes, headers=office.service_token("notifications")
    )
    assert answer.status_code == 422

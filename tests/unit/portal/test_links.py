"""Who a link lets in, to what, and for how long."""

import re
from datetime import timedelta

import pytest

from services.portal.domain.links import LIFETIME, token_digest
from shared.contracts.portal import LinkOpenedV1, LinkRequestedV1

CLIENT_PATHS = ("", "/agreement", "/invoice.pdf", "/how-to-pay", "/closing", "/reports/r1")
PAYER_PATHS = ("", "/invoice.pdf", "/how-to-pay", "/receipts/payment-1.pdf")


async def test_only_hashes_of_the_token_are_kept(portal):
    link = await portal.link()
    kept = str(portal.wiring.links.links) + str(portal.wiring.links.digests)
    assert link.token not in kept
    assert token_digest(link.token) in kept


async def test_the_cookie_opens_this_link_alone_and_is_not_the_token(portal):
    link = await portal.link()
    answer = await portal.browser.get(link.path)
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"doorstep_link_{link.link_id}=")
    assert link.token not in cookie
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))


async def test_pages_behind_links_are_not_kept_indexed_or_named_to_others(portal):
    answer = await portal.browser.get(await portal.enter())
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    assert "noindex" in answer.headers["x-robots-tag"]


@pytest.mark.parametrize("scope", ["inspection", "invoice"])
async def test_opening_a_link_changes_nothing(portal, scope):
    link = await portal.link(scope)
    before = dict(portal.wiring.links.links)
    await portal.browser.get(link.path, follow_redirects=True)
    assert portal.wiring.links.links == before
    assert portal.wiring.links.told == []


@pytest.mark.parametrize("path", CLIENT_PATHS)
async def test_a_clients_page_is_closed_to_a_browser_without_its_link(portal, path):
    link = await portal.link()
    answer = await portal.browser.get(f"/p/i/{link.link_id}{path}")
    assert answer.status_code == 404


@pytest.mark.parametrize("path", CLIENT_PATHS)
async def test_a_payers_link_opens_no_page_of_the_client(portal, path):
    page = await portal.enter("invoice")
    answer = await portal.browser.get(page.replace("/pay/", "/p/") + path)
    assert answer.status_code == 404


@pytest.mark.parametrize("path", PAYER_PATHS)
async def test_a_clients_link_opens_no_page_of_a_payer(portal, path):
    page = await portal.enter()
    answer = await portal.browser.get(page.replace("/p/", "/pay/") + path)
    assert answer.status_code == 404


@pytest.mark.parametrize(("scope", "prefix"), [("inspection", "/pay/"), ("invoice", "/p/")])
async def test_a_token_works_under_its_own_address_only(portal, scope, prefix):
    link = await portal.link(scope)
    answer = await portal.browser.get(prefix + link.token)
    assert answer.status_code == 404


async def test_one_links_cookie_does_not_open_another_link(portal):
    first = await portal.enter()
    second = await portal.link(company_id="another", inspection_id="another")
    secret = portal.browser.cookies[f"doorstep_link_{first.rsplit('/')[-1]}"]
    portal.browser.cookies.set(f"doorstep_link_{second.link_id}", secret)
    answer = await portal.browser.get(f"/p/i/{second.link_id}")
    assert answer.status_code == 404


async def test_unknown_and_foreign_links_get_the_same_page(portal):
    foreign = await portal.link()
    answers = [
        await portal.browser.get(path)
        for path in (f"/p/{'x' * 43}", f"/p/i/{foreign.link_id}", "/p/i/unknown", "/pay/i/unknown")
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    assert "Email me a new link" in answers[0].text


@pytest.mark.parametrize("how", ["expired", "revoked"])
async def test_a_link_that_has_ended_says_so_with_the_companys_contact(portal, how):
    link = await portal.link()
    page = await portal.enter()
    if how == "expired":
        portal.clock.now += LIFETIME["inspection"]
    else:
        await portal.end(link.link_id)
        await portal.end(page.rsplit("/")[-1])
    for path in (link.path, page):
        answer = await portal.browser.get(path)
        assert answer.status_code == 410
        assert "office@example.com" in answer.text
        assert "Email me a new link" in answer.text
        assert "1482 Alder Creek Rd" not in answer.text


async def test_a_link_that_has_ended_shows_strangers_nothing(portal):
    link = await portal.link()
    await portal.end(link.link_id)
    answer = await portal.browser.get(f"/p/i/{link.link_id}")
    assert answer.status_code == 404
    assert "Harbor" not in answer.text


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("ellen@example.com", True),
        ("ELLEN@example.com", True),
        ("marcus@example.com", False),
        ("stranger@example.com", False),
    ],
)
async def test_asking_for_a_new_link_answers_everybody_the_same(portal, address, told):
    link = await portal.link()
    answer = await portal.browser.post(
        "/p/new-link", data={"link_id": link.link_id, "email": address}
    )
    unknown = await portal.browser.post("/p/new-link", data={"link_id": "none", "email": address})
    words = [re.sub(r'value="[^"]*"', "", text) for text in (answer.text, unknown.text)]
    assert words[0] == words[1]
    assert answer.status_code == unknown.status_code == 200
    events = [event for event in portal.wiring.links.told if isinstance(event, LinkRequestedV1)]
    assert [event.recipient for event in events] == ([address] if told else [])


async def test_asking_again_and_again_sends_one_mail(portal):
    link = await portal.link()
    data = {"link_id": link.link_id, "email": "ellen@example.com"}
    for _ in range(3):
        await portal.browser.post("/p/new-link", data=data)
    assert len(portal.wiring.links.told) == 1
    portal.clock.now += timedelta(minutes=6)
    await portal.browser.post("/p/new-link", data=data)
    assert len(portal.wiring.links.told) == 2


async def test_asking_with_something_that_is_no_address_says_how_one_looks(portal):
    answer = await portal.browser.post("/p/new-link", data={"link_id": "", "email": "ellen"})
    assert answer.status_code == 422
    assert "Enter an email address in the correct format" in answer.text


async def test_another_site_cannot_ask_for_a_new_link(portal):
    answer = await portal.browser.post(
        "/p/new-link",
        data={"link_id": "", "email": "a@example.com"},
        headers={"origin": "https://evil.example"},
    )
    assert answer.status_code == 403


@pytest.mark.parametrize("scope", ["inspection", "invoice"])
async def test_the_pages_script_records_the_first_opening_once(portal, scope):
    page = await portal.enter(scope)
    csrf = await token_on(portal, page)
    for _ in range(2):
        answer = await portal.browser.post(f"{page}/opened", headers={"x-csrf-token": csrf})
        assert answer.status_code == 204
    events = [event for event in portal.wiring.links.told if isinstance(event, LinkOpenedV1)]
    assert [event.scope for event in events] == [scope]


async def test_more_than_ten_misses_in_a_minute_are_too_many(portal):
    for _ in range(10):
        assert (await portal.browser.get(f"/p/{'y' * 43}")).status_code == 404
    answer = await portal.browser.get(f"/p/{'y' * 43}")
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "60"
    assert (await portal.browser.get((await portal.link()).path)).status_code == 303
    portal.clock.now += timedelta(minutes=2)
    assert (await portal.browser.get(f"/p/{'y' * 43}")).status_code == 404


async def token_on(portal, page):
    text = (await portal.browser.get(page)).text
    return re.search(r'"csrf_token": "(\w+)"', text)[1]


A_WISH = {
    "company_id": "company-1",
    "scope": "inspection",
    "inspection_id": "inspection-1",
    "invoice_id": None,
    "recipient": "ellen@example.com",
    "purpose": "confirmation",
}


class TestMinting:
    """The internal route."""

    async def test_our_services_get_a_link_that_works(self, portal):
        answer = await portal.browser.post(
            "/internal/v1/links", json=A_WISH, headers=portal.service_token("notifications")
        )
        assert answer.status_code == 201
        assert (await portal.browser.get(answer.json()["url"])).status_code == 303

    async def test_a_link_can_be_minted_before_the_inspection_has_arrived(self, empty_portal):
        answer = await empty_portal.browser.post(
            "/internal/v1/links",
            json=A_WISH,
            headers=empty_portal.service_token("notifications"),
        )
        assert answer.status_code == 201
        page = await empty_portal.browser.get(answer.json()["url"], follow_redirects=True)
        assert page.status_code == 503
        assert "being prepared" in page.text

    @pytest.mark.parametrize(
        "changes",
        [
            {"scope": "invoice"},
            {"invoice_id": "invoice-2"},
            {"scope": "company"},
            {"recipient": None},
            {"company_id": {"$gt": ""}},
            {"people_revision": "2"},
            {"people_revision": -1},
            {"more": 1},
        ],
    )
    async def test_a_wish_that_makes_no_sense_is_refused(self, portal, changes):
        answer = await portal.browser.post(
            "/internal/v1/links",
            json=A_WISH | changes,
            headers=portal.service_token("notifications"),
        )
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid")

    async def test_nobody_else_can_mint(self, portal):
        nobody = await portal.browser.post("/internal/v1/links", json=A_WISH)
        assert nobody.status_code == 401
        portal.sign_in()
        staff = await portal.browser.post("/internal/v1/links", json=A_WISH)
        assert staff.status_code == 401
        other = await portal.browser.post(
            "/internal/v1/links", json=A_WISH, headers=portal.service_token("scheduling")
        )
        assert other.status_code == 403

"""Account customers over the JSON API: accounts, people, sites, orders over several sites."""

import pytest

from services.scheduling.domain.account import CustomerAccount
from services.scheduling.domain.inspection import Inspection
from services.scheduling.domain.staff import StaffMember
from shared.contracts.scheduling import (
    ContactChangedV1,
    InspectionPeopleChangedV1,
    InspectionScheduledV1,
)
from shared.contracts.scheduling_accounts import CustomerAccountChangedV1

API = "/api/scheduling/v1"
NORA = {"name": "Nora Bell", "email": "nora@example.com"}
SITES = [
    {"street": f"{number} Birch St", "city": "Bend", "region": "OR"} for number in (410, 412, 414)
]


@pytest.fixture
def api(browser):
    browser.signed_in()
    browser.http.cookies.clear()
    return browser.http


def key(text="k1"):
    return {"Idempotency-Key": text}


async def opened(api, **changes):
    body = {"name": "Cascade Property Group", "people": [NORA], "sites": SITES, **changes}
    answer = await api.post(f"{API}/accounts", json=body, headers=key(body["name"]))
    assert answer.status_code == 201, answer.text
    return answer.json()


def an_order(world, account, *sites, **changes):
    return {
        "account_id": account["account_id"],
        "site_ids": [account["sites"][index]["site_id"] for index in sites],
        "service_ids": [world.home_id, world.radon_id],
        "starts_at": "2026-12-01T09:00:00-08:00",
        "inspector_id": world.owner_id,
    } | changes


async def ordered(api, body, name="o1"):
    return await api.post(f"{API}/orders", json=body, headers=key(name))


async def test_an_account_is_told_with_its_people_and_sites(api, world):
    account = await opened(api, terms_days=15, address="PO Box 9, Bend")
    told = world.told(CustomerAccountChangedV1)[-1].account
    assert told.model_dump(mode="json") == account
    assert (told.terms_days, told.people[0].name, len(told.sites)) == (15, "Nora Bell", 3)
    assert world.told(ContactChangedV1)[-1].contact.contact_id == told.people[0].contact_id


async def test_two_people_of_an_account_have_two_addresses(api):
    account = await opened(api)
    path = f"{API}/accounts/{account['account_id']}/people"
    twice = await api.post(path, json={**NORA, "email": "NORA@example.com"}, headers=key("p"))
    assert (twice.status_code, twice.json()["code"]) == (409, "email_twice")
    nobody = await api.post(path, json={"name": "No Mail"}, headers=key("p2"))
    assert (nobody.status_code, nobody.json()["field"]) == (422, "email")


async def test_the_first_person_can_be_another_and_the_last_one_stays(api, world):
    account = await opened(api)
    path = f"{API}/accounts/{account['account_id']}/people"
    omar = {"name": "Omar Diaz", "email": "omar@example.com"}
    more = (await api.post(path, json=omar, headers=key("p"))).json()
    first, second = (person["contact_id"] for person in more["people"])
    after = (await api.patch(f"{path}/{second}", json={"primary": True})).json()
    assert [person["contact_id"] for person in after["people"]] == [second, first]
    assert (await api.delete(f"{path}/{first}")).status_code == 200
    last = await api.delete(f"{path}/{second}")
    assert (last.status_code, last.json()["code"]) == (409, "last_account_person")


async def test_a_corrected_address_reaches_the_account_and_what_is_scheduled(api, world):
    account = await opened(api)
    person = account["people"][0]["contact_id"]
    await ordered(api, an_order(world, account, 0, 1))
    answer = await api.patch(f"{API}/contacts/{person}", json={"email": "bell@example.com"})
    assert answer.status_code == 200
    told = world.told(CustomerAccountChangedV1)[-1].account
    assert told.people[0].email == "bell@example.com"
    people = [event.inspection.people[0] for event in world.told(InspectionPeopleChangedV1)]
    assert [who.email for who in people] == ["bell@example.com"] * 2
    gone = await api.patch(f"{API}/contacts/{person}", json={"email": ""})
    assert gone.status_code == 422, "whoever signs in has an address"


async def test_an_order_is_one_inspection_per_site_under_one_number(api, world):
    account = await opened(api)
    body = (await ordered(api, an_order(world, account, 0, 1, 2))).json()
    assert body["order_number"] == "HP-O-1"
    assert [row["number"] for row in body["inspections"]] == ["HP-3101", "HP-3102", "HP-3103"]
    assert [row["site"]["street"] for row in body["inspections"]] == [
        "410 Birch St",
        "412 Birch St",
        "414 Birch St",
    ]
    told = [event.inspection for event in world.told(InspectionScheduledV1)]
    assert {(i.order.number, i.order.site_count, i.account.terms_days) for i in told} == {
        ("HP-O-1", 3, 30)
    }
    assert {i.people[0].name for i in told} == {"Nora Bell"}
    assert body["total_cents"] == 3 * 62_500
    assert (await api.get(f"{API}/orders/{body['order_id']}")).json() == body
    following = (await ordered(api, an_order(world, account, 1), "o2")).json()
    assert following["order_number"] == "HP-O-2"


async def test_two_hundred_sites_are_booked_and_two_hundred_and_one_are_not(api, world):
    many = [{"street": f"{number} Fir St", "city": "Bend"} for number in range(201)]
    account = await opened(api, sites=many)
    refused = await ordered(api, an_order(world, account, *range(201)))
    assert (refused.status_code, refused.json()["code"]) == (422, "too_many_sites")
    assert world.memory.records[Inspection] == {}
    body = (await ordered(api, an_order(world, account, *range(200)), "o2")).json()
    assert len({row["number"] for row in body["inspections"]}) == 200
    assert body["order_number"] == "HP-O-1", "what was refused took no number"


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"site_ids": []}, 422, "bad_field"),
        ({"site_ids": ["unknown"]}, 404, "not_found"),
        ({"service_ids": []}, 422, "bad_field"),
        ({"service_ids": ["unknown"]}, 404, "not_found"),
        ({"account_id": "unknown"}, 404, "not_found"),
        ({"inspector_id": "unknown"}, 404, "not_found"),
        ({"time_zone": "Mars/Olympus"}, 422, "bad_field"),
    ],
)
async def test_an_order_that_cannot_be_is_refused_whole(api, world, change, status, code):
    account = await opened(api)
    answer = await ordered(api, an_order(world, account, 0, 1, **change))
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert world.memory.records[Inspection] == {}


async def test_a_site_of_another_account_or_one_twice_is_refused(api, world):
    account, other = await opened(api), await opened(api, name="Other")
    foreign = an_order(world, account, 0)
    foreign["site_ids"].append(other["sites"][0]["site_id"])
    assert (await ordered(api, foreign)).status_code == 404
    twice = await ordered(api, an_order(world, account, 0, 1, 0))
    assert (twice.status_code, twice.json()["code"]) == (422, "site_twice")
    single = {
        "account_id": account["account_id"],
        "site_id": other["sites"][0]["site_id"],
        "starts_at": "2026-12-01T09:00:00-08:00",
        "inspector_id": world.owner_id,
    }
    answer = await api.post(f"{API}/inspections", json=single, headers=key("s"))
    assert answer.status_code == 404
    assert world.memory.records[Inspection] == {}


async def test_a_closed_account_gets_no_new_work(api, world):
    account = await opened(api)
    path = f"{API}/accounts/{account['account_id']}"
    assert (await api.patch(path, json={"active": False})).json()["active"] is False
    answer = await ordered(api, an_order(world, account, 0))
    assert (answer.status_code, answer.json()["code"]) == (409, "account_inactive")


async def test_one_site_is_an_ordinary_inspection_of_the_account(api, world):
    account = await opened(api, terms_days=45)
    body = {
        "account_id": account["account_id"],
        "site_id": account["sites"][1]["site_id"],
        "starts_at": "2026-12-01T09:00:00-08:00",
        "inspector_id": world.owner_id,
        "lines": [{"kind": "service", "service_id": world.home_id}],
        "people": [{"role": "agent", "name": "Marcus Lee"}],
    }
    booked = (await api.post(f"{API}/inspections", json=body, headers=key())).json()
    assert (booked["account"]["name"], booked["account"]["terms_days"]) == (account["name"], 45)
    assert (booked["order"], booked["site"]) == (None, account["sites"][1])
    assert [person["name"] for person in booked["people"]] == ["Nora Bell", "Marcus Lee"]
    listed = await api.get(f"{API}/inspections", params={"account_id": account["account_id"]})
    assert [row["number"] for row in listed.json()["items"]] == [booked["number"]]


async def test_a_duplicate_of_an_orders_inspection_stands_alone(api, world):
    account = await opened(api)
    body = (await ordered(api, an_order(world, account, 0, 1))).json()
    path = f"{API}/inspections/{body['inspections'][0]['inspection_id']}/duplicate"
    copy = await api.post(path, json={"starts_at": "2026-12-08T09:00:00-08:00"}, headers=key("d"))
    assert (copy.json()["order"], copy.json()["account"]["name"]) == (None, account["name"])


async def test_a_booking_says_where_in_one_way_only(api, world):
    site = {"street": "1 Elm", "city": "Bend"}
    body = {"starts_at": "2026-12-01T09:00:00-08:00", "inspector_id": world.owner_id}
    for where in ({}, {"account_id": "a"}, {"site_id": "s"}, {"site": site}):
        answer = await api.post(f"{API}/inspections", json={**body, **where}, headers=key())
        assert answer.status_code == 422, where
    both = {**body, "account_id": "a", "site_id": "s", "site": site}
    assert (await api.post(f"{API}/inspections", json=both, headers=key())).status_code == 422


async def test_sites_are_corrected_and_given_up(api):
    account = await opened(api)
    path = f"{API}/accounts/{account['account_id']}/sites"
    site = account["sites"][0]["site_id"]
    changed = (await api.patch(f"{path}/{site}", json={"note": "Gate 4411"})).json()
    assert changed["sites"][0]["note"] == "Gate 4411"
    assert len((await api.delete(f"{path}/{site}")).json()["sites"]) == 2
    assert (await api.delete(f"{path}/{site}")).status_code == 404
    more = await api.post(path, json={"street": "9 Elm", "city": "Sisters"}, headers=key("s"))
    assert more.json()["sites"][-1]["city"] == "Sisters"


async def test_accounts_are_found_by_name_and_person_page_by_page(api):
    for name in ("Aspen Homes", "Birch Rentals", "Cascade Property Group"):
        await opened(api, name=name)
    first = (await api.get(f"{API}/accounts", params={"limit": 2})).json()
    assert [row["name"] for row in first["items"]] == ["Aspen Homes", "Birch Rentals"]
    rest = await api.get(f"{API}/accounts", params={"limit": 2, "cursor": first["next_cursor"]})
    assert [row["name"] for row in rest.json()["items"]] == ["Cascade Property Group"]
    assert rest.json()["items"][0]["site_count"] == 3
    found = await api.get(f"{API}/accounts", params={"q": "birch nora"})
    assert [row["name"] for row in found.json()["items"]] == ["Birch Rentals"]


async def test_the_same_key_orders_once(api, world):
    account = await opened(api)
    body = an_order(world, account, 0, 1)
    first, second = await ordered(api, body), await ordered(api, body)
    assert first.json() == second.json()
    assert len(world.memory.records[Inspection]) == 2


async def test_who_dealt_on_an_older_state_is_told_so(api, world):
    account = await opened(api)
    path = f"{API}/accounts/{account['account_id']}"
    await api.patch(path, json={"terms_days": 10})
    late = await api.patch(path, json={"terms_days": 60, "revision": 1})
    assert (late.status_code, late.json()["code"]) == (409, "changed_meanwhile")
    assert world.memory.records[CustomerAccount][account["account_id"]].terms_days == 10


async def test_an_inspector_books_for_accounts_but_changes_no_terms(browser, world):
    browser.signed_in()
    browser.http.cookies.clear()
    account = await opened(browser.http)
    assert world.memory.records[StaffMember]
    browser.signed_in("inspector")
    browser.http.cookies.clear()
    path = f"{API}/accounts/{account['account_id']}"
    assert (await browser.http.patch(path, json={"terms_days": 90})).status_code == 403
    assert (await ordered(browser.http, an_order(world, account, 0))).status_code == 201

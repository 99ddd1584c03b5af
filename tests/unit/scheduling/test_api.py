"""The JSON API: strict bodies, stable codes, idempotency, scopes."""

import pytest

from services.scheduling.domain.inspection import Inspection
from services.scheduling.usecases.create_api_key import CreateApiKey, create_api_key
from shared.identity import ApiClient
from tests.support.scheduling_samples import OWNER, PASSWORD

API = "/api/scheduling/v1"


@pytest.fixture
def api(browser):
    browser.signed_in()
    browser.http.cookies.clear()
    return browser.http


def key(text="k1"):
    return {"Idempotency-Key": text}


def a_booking(world, **changes):
    body = {
        "site": {"street": "1482 Alder Creek Rd", "city": "Bend"},
        "starts_at": "2026-12-01T09:00:00-08:00",
        "inspector_id": world.owner_id,
        "people": [{"role": "client", "name": "Ellen Park", "email": "ellen@example.com"}],
        "lines": [{"kind": "service", "service_id": world.home_id}],
    }
    return body | changes


async def booked(api, world, name="k1", **changes):
    return await api.post(f"{API}/inspections", json=a_booking(world, **changes), headers=key(name))


async def test_a_password_is_exchanged_for_a_token(browser):
    answer = await browser.http.post(f"{API}/tokens", json={"email": OWNER, "password": PASSWORD})
    assert answer.json()["token_type"] == "Bearer"
    wrong = await browser.http.post(f"{API}/tokens", json={"email": OWNER, "password": "x"})
    assert (wrong.status_code, wrong.json()["code"]) == (401, "wrong_password")


async def test_without_a_token_everything_is_closed(browser):
    for path in ("/company", "/staff", "/contacts", "/services", "/inspections", "/api-keys"):
        answer = await browser.http.get(f"{API}{path}")
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in"), path


async def test_a_booking_answers_with_its_state(api, world):
    answer = await booked(api, world)
    body = answer.json()
    assert answer.status_code == 201
    assert (body["number"], body["total_cents"], body["revision"]) == ("HP-3101", 47_500, 1)
    detail = (await api.get(f"{API}/inspections/{body['inspection_id']}")).json()
    assert (detail["balance_cents"], detail["report_released"]) == (47_500, False)


async def test_the_same_key_and_request_books_once(api, world):
    first, second = await booked(api, world), await booked(api, world)
    assert first.json() == second.json()
    assert len(world.memory.records[Inspection]) == 1


async def test_the_same_key_for_another_request_is_refused(api, world):
    await booked(api, world)
    answer = await booked(api, world, duration_minutes=60)
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key_reused")


async def test_a_booking_needs_a_key(api, world):
    answer = await api.post(f"{API}/inspections", json=a_booking(world))
    assert answer.json()["code"] == "idempotency_key_missing"


@pytest.mark.parametrize("value", [True, False])
async def test_collect_after_publish_cannot_be_set_on_one_inspection(api, world, value):
    answer = await booked(api, world, collect_payment_after_publish=value)
    assert (answer.status_code, answer.json()["code"]) == (422, "company_wide_only")
    inspection_id = (await booked(api, world)).json()["inspection_id"]
    answer = await api.patch(
        f"{API}/inspections/{inspection_id}", json={"collect_payment_after_publish": value}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "company_wide_only")


async def test_require_payment_cannot_be_switched_off_while_locked(api, world):
    await api.patch(f"{API}/company/policy", json={"collect_payment_after_publish": True})
    inspection_id = (await booked(api, world)).json()["inspection_id"]
    where = f"{API}/inspections/{inspection_id}"
    answer = await api.patch(where, json={"require_payment": False})
    assert (answer.status_code, answer.json()["code"]) == (409, "require_payment_locked")
    answer = await api.post(f"{where}/unlock")
    assert (answer.status_code, answer.json()["code"]) == (409, "report_locked_by_policy")
    answer = await booked(api, world, "k2", require_payment=False)
    assert answer.json()["code"] == "require_payment_locked"


@pytest.mark.parametrize(
    ("before", "wish", "code"),
    [
        ({"collect_payment_after_publish": True}, {"allow_deferred_payment": True},
         "deferred_payment_blocked"),
        ({"allow_deferred_payment": True}, {"collect_payment_after_publish": True},
         "deferred_payment_on"),
        ({"collect_payment_after_publish": True}, {"payments_provider": "third_party"},
         "third_party_provider"),
        ({"payments_provider": "third_party"}, {"collect_payment_after_publish": True},
         "third_party_provider"),
    ],
)  # fmt: skip
async def test_settings_that_exclude_one_another_have_stable_codes(api, before, wish, code):
    assert (await api.patch(f"{API}/company/policy", json=before)).status_code == 200
    answer = await api.patch(f"{API}/company/policy", json=wish)
    assert (answer.status_code, answer.json()["code"]) == (409, code)


@pytest.mark.parametrize(
    "wrong",
    [
        {"company_id": "c2"},
        {"status": "published"},
        {"revision": 9},
        {"starts_at": "2026-12-01T09:00:00"},
        {"starts_at": {"$gt": ""}},
        {"site": {"street": {"$ne": ""}, "city": "Bend"}},
        {"inspector_id": "../x"},
        {"people": []},
        {"people": [{"role": "client", "name": "A", "email": "a@b.c, evil@x.y"}]},
        {"people": [{"role": "client", "name": "A\r\nBcc: x@y.z"}]},
        {"lines": [{"kind": "fee", "name": "Travel", "amount_cents": "25.00"}]},
        {"lines": [{"kind": "fee", "name": "Travel", "amount_cents": 25.5}]},
        {"lines": [{"kind": "fee", "name": "Travel", "amount_cents": True}]},
        {"lines": [{"kind": "fee", "name": "Travel", "amount_cents": -1}]},
        {"lines": [{"kind": "fee", "name": "Travel", "amount_cents": 2**63}]},
        {"duration_minutes": "60"},
        {"require_payment": "no"},
    ],
)
async def test_bodies_are_strict(api, world, wrong):
    answer = await booked(api, world, **wrong)
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert not world.memory.records[Inspection]


@pytest.mark.parametrize("cents", [-1, 1.5, "100", True, None, 100_000_000])
async def test_prices_are_whole_cents(api, cents):
    answer = await api.post(
        f"{API}/services", json={"name": "Radon", "price_cents": cents}, headers=key()
    )
    assert answer.status_code == 422


async def test_lines_and_people_and_agreement_by_api(api, world):
    inspection_id = (await booked(api, world)).json()["inspection_id"]
    where = f"{API}/inspections/{inspection_id}"
    fee = {"kind": "fee", "name": "Travel", "amount_cents": 2_500}
    body = (await api.post(f"{where}/lines", json=fee, headers=key("l1"))).json()
    assert body["total_cents"] == 50_000
    assert (await api.get(where)).json()["agreement_behind"]
    agreement = (await api.post(f"{where}/agreement/update")).json()
    assert (agreement["version"], agreement["total_cents"]) == (2, 50_000)
    line_id = body["lines"][1]["line_id"]
    body = (await api.patch(f"{where}/lines/{line_id}", json={"amount_cents": 3_000})).json()
    assert body["total_cents"] == 50_500
    assert (await api.delete(f"{where}/lines/{line_id}")).json()["total_cents"] == 47_500
    agent = {"role": "agent", "name": "Marcus Lee"}
    body = (await api.post(f"{where}/people", json=agent, headers=key("p1"))).json()
    contact_id = body["people"][1]["contact_id"]
    assert len((await api.delete(f"{where}/people/{contact_id}")).json()["people"]) == 1


async def test_publishing_by_api_streams_the_file_back(api, world):
    inspection_id = (await booked(api, world)).json()["inspection_id"]
    where = f"{API}/inspections/{inspection_id}"
    sent = {"report": ("Report.pdf", b"%PDF-1.7 x", "application/pdf")}
    first = await api.post(f"{where}/publish", files=sent, headers=key("p1"))
    again = await api.post(f"{where}/publish", files=sent, headers=key("p1"))
    assert first.json() == again.json()
    (report,) = first.json()["reports"]
    answer = await api.get(f"{where}/reports/{report['report_id']}")
    assert (answer.content, answer.headers["content-type"]) == (b"%PDF-1.7 x", "application/pdf")


async def test_the_portal_alone_fetches_reports_inside(api, browser, world):
    inspection_id = (await booked(api, world)).json()["inspection_id"]
    sent = {"report": ("Report.pdf", b"%PDF-1.7 x", "application/pdf")}
    answer = await api.post(
        f"{API}/inspections/{inspection_id}/publish", files=sent, headers=key("p1")
    )
    report_id = answer.json()["reports"][0]["report_id"]
    where = f"/internal/v1/inspections/{inspection_id}/reports/{report_id}"
    for name, company_id, status in (
        ("portal", world.company_id, 200),
        ("portal", "another company", 404),
        ("notifications", world.company_id, 403),
    ):
        from tests.support import shared_app  # noqa: PLC0415

        token = shared_app.keyring(name).mint_service("scheduling")
        answer = await api.get(
            where,
            params={"company_id": company_id},
            headers={"authorization": f"Bearer {token}"},
        )
        assert answer.status_code == status, name
    assert (await api.get(where, params={"company_id": world.company_id})).status_code == 401


async def test_a_key_may_do_what_its_scopes_say(api, browser, world):
    created = await create_api_key(
        CreateApiKey(company_id=world.company_id, name="Site", scopes=("read",)),
        office=world.office,
        secrets=world.secrets,
        now=world.now,
    )
    client = ApiClient(world.company_id, created.key.key_id, frozenset({"read"}))
    api.headers["authorization"] = f"Bearer {browser.keyring.mint_api_client(client)}"
    assert (await api.get(f"{API}/inspections")).status_code == 200
    assert (await booked(api, world)).status_code == 403


async def test_lists_come_in_pages(api, world):
    for number in range(5):
        await world.booked(starts_at=world.now.replace(month=12, day=number + 1))
    seen, cursor = [], None
    while True:
        params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await api.get(f"{API}/inspections", params=params)).json()
        seen += [item["number"] for item in page["items"]]
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert seen == ["HP-3105", "HP-3104", "HP-3103", "HP-3102", "HP-3101"]


async def test_every_operation_declares_its_answers(api):
    document = (await api.get(f"{API}/openapi.json")).json()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            statuses = set(operation["responses"])
            assert statuses & {"200", "201"}, (method, path)
            assert "401" in statuses, (method, path)
    example = document["components"]["schemas"]["InspectionIn"]["examples"][0]
    assert example["site"]["city"] == "Bend"

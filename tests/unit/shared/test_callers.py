from typing import Annotated

import httpx
import pytest
from fastapi import APIRouter, Depends

from shared.identity import (
    ApiClient,
    Permission,
    Staff,
    everyone,
    may,
    service_call,
    staff_looking,
    staff_page,
)
from shared.webapp import UndeclaredCallerError, callers
from tests.support.shared_app import app, keyring, staff_cookie

router = APIRouter()


@router.api_route("/api/billing/v1/refunds", methods=["GET", "POST"])
async def refunds(caller: Annotated[Staff | ApiClient, Depends(may(Permission.REFUND))]) -> str:
    return caller.company_id


@router.api_route("/staff/billing/settings", methods=["GET", "POST"])
async def settings(who: Annotated[Staff, Depends(staff_page(Permission.SETTINGS))]) -> str:
    return who.staff_id


@router.post("/internal/v1/links")
async def links(_caller: Annotated[object, Depends(service_call("billing", "portal"))]) -> str:
    return "minted"


@router.get("/p/open", dependencies=[Depends(everyone("clients have no account"))])
async def open_page() -> str:
    return "hello"


OWN_FORM = {"X-CSRF-Token": "form-token", "Origin": "http://doorstep.test"}


@pytest.fixture
async def client():
    transport = httpx.ASGITransport(app(router))
    async with httpx.AsyncClient(transport=transport, base_url="http://doorstep.test") as client:
        yield client


async def status(client, method, path, cookies=None, **options):
    client.cookies = cookies or {}
    return (await client.request(method, path, **options)).status_code


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


async def test_without_a_token_nobody_comes_in(client):
    assert await status(client, "GET", "/api/billing/v1/refunds") == 401
    assert await status(client, "GET", "/staff/billing/settings") == 401
    assert await status(client, "POST", "/internal/v1/links") == 401
    assert await status(client, "GET", "/p/open") == 200


@pytest.mark.parametrize(
    ("role", "refund", "change_settings"),
    [
        ("owner", 200, 200),
        ("office", 200, 403),
        ("inspector", 403, 403),
        ("read_only", 403, 403),
    ],
)
async def test_a_role_decides_what_a_staff_member_may(client, role, refund, change_settings):
    cookie = staff_cookie(role)

    assert await status(client, "GET", "/api/billing/v1/refunds", cookie) == refund
    assert await status(client, "GET", "/staff/billing/settings", cookie) == change_settings


@pytest.mark.parametrize(("scopes", "expected"), [({"refund"}, 200), ({"read", "bill"}, 403)])
async def test_a_scope_decides_what_an_api_key_may(client, scopes, expected):
    key = ApiClient("c1", "k1", frozenset(scopes))
    token = keyring("scheduling").mint_api_client(key)
    headers = bearer(token)

    assert await status(client, "POST", "/api/billing/v1/refunds", headers=headers) == expected


async def test_a_page_is_not_for_api_keys(client):
    key = ApiClient("c1", "k1", frozenset(p.value for p in Permission))
    token = keyring("scheduling").mint_api_client(key)

    assert await status(client, "GET", "/staff/billing/settings", headers=bearer(token)) == 401


@pytest.mark.parametrize(
    ("caller", "audience", "expected"),
    [
        ("billing", "billing", 200),
        ("portal", "billing", 200),
        ("notifications", "billing", 403),
        ("portal", "scheduling", 401),
    ],
)
async def test_an_internal_route_is_for_the_services_it_names(client, caller, audience, expected):
    headers = bearer(keyring(caller).mint_service(audience))

    assert await status(client, "POST", "/internal/v1/links", headers=headers) == expected


async def test_a_staff_member_is_no_service(client):
    assert await status(client, "POST", "/internal/v1/links", staff_cookie()) == 401


POSTS = [
    pytest.param(OWN_FORM, 200, id="our own page"),
    pytest.param({"X-CSRF-Token": "form-token"}, 200, id="a browser that says nothing"),
    pytest.param(OWN_FORM | {"Sec-Fetch-Site": "same-origin"}, 200, id="same origin"),
    pytest.param(OWN_FORM | {"Sec-Fetch-Site": "cross-site"}, 403, id="cross site"),
    pytest.param(OWN_FORM | {"Sec-Fetch-Site": "same-site"}, 403, id="a sister domain"),
    pytest.param(OWN_FORM | {"Origin": "https://evil.example"}, 403, id="another origin"),
    pytest.param(OWN_FORM | {"Origin": "null"}, 403, id="an origin that hides"),
    pytest.param({"Origin": "http://doorstep.test"}, 403, id="no token"),
    pytest.param(OWN_FORM | {"X-CSRF-Token": "wrong"}, 403, id="wrong token"),
    pytest.param(OWN_FORM | {"X-CSRF-Token": ""}, 403, id="empty token"),
]


@pytest.mark.parametrize(("headers", "expected"), POSTS)
@pytest.mark.parametrize("path", ["/staff/billing/settings", "/api/billing/v1/refunds"])
async def test_a_form_counts_only_from_our_own_page(client, path, headers, expected):
    assert await status(client, "POST", path, staff_cookie(), headers=headers) == expected


async def test_the_token_may_be_a_field_of_the_form(client):
    path = "/staff/billing/settings"

    right, wrong = {"csrf_token": "form-token"}, {"csrf_token": "wrong"}
    assert await status(client, "POST", path, staff_cookie(), data=right) == 200
    assert await status(client, "POST", path, staff_cookie(), data=wrong) == 403


async def test_a_session_without_a_form_token_can_change_nothing(client):
    cookie, empty = staff_cookie(csrf_token=""), {"X-CSRF-Token": ""}

    assert await status(client, "POST", "/staff/billing/settings", cookie, headers=empty) == 403


async def test_a_bearer_token_needs_no_form_token(client):
    key = ApiClient("c1", "k1", frozenset({"refund"}))
    headers = bearer(keyring("scheduling").mint_api_client(key))
    headers |= {"Origin": "https://partner.example"}

    assert await status(client, "POST", "/api/billing/v1/refunds", headers=headers) == 200


def test_a_route_that_does_not_say_who_may_call_stops_the_start():
    silent = APIRouter()

    @silent.get("/staff/billing/forgotten")
    async def forgotten() -> None: ...

    with pytest.raises(UndeclaredCallerError, match="GET /staff/billing/forgotten"):
        app(router, silent)


def test_a_declaration_on_the_router_or_deeper_down_counts():
    guarded = APIRouter(dependencies=[Depends(staff_page(Permission.READ))])

    @guarded.get("/staff/billing/first")
    async def first() -> None: ...

    async def looks_up(who: Annotated[Staff, Depends(staff_page(Permission.READ))]) -> str:
        return who.name

    nested = APIRouter()

    @nested.get("/staff/billing/second")
    async def second(name: Annotated[str, Depends(looks_up)]) -> None: ...

    declared = dict(callers(app(guarded, nested)))

    assert declared["GET /staff/billing/first"] == ["staff: read"]
    assert declared["GET /staff/billing/second"] == ["staff: read"]


async def test_a_public_page_knows_whether_staff_is_looking():
    looking = APIRouter()

    @looking.get("/p/x", dependencies=[Depends(everyone("clients"))])
    async def x(who: Annotated[Staff | None, Depends(staff_looking)]) -> str:
        return who.name if who else "a client"

    transport = httpx.ASGITransport(app(looking))
    async with httpx.AsyncClient(transport=transport, base_url="http://doorstep.test") as client:
        assert (await client.get("/p/x")).json() == "a client"
        client.cookies = staff_cookie()
        assert (await client.get("/p/x")).json() == "Dana Reyes"
        client.cookies = {"doorstep_staff": "forged"}
        assert (await client.get("/p/x")).json() == "a client"

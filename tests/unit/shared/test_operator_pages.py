"""The operator page is for whoever knows its password; without one there is no such page."""

import httpx
import pytest
from pydantic import SecretStr, ValidationError

from shared.operator_access import form_token
from shared.operator_pages import Extras
from shared.ui.assets import asset
from tests.support.shared_app import app, config, keyring, staff_cookie

PASSWORD = "a-password-for-operators"
OWN_FORM = {"X-CSRF-Token": form_token(SecretStr(PASSWORD)), "Origin": "http://127.0.0.1:8001"}
SURE = {"sure": "on"}


async def empty() -> int:
    return 7


def visit(password: str | None = PASSWORD, **extras: object) -> httpx.AsyncClient:
    made = app(
        settings=config(operator_password=password), operator=Extras(rebuild=empty, **extras)
    )
    transport = httpx.ASGITransport(made)
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8001")


RIGHT = ("operator", PASSWORD)
WRONG = [None, ("operator", "wrong"), ("operator", ""), ("somebody", PASSWORD)]


@pytest.mark.parametrize("auth", WRONG)
async def test_only_who_knows_the_password_comes_in(auth):
    async with visit() as browser:
        for path in ("/operator", asset("ui.css")):
            answer = await browser.get(path, auth=auth or httpx.USE_CLIENT_DEFAULT)
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"].startswith("Basic ")
        answer = await browser.post(
            "/operator/rebuild", data=SURE, headers=OWN_FORM, auth=auth or httpx.USE_CLIENT_DEFAULT
        )
        assert answer.status_code == 401


async def test_neither_staff_nor_a_service_is_an_operator():
    async with visit() as browser:
        browser.cookies = staff_cookie("owner")
        assert (await browser.get("/operator")).status_code == 401
        bearer = {"Authorization": f"Bearer {keyring('portal').mint_service('billing')}"}
        assert (await browser.get("/operator", headers=bearer)).status_code == 401


async def test_without_a_password_there_is_no_page():
    async with visit(password=None) as browser:
        for auth in (("operator", ""), ("operator", "None"), RIGHT):
            assert (await browser.get("/operator", auth=auth)).status_code == 404
            assert (await browser.post("/operator/rebuild", auth=auth)).status_code == 404


def test_a_password_that_could_be_guessed_stops_the_start():
    with pytest.raises(ValidationError, match="operator_password"):
        config(operator_password="short")


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (OWN_FORM, 303),
        ({}, 403),
        ({"X-CSRF-Token": "guessed"}, 403),
        (OWN_FORM | {"Origin": "https://evil.example"}, 403),
        (OWN_FORM | {"Sec-Fetch-Site": "cross-site"}, 403),
    ],
)
async def test_an_action_counts_only_from_the_page_itself(headers, expected):
    async with visit() as browser:
        answer = await browser.post("/operator/rebuild", data=SURE, headers=headers, auth=RIGHT)
    assert answer.status_code == expected


@pytest.mark.parametrize("path", ["/operator/rebuild", "/operator/replay"])
async def test_what_moves_more_than_one_message_needs_the_tick(path):
    async with visit() as browser:
        answer = await browser.post(path, data={"shelf": "dead"}, headers=OWN_FORM, auth=RIGHT)
    assert answer.status_code == 422
    assert "sure" in answer.json()["detail"]


async def test_a_service_has_only_the_actions_that_are_its_own():
    path, form = "/operator/replay-unrouted", {"broker_password": "x"}
    async with visit() as browser:
        assert (
            await browser.post(path, data=form, headers=OWN_FORM, auth=RIGHT)
        ).status_code == 404
    async with visit(watches_unrouted=True) as browser:
        assert (
            await browser.post(path, data=form, headers=OWN_FORM, auth=RIGHT)
        ).status_code == 422
    made = httpx.ASGITransport(app(settings=config(operator_password=PASSWORD)))
    async with httpx.AsyncClient(transport=made, base_url="http://127.0.0.1:8001") as browser:
        answer = await browser.post("/operator/rebuild", data=SURE, headers=OWN_FORM, auth=RIGHT)
    assert answer.status_code == 404


async def test_the_page_brings_its_own_look():
    async with visit() as browser:
        answer = await browser.get(asset("ui.css"), auth=RIGHT)
        assert (answer.status_code, answer.headers["content-type"][:8]) == (200, "text/css")
        assert (await browser.get("/static/../templates.py", auth=RIGHT)).status_code == 404

import re
from collections.abc import AsyncIterator
from typing import Annotated

import httpx
import jinja2
import pytest
from fastapi import APIRouter, Depends, Form, Request
from pydantic import BaseModel
from pymongo.errors import ServerSelectionTimeoutError
from starlette.responses import Response

from shared.identity import Permission, everyone, staff_page
from shared.money import Cents
from shared.problems import ConflictError, TooManyError, UnavailableError
from shared.service_client import RemoteRefusalError
from shared.telemetry import current_cause
from shared.webapp import page
from tests.support.shared_app import app, config, staff_cookie

ANYONE = [Depends(everyone("a test"))]
router = APIRouter()


class Payment(BaseModel):
    amount_cents: Cents


class AmountChangedError(ConflictError):
    code = "amount_changed"


@router.post("/api/billing/v1/payments", dependencies=ANYONE)
@router.post("/staff/billing/payments", dependencies=ANYONE)
async def pay(payment: Payment) -> int:
    return payment.amount_cents


@router.get("/staff/billing/refused", dependencies=ANYONE)
@router.get("/api/billing/v1/refused", dependencies=ANYONE)
async def refused(kind: str) -> None:
    raise {
        "changed": AmountChangedError("The price is now $450.00.", amount_cents=45_000),
        "away": UnavailableError(retry_after_seconds=7),
        "many": TooManyError(retry_after_seconds=30),
        "remote": RemoteRefusalError(409, "invoice_paid", "It is paid.", {"paid_cents": 5}),
        "database": ServerSelectionTimeoutError("mongodb://billing:pa55word@db/"),
        "bug": ZeroDivisionError("secret detail"),
    }[kind]


@router.post("/p/echo", dependencies=ANYONE)
async def echo(request: Request) -> int:
    return len(await request.body())


@router.put("/p/files/{name}", dependencies=ANYONE)
async def upload(name: str, request: Request) -> int:
    return sum([len(chunk) async for chunk in request.stream()])


@router.post("/p/form", dependencies=ANYONE)
async def form(note: Annotated[str, Form()]) -> int:
    return len(note)


@router.get("/p/cause", dependencies=ANYONE)
async def cause() -> str:
    return current_cause().correlation_id


@router.get("/p/own-headers", dependencies=ANYONE)
async def own_headers() -> Response:
    return Response(headers={"Cache-Control": "public, max-age=60"})


@router.post("/staff/billing/page", dependencies=[Depends(staff_page(Permission.READ))])
@router.get("/staff/billing/page", dependencies=[Depends(staff_page(Permission.READ))])
async def staff_only(request: Request) -> Response:
    return page(request, "hello.html")


TEMPLATES = {
    "problem.html": "<h1>{{ problem.title }}</h1><p>{{ problem.happened }}</p>",
    "hello.html": "{{ staff.name }} {{ csrf_token }} {{ public_url }}",
}
PAGES = jinja2.Environment(loader=jinja2.DictLoader(TEMPLATES), autoescape=True)
LIMITS = {r"/p/files/[^/]+": 3_000_000}
HTML = {"Accept": "text/html,application/xhtml+xml"}


def browser(settings=None, **options):
    made = app(router, settings=settings, pages=PAGES, body_limits=LIMITS, **options)
    transport = httpx.ASGITransport(made, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://doorstep.test")


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with browser() as client:
        yield client


# ------------------------------------------------------------------------------------- problems
async def test_a_refusal_is_a_problem_document_for_programs(client):
    answer = await client.get("/api/billing/v1/refused?kind=changed", headers=HTML)

    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "about:blank",
        "title": "This cannot be done now",
        "status": 409,
        "code": "amount_changed",
        "detail": "The price is now $450.00.",
        "amount_cents": 45_000,
    }


async def test_a_refusal_is_a_page_in_plain_words_for_people(client):
    answer = await client.get("/staff/billing/refused?kind=changed", headers=HTML)

    assert answer.status_code == 409
    assert answer.headers["content-type"].startswith("text/html")
    assert "The price is now $450.00." in answer.text


@pytest.mark.parametrize(
    ("kind", "status", "code", "retry_after"),
    [
        ("away", 503, "unavailable", "7"),
        ("many", 429, "too_many_requests", "30"),
        ("remote", 409, "invoice_paid", None),
        ("database", 503, "unavailable", "5"),
        ("bug", 500, "internal_error", None),
    ],
)
async def test_every_trouble_has_its_answer(client, kind, status, code, retry_after):
    answer = await client.get(f"/api/billing/v1/refused?kind={kind}")

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers.get("retry-after") == retry_after
    assert "pa55word" not in answer.text
    assert "secret detail" not in answer.text


@pytest.mark.parametrize("kind", ["changed", "database", "bug"])
async def test_a_troubled_answer_carries_the_guards_headers_too(client, kind):
    answer = await client.get(f"/staff/billing/refused?kind={kind}", headers=HTML)

    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-correlation-id"]


@pytest.mark.parametrize("amount", ['"5.00"', '"500"', "5.5", "true", "-1", "null"])
async def test_an_amount_that_is_not_whole_cents_is_named_and_refused(client, amount):
    answer = await client.post(
        "/api/billing/v1/payments",
        content=f'{{"amount_cents": {amount}}}',
        headers={"Content-Type": "application/json"},
    )

    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid"
    assert [error["field"] for error in answer.json()["errors"]] == ["amount_cents"]


async def test_a_path_nobody_serves_is_a_problem_too(client):
    assert (await client.get("/api/billing/v1/nothing")).json()["code"] == "not_found"
    assert "There is nothing here" in (await client.get("/p/nothing", headers=HTML)).text
    wrong_method = await client.delete("/p/cause")
    assert wrong_method.status_code == 405
    assert wrong_method.headers["allow"] == "GET"


# -------------------------------------------------------------------------------------- sign-in
async def test_a_browser_that_is_not_signed_in_is_sent_to_renew_and_back(client):
    answer = await client.get("/staff/billing/page?filter=overdue&page=2", headers=HTML)

    assert answer.status_code == 303
    assert answer.headers["location"] == (
        "/staff/scheduling/session/renew?next=/staff/billing/page%3Ffilter%3Doverdue%26page%3D2"
    )


async def test_a_form_of_a_session_that_ended_is_not_repeated_blindly(client):
    answer = await client.post("/staff/billing/page", headers=HTML)

    assert answer.headers["location"] == "/staff/scheduling/session/renew"


async def test_a_fragment_sends_the_whole_page_to_renew(client):
    answer = await client.get("/staff/billing/page", headers={"HX-Request": "true"})

    assert answer.status_code == 401
    assert answer.headers["hx-redirect"] == "/staff/scheduling/session/renew"


async def test_a_program_that_is_not_signed_in_is_told_so(client):
    answer = await client.get("/staff/billing/page")

    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


async def test_a_page_knows_who_is_looking_and_the_form_token(client):
    client.cookies = staff_cookie("office")

    answer = await client.get("/staff/billing/page")

    assert answer.text == "Dana Reyes form-token http://doorstep.test"
    assert answer.headers["vary"] == "HX-Request"


# -------------------------------------------------------------------------------------- headers
async def test_every_answer_is_guarded(client):
    headers = (await client.get("/p/cause")).headers

    policy = dict(
        part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert "strict-transport-security" not in headers


async def test_forms_may_lead_only_where_the_service_says():
    async with browser(form_action="https://checkout.stripe.com") as client:
        policy = (await client.get("/p/cause")).headers["content-security-policy"]

    assert "form-action 'self' https://checkout.stripe.com;" in policy


async def test_https_is_demanded_for_good_where_there_is_https():
    async with browser(config(public_url="https://doorstep.example")) as client:
        headers = (await client.get("/p/cause")).headers

    assert "max-age=63072000" in headers["strict-transport-security"]


async def test_what_a_route_says_itself_is_kept(client):
    assert (await client.get("/p/own-headers")).headers["cache-control"] == "public, max-age=60"


# ---------------------------------------------------------------------------------- correlation
async def test_a_correlation_id_is_taken_over_and_given_back(client):
    answer = await client.get("/p/cause", headers={"X-Correlation-Id": "request-0001"})

    assert answer.json() == answer.headers["x-correlation-id"] == "request-0001"


@pytest.mark.parametrize(
    "sent", [None, "short", "x" * 65, "with space 1", "line\tbreak99", "é" * 9]
)
async def test_a_correlation_id_that_is_missing_or_odd_is_made_anew(client, sent):
    headers = {} if sent is None else {"X-Correlation-Id": sent.encode()}

    answer = await client.get("/p/cause", headers=headers)

    assert re.fullmatch(r"[0-9a-f]{32}", answer.json())


# --------------------------------------------------------------------------------------- limits
async def chunks(total):
    for _ in range(total // 100_000):
        yield b"x" * 100_000


async def test_a_body_within_the_limit_passes(client):
    assert (await client.post("/p/echo", content=b"x" * 1_000_000)).json() == 1_000_000
    assert (await client.post("/p/echo", content=chunks(1_000_000))).json() == 1_000_000


@pytest.mark.parametrize("path", ["/p/echo", "/p/form", "/api/billing/v1/payments"])
@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_beyond_the_limit_is_refused(client, path, chunked):
    content = chunks(1_200_000) if chunked else b"x" * 1_200_000
    kind = "application/json" if "payments" in path else "application/x-www-form-urlencoded"

    answer = await client.post(path, content=content, headers={"Content-Type": kind})

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


async def test_a_path_may_have_a_limit_of_its_own(client):
    assert (await client.put("/p/files/report", content=chunks(2_900_000))).json() == 2_900_000
    assert (await client.put("/p/files/report", content=chunks(3_100_000))).status_code == 413
    assert (await client.put("/p/files/report", content=b"x" * 3_000_001)).status_code == 413


@pytest.mark.parametrize("length", ["-1", "many", "1e3"])
async def test_a_length_that_is_no_length_is_refused(client, length):
    answer = await client.post("/p/echo", content=b"x", headers={"Content-Length": length})

    assert answer.status_code == 400


# ------------------------------------------------------------------------------ health, metrics
@pytest.mark.parametrize(
    ("checks", "status"),
    [
        ({"started": True, "consumer": True}, 200),
        ({"started": True, "consumer": False}, 503),
        ({}, 503),
    ],
)
async def test_readiness_is_what_all_checks_say_and_liveness_is_not(checks, status):
    async with browser(checks=checks) as client:
        ready = await client.get("/health/ready")

        assert ready.status_code == status
        assert ready.json() == {"ready": status == 200, "checks": checks}
        assert (await client.get("/health/live")).status_code == 200


async def test_metrics_count_requests_by_route_and_not_by_address(client):
    await client.put("/p/files/a-name-of-somebody", content=b"x")

    text = (await client.get("/metrics")).text

    assert 'route="/p/files/{name}"' in text
    assert "a-name-of-somebody" not in text


async def test_the_api_describes_itself(client):
    document = (await client.get("/api/billing/v1/openapi.json")).json()

    assert "/api/billing/v1/payments" in document["paths"]
    assert all(path.startswith("/api/") for path in document["paths"])


async def test_the_runtime_lives_as_long_as_the_application():
    made = app(router)
    runtime = made.state.runtime
    async with made.router.lifespan_context(made):
        assert runtime.life == ["started"]
    assert runtime.life == ["started", "stopped"]

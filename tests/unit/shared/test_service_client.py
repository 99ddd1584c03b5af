import httpx
import pytest

from shared.problems import UnavailableError
from shared.service_client import RemoteRefusalError, ServiceClient
from shared.telemetry import Cause, because_of
from tests.support.shared_app import keyring

PROBLEM = {
    "type": "about:blank",
    "title": "This cannot be done now",
    "status": 409,
    "code": "amount_changed",
    "detail": "The price is now $450.00.",
    "amount_cents": 45_000,
}


def billing(answer):
    """A client of the portal's for billing, which answers with this."""
    client = ServiceClient("http://billing.test", "billing", keyring("portal"))
    asked = []

    def handle(request):
        asked.append(request)
        return answer(request) if callable(answer) else answer

    client._client = httpx.AsyncClient(
        base_url="http://billing.test", transport=httpx.MockTransport(handle)
    )
    return client, asked


async def test_a_call_carries_a_token_for_that_service_only_and_the_correlation_id():
    client, asked = billing(httpx.Response(201, json={"url": "https://checkout"}))

    with because_of(Cause("request-0001")):
        answer = await client.post("/internal/v1/x", {"a": 1}, {"Idempotency-Key": "k1"})

    (request,) = asked
    token = request.headers["authorization"].removeprefix("Bearer ")
    assert answer == {"url": "https://checkout"}
    assert keyring("billing").verify(token, "service:billing")["iss"] == "portal"
    assert request.headers["x-correlation-id"] == "request-0001"
    assert request.headers["idempotency-key"] == "k1"


async def test_a_question_without_a_cause_goes_without_a_correlation_id():
    client, asked = billing(httpx.Response(200, json=[1]))

    assert await client.get("/internal/v1/x", {"company_id": "c1"}) == [1]
    assert asked[0].url.query == b"company_id=c1"
    assert "x-correlation-id" not in asked[0].headers


async def test_a_refusal_is_passed_on_with_its_code_its_words_and_what_else_it_says():
    client, _ = billing(httpx.Response(409, json=PROBLEM))

    with pytest.raises(RemoteRefusalError) as refused:
        await client.post("/internal/v1/x", {})

    assert refused.value.remote_status == 409
    assert refused.value.remote_code == "amount_changed"
    assert refused.value.detail == "The price is now $450.00."
    assert refused.value.extra == {"amount_cents": 45_000}


@pytest.mark.parametrize("status", [401, 429, 500, 502, 503])
async def test_what_is_not_the_callers_fault_is_a_part_that_is_away(status):
    client, _ = billing(httpx.Response(status, json=PROBLEM))

    with pytest.raises(UnavailableError):
        await client.post("/internal/v1/x", {})


async def test_a_token_that_is_not_taken_is_a_part_that_is_away():
    client, _ = billing(httpx.Response(403, json=PROBLEM | {"code": "forbidden"}))

    with pytest.raises(UnavailableError):
        await client.post("/internal/v1/x", {})


async def test_what_a_person_may_not_do_is_a_refusal_with_its_code():
    client, _ = billing(httpx.Response(403, json=PROBLEM | {"code": "autopay_off"}))

    with pytest.raises(RemoteRefusalError) as refused:
        await client.post("/internal/v1/x", {})

    assert (refused.value.remote_status, refused.value.remote_code) == (403, "autopay_off")


async def test_an_empty_answer_is_none():
    client, _ = billing(httpx.Response(204))

    assert await client.post("/internal/v1/x", {}) is None


async def test_an_answer_that_makes_no_sense_is_a_part_that_is_away():
    client, _ = billing(httpx.Response(404, text="<html>somebody else's server</html>"))

    with pytest.raises(UnavailableError):
        await client.get("/internal/v1/x")


@pytest.mark.parametrize(
    "trouble", [httpx.ConnectError, httpx.ReadTimeout, httpx.RemoteProtocolError]
)
async def test_trouble_on_the_way_is_a_part_that_is_away(trouble):
    def fail(request):
        raise trouble("cut")

    client, _ = billing(fail)
    with pytest.raises(UnavailableError):
        await client.post("/internal/v1/x", {})
    with pytest.raises(UnavailableError):
        async with client.stream("/internal/v1/file"):
            pass


async def test_a_file_arrives_in_pieces_and_a_refused_one_is_a_refusal():
    client, _ = billing(httpx.Response(200, content=b"%PDF-" + b"x" * 100_000))
    async with client.stream("/internal/v1/file", {"company_id": "c1"}) as answer:
        assert sum([len(piece) async for piece in answer.aiter_bytes()]) == 100_005

    client, _ = billing(httpx.Response(404, json=PROBLEM | {"code": "not_found"}))
    with pytest.raises(RemoteRefusalError) as refused:
        async with client.stream("/internal/v1/file"):
            pass
    assert refused.value.remote_code == "not_found"
    await client.close()

import httpx
import pytest
from fastapi import APIRouter, Depends
from pymongo.errors import DuplicateKeyError

from shared.idempotency import (
    Answer,
    IdempotencyKey,
    IdempotencyKeyReusedError,
    IdempotencyKeys,
    fingerprint,
)
from shared.identity import everyone
from tests.support.shared_app import app


class Rows:
    """As much of a collection as the keys use."""

    def __init__(self):
        self.kept = {}

    async def find_one(self, query):
        return self.kept.get(query["_id"])

    async def insert_one(self, row, session):
        assert session == "the effect's transaction"
        if row["_id"] in self.kept:
            raise DuplicateKeyError(row["_id"])
        self.kept[row["_id"]] = row


@pytest.fixture
def keys():
    return IdempotencyKeys({"idempotency": Rows()})


SESSION = "the effect's transaction"
FIRST = Answer(201, {"payment_id": "p1"})


async def test_the_first_answer_is_given_again(keys):
    assert await keys.recall("c1", "k1", fingerprint({"amount_cents": 5})) is None

    await keys.remember("c1", "k1", fingerprint({"amount_cents": 5}), FIRST, SESSION)

    assert await keys.recall("c1", "k1", fingerprint({"amount_cents": 5})) == FIRST


async def test_a_key_used_for_something_else_is_refused(keys):
    await keys.remember("c1", "k1", fingerprint({"amount_cents": 5}), FIRST, SESSION)

    with pytest.raises(IdempotencyKeyReusedError):
        await keys.recall("c1", "k1", fingerprint({"amount_cents": 6}))


async def test_two_companies_may_use_the_same_key(keys):
    await keys.remember("c1", "k1", fingerprint({"amount_cents": 5}), FIRST, SESSION)

    assert await keys.recall("c2", "k1", fingerprint({"amount_cents": 6})) is None


async def test_the_second_of_two_at_once_does_not_get_through(keys):
    await keys.remember("c1", "k1", fingerprint({}), FIRST, SESSION)

    with pytest.raises(DuplicateKeyError):
        await keys.remember("c1", "k1", fingerprint({}), FIRST, SESSION)


def test_the_order_of_members_means_nothing():
    assert fingerprint({"a": 1, "b": 2}) == fingerprint({"b": 2, "a": 1})
    assert fingerprint({"a": 1}) != fingerprint({"a": 2})
    assert fingerprint({"a": 1}) != fingerprint({"a": "1"})


router = APIRouter()


@router.post("/p/pay", dependencies=[Depends(everyone("a test"))])
async def pay(key: IdempotencyKey) -> str:
    return key


@pytest.fixture
async def client():
    transport = httpx.ASGITransport(app(router))
    async with httpx.AsyncClient(transport=transport, base_url="http://doorstep.test") as client:
        yield client


async def test_the_key_is_a_header_or_a_hidden_field(client):
    by_header = await client.post("/p/pay", headers={"Idempotency-Key": "k1"})
    by_field = await client.post("/p/pay", data={"idempotency_key": "k2"})

    assert (by_header.json(), by_field.json()) == ("k1", "k2")


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"headers": {"Idempotency-Key": ""}},
        {"data": {"idempotency_key": ""}},
        {"data": {"idempotency_key": "x" * 256}},
        {"data": {"something": "else"}},
        {"json": {"idempotency_key": "k1"}},
    ],
)
async def test_without_a_key_nothing_is_moved(client, request_):
    answer = await client.post("/p/pay", **request_)

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_missing")


async def test_a_key_that_is_too_long_is_refused(client):
    assert (await client.post("/p/pay", headers={"Idempotency-Key": "x" * 256})).status_code == 422

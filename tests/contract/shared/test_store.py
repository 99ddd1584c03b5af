"""The one seam to MongoDB keeps its promises with both drivers."""

import asyncio
import gc
import importlib.util
import sys
import warnings
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from pymongo import ASCENDING, IndexModel, UpdateOne
from pymongo.errors import DuplicateKeyError, PyMongoError, WriteError

import shared.mongo
from shared.mongo import Collection

SOURCE = Path(shared.mongo.__file__)


@pytest.fixture(params=["motor", "pymongo"])
def seam(request, monkeypatch):
    """The module as it is with this driver."""
    monkeypatch.setenv("MONGO_DRIVER", request.param)
    name = f"shared_mongo_with_{request.param}"
    spec = importlib.util.spec_from_file_location(name, SOURCE)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, name, module)
    spec.loader.exec_module(module)
    yield module
    # PyMongo's AsyncMongoClient leaves its socket open when it is closed while it connects (it
    # closes it for an OSError, not for a CancelledError). That is not to be told as ours.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture
async def store(seam, mongo):
    store = seam.Store(mongo, f"test_{uuid4().hex[:12]}")
    yield store
    await store.close()


def test_each_driver_is_the_one_that_was_asked_for(seam, request):
    wanted = {"motor": "motor.", "pymongo": "pymongo.asynchronous"}
    driver = request.node.callspec.params["seam"]

    assert seam._Client.__module__.startswith(wanted[driver])


async def test_what_is_written_is_read_back_with_times_in_utc(store):
    at = datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC)
    await store["things"].insert_one({"_id": "t1", "at": at})

    assert (await store["things"].find_one({"_id": "t1"}))["at"] == at


async def test_a_transaction_is_all_or_nothing(store):
    await store.ensure((Collection("things"),))

    async def half(session):
        await store["things"].insert_one({"_id": "t1"}, session=session)
        raise LookupError

    with pytest.raises(LookupError):
        await store.transaction(half)
    assert await store["things"].find_one() is None

    async def whole(session):
        await store["things"].insert_many([{"_id": "t1"}, {"_id": "t2"}], session=session)
        return "done"

    assert await store.transaction(whole) == "done"
    assert await store["things"].count_documents({}) == 2


async def test_a_transaction_sees_its_own_writes_and_nobody_else_does_before_the_commit(store):
    await store.ensure((Collection("things"),))

    async def work(session):
        await store["things"].insert_one({"_id": "t1"}, session=session)
        inside = [row async for row in store["things"].find({}, session=session)]
        outside = [row async for row in store["things"].find({})]
        return len(inside), len(outside)

    assert await store.transaction(work) == (1, 0)


async def test_many_writers_of_one_document_lose_no_update(store):
    await store["counters"].insert_one({"_id": "c", "n": 0})

    async def add_one(session):
        row = await store["counters"].find_one({"_id": "c"}, session=session)
        await store["counters"].update_one(
            {"_id": "c"}, {"$set": {"n": row["n"] + 1}}, session=session
        )

    await asyncio.gather(*(store.transaction(add_one) for _ in range(12)))

    assert (await store["counters"].find_one())["n"] == 12


async def test_a_conflict_that_does_not_end_is_given_up_within_the_patience(store):
    await store["counters"].insert_one({"_id": "c", "n": 0})
    held, give_up = asyncio.Event(), asyncio.Event()

    async def holds(session):
        await store["counters"].update_one({"_id": "c"}, {"$inc": {"n": 1}}, session=session)
        held.set()
        await give_up.wait()

    async def wants(session):
        await store["counters"].update_one({"_id": "c"}, {"$inc": {"n": 10}}, session=session)

    holder = asyncio.create_task(store.transaction(holds))
    await held.wait()
    with pytest.raises(PyMongoError) as refused:
        await store.transaction(wants, patience_seconds=0.3)
    give_up.set()
    await holder

    assert refused.value.has_error_label("TransientTransactionError")
    assert (await store["counters"].find_one())["n"] == 1


async def test_a_duplicate_in_a_transaction_is_told_and_not_tried_again(store):
    await store["things"].insert_one({"_id": "t1"})
    tries = []

    async def work(session):
        tries.append(1)
        await store["things"].insert_one({"_id": "t1"}, session=session)

    with pytest.raises(DuplicateKeyError):
        await store.transaction(work)
    assert len(tries) == 1


async def test_a_cancelled_transaction_holds_no_lock(store):
    await store["counters"].insert_one({"_id": "c", "n": 0})
    held = asyncio.Event()

    async def holds(session):
        await store["counters"].update_one({"_id": "c"}, {"$inc": {"n": 1}}, session=session)
        held.set()
        await asyncio.sleep(60)

    holder = asyncio.create_task(store.transaction(holds))
    await held.wait()
    holder.cancel()
    await asyncio.wait({holder})

    async def work(session):
        await store["counters"].update_one({"_id": "c"}, {"$inc": {"n": 10}}, session=session)

    await store.transaction(work, patience_seconds=5)
    assert (await store["counters"].find_one())["n"] == 10


async def test_a_bulk_write_and_an_aggregation_join_the_transaction(store):
    await store.ensure((Collection("lines"),))

    async def work(session):
        writes = [UpdateOne({"_id": n}, {"$set": {"cents": n}}, upsert=True) for n in range(4)]
        await store["lines"].bulk_write(writes, ordered=False, session=session)
        total = [{"$group": {"_id": None, "cents": {"$sum": "$cents"}}}]
        return await store.aggregate("lines", total, session=session)

    assert await store.transaction(work) == [{"_id": None, "cents": 6}]
    assert await store.aggregate("lines", [{"$match": {"_id": 9}}]) == []


async def test_a_change_stream_tells_of_an_insert(store):
    await store.ensure((Collection("outbox"),))
    pipeline = [{"$match": {"operationType": "insert"}}]
    async with store.watch("outbox", pipeline, max_await_time_ms=100) as stream:
        await store["outbox"].insert_one({"_id": "o1"})
        change = None
        while change is None:
            change = await stream.try_next()

    assert change["documentKey"] == {"_id": "o1"}


async def test_a_file_comes_back_byte_for_byte_and_can_be_deleted(store):
    report = bytes(range(256)) * 3_000
    files = store.files("reports")
    await files.upload_from_stream_with_id("r1", "report.pdf", report)

    stream = await files.open_download_stream("r1")
    assert await stream.read() == report
    await files.delete("r1")
    assert await store["reports.chunks"].count_documents({}) == 0


async def test_ensuring_collections_twice_changes_nothing(store):
    things = Collection(
        "things",
        indexes=(IndexModel([("key", ASCENDING)], name="key", unique=True),),
        validator={"$jsonSchema": {"required": ["key"]}},
    )

    await store.ensure((things,))
    await asyncio.gather(store.ensure((things,)), store.ensure((things,)))

    await store["things"].insert_one({"key": 1})
    with pytest.raises(DuplicateKeyError):
        await store["things"].insert_one({"key": 1})
    with pytest.raises(WriteError):
        await store["things"].insert_one({"no": "key"})


async def test_a_ping_answers_from_the_primary(store):
    await store.ping()


async def test_a_server_that_is_not_there_is_noticed_within_seconds(seam):
    store = seam.Store("mongodb://127.0.0.1:9/?serverSelectionTimeoutMS=300", "x")

    with pytest.raises(PyMongoError):
        await asyncio.wait_for(store.ping(), 10)
    await store.close()

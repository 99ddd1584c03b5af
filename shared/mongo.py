"""The one seam to MongoDB: nothing else imports the driver.

Motor by default; `MONGO_DRIVER=pymongo` takes PyMongo's own AsyncMongoClient, whose three
differences (start_session, watch/aggregate, close) end here. Errors and options come from pymongo.
"""

import asyncio
import os
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from pymongo import IndexModel
from pymongo.errors import CollectionInvalid, OperationFailure, PyMongoError

if os.environ.get("MONGO_DRIVER", "motor") == "motor":
    # Motor works in a thread pool; every open change stream holds one of its threads.
    os.environ.setdefault("MOTOR_MAX_WORKERS", "32")
    from motor import motor_asyncio

    _Client: Any = motor_asyncio.AsyncIOMotorClient
    _Files: Any = motor_asyncio.AsyncIOMotorGridFSBucket
else:
    import gridfs.asynchronous
    import pymongo

    _Client = pymongo.AsyncMongoClient
    _Files = gridfs.asynchronous.AsyncGridFSBucket

Document = dict[str, Any]
Session = Any
"""A database session inside a transaction; pass it as `session=` to every call."""
T = TypeVar("T")

_NAMESPACE_EXISTS = 48
_SERVER_SELECTION_MS = 5_000
_CONNECT_MS = 5_000
_ANSWER_MS = 20_000
"""A server that accepts and then says nothing is given up; the driver alone would wait for ever."""
TRANSACTION_PATIENCE_SECONDS = 15.0
"""The driver's own 120 s would keep a person waiting that long for an answer."""
_PAUSE_SECONDS = 0.005
_PAUSE_MAX_SECONDS = 0.5
_TRANSIENT = "TransientTransactionError"
_UNKNOWN = "UnknownTransactionCommitResult"


@dataclass(frozen=True)
class Collection:
    """A collection as its owner declares it, beside the code that uses it."""

    name: str
    indexes: Sequence[IndexModel] = ()
    validator: Mapping[str, Any] | None = None


def _pause(tries: int) -> float:
    """Longer and longer, never the same as the rival's."""
    longest: float = min(_PAUSE_SECONDS * 2**tries, _PAUSE_MAX_SECONDS)
    return random.random() * longest  # noqa: S311


async def _once(session: Session, work: Callable[[Session], Awaitable[T]], deadline: float) -> T:
    """One try."""
    await _value(session.start_transaction())
    try:
        result = await work(session)
    except BaseException:
        if session.in_transaction:
            with suppress(PyMongoError):
                await session.abort_transaction()
        raise
    await _commit(session, deadline)
    return result


def _raise_unless_worth_it(error: PyMongoError, deadline: float) -> None:
    """A conflict or a moving primary is worth another try, while there is time."""
    if not error.has_error_label(_TRANSIENT) or time.monotonic() > deadline:
        raise error


async def _again(session: Session, work: Callable[[Session], Awaitable[T]], deadline: float) -> T:
    """Further tries, each after a longer pause."""
    tries = 0
    while True:
        try:
            return await _once(session, work, deadline)
        except PyMongoError as error:
            _raise_unless_worth_it(error, deadline)
        await asyncio.sleep(_pause(tries))
        tries += 1


async def _commit(session: Session, deadline: float) -> None:
    """Commit; a commit whose answer was lost is repeated until there is one."""
    while True:
        try:
            await session.commit_transaction()
        except PyMongoError as error:
            if not error.has_error_label(_UNKNOWN) or time.monotonic() > deadline:
                raise
            await asyncio.sleep(_PAUSE_SECONDS)
        else:
            return


async def _value(result: Any) -> Any:
    """Await what is a coroutine in one driver and a plain object in the other."""
    return await result if hasattr(result, "__await__") else result


class Store:
    """One service's database, with majority and journalled writes everywhere."""

    def __init__(self, url: str, database: str) -> None:
        """Connect lazily: nothing is sent before the first call."""
        self._client: Any = _Client(
            url,
            tz_aware=True,
            w="majority",
            journal=True,
            retryWrites=True,
            readConcernLevel="majority",
            serverSelectionTimeoutMS=_SERVER_SELECTION_MS,
            connectTimeoutMS=_CONNECT_MS,
            socketTimeoutMS=_ANSWER_MS,
            uuidRepresentation="standard",
        )
        self._database = self._client[database]
        self._collections: dict[str, Any] = {}
        self._turn = asyncio.Lock()

    def __getitem__(self, name: str) -> Any:
        """The collection of that name; making one costs the driver as much as a small answer."""
        if name not in self._collections:
            self._collections[name] = self._database[name]
        return self._collections[name]

    async def transaction(
        self,
        work: Callable[[Session], Awaitable[T]],
        *,
        patience_seconds: float = TRANSACTION_PATIENCE_SECONDS,
    ) -> T:
        """Run `work(session)` in one transaction. It may run more than once: no network calls.

        Conflicts with other transactions and a primary that moves are tried again for
        `patience_seconds`; then the last PyMongoError is raised and nothing was changed, or, when
        the answer to the commit was lost, all of it may have been.
        """
        deadline = time.monotonic() + patience_seconds
        async with await _value(self._client.start_session()) as session:
            try:
                return await _once(session, work, deadline)
            except PyMongoError as error:
                await self._turn_or_raise(error, deadline)
            try:
                return await _again(session, work, deadline)
            finally:
                self._turn.release()

    async def _turn_or_raise(self, error: PyMongoError, deadline: float) -> None:
        """Who has lost waits for his turn: a crowd on one document would starve itself."""
        _raise_unless_worth_it(error, deadline)
        try:
            async with asyncio.timeout(deadline - time.monotonic()):
                await self._turn.acquire()
        except TimeoutError:
            raise error from None

    @asynccontextmanager
    async def watch(
        self, name: str, pipeline: Sequence[Document], **options: Any
    ) -> AsyncIterator[Any]:
        """Open a change stream on one collection."""
        async with await _value(self._database[name].watch(pipeline, **options)) as stream:
            yield stream

    async def aggregate(
        self, name: str, pipeline: Sequence[Document], session: Session | None = None
    ) -> list[Document]:
        """Run an aggregation and return all its documents."""
        cursor = await _value(self._database[name].aggregate(pipeline, session=session))
        return [document async for document in cursor]

    def files(self, bucket: str) -> Any:
        """The GridFS bucket of that name."""
        return _Files(self._database, bucket_name=bucket)

    async def ensure(self, collections: Sequence[Collection]) -> None:
        """Create what is missing: collections, validators, indexes. Safe to run at every start."""
        for collection in collections:
            await self._create(collection)
            if collection.indexes:
                await self._database[collection.name].create_indexes(list(collection.indexes))

    async def _create(self, collection: Collection) -> None:
        options: dict[str, Any] = (
            {"validator": collection.validator} if collection.validator else {}
        )
        try:
            await self._database.create_collection(collection.name, **options)
        except CollectionInvalid:  # the driver's own check; it carries no code
            pass
        except OperationFailure as error:  # lost the race with another instance
            if error.code != _NAMESPACE_EXISTS:
                raise

    async def ping(self) -> None:
        """Ask the primary for a sign of life. Raises PyMongoError."""
        answer = await self._client.admin.command("hello")
        if not answer.get("isWritablePrimary"):
            raise OperationFailure("no primary")

    async def close(self) -> None:
        """Close all connections."""
        await _value(self._client.close())

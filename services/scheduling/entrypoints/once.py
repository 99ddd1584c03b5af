"""The same Idempotency-Key and the same request: done once, answered the same."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from pymongo.errors import DuplicateKeyError

from services.scheduling.entrypoints.parts import Parts
from services.scheduling.usecases.ports import Office
from shared.idempotency import Answer, fingerprint
from shared.mongo import Session

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Wish:
    """A request that may be sent twice. `meaning` is what has to be the same for the same key."""

    company_id: str
    key: str
    meaning: object

    @property
    def request_hash(self) -> str:
        """What is compared."""
        return fingerprint(self.meaning)


async def once(
    parts: Parts,
    wish: Wish,
    act: Callable[[Office], Awaitable[T]],
    answer: Callable[[T], Answer],
) -> Answer:
    """Do it and keep the answer in the same transaction, or return the answer that is kept.

    Raises IdempotencyKeyReusedError when the key was used for another request.
    """
    known = await parts.keys.recall(wish.company_id, wish.key, wish.request_hash)
    if known is not None:
        return known

    async def note(result: Any, session: Session) -> None:
        kept = answer(result)
        await parts.keys.remember(wish.company_id, wish.key, wish.request_hash, kept, session)

    try:
        return answer(await act(parts.office.noting(note)))
    except DuplicateKeyError:  # the same request was answered while this one was being done
        known = await parts.keys.recall(wish.company_id, wish.key, wish.request_hash)
        if known is None:
            raise
        return known

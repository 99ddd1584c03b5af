"""The same Idempotency-Key and the same request: done once, answered the same.

The effects behind these routes carry the key themselves (a payment's or refund's id is made from
it), so a crash before the answer is kept cannot do anything twice.
"""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi.responses import JSONResponse

from services.billing.entrypoints.parts import Parts
from shared.idempotency import Answer, fingerprint


def id_from(prefix: str, company_id: str, key: str) -> str:
    """An id that the same key gives again."""
    return f"{prefix}-{hashlib.sha256(f'{company_id}:{key}'.encode()).hexdigest()[:24]}"


async def once(
    parts: Parts,
    *,
    company_id: str,
    key: str,
    meaning: object,
    act: Callable[[], Awaitable[Any]],
    status: int = 201,
) -> JSONResponse:
    """Do it and keep the answer, or give the kept one. Raises IdempotencyKeyReusedError."""
    request_hash = fingerprint(meaning)
    known = await parts.keys.recall(company_id, key, request_hash)
    if known is None:
        known = Answer(status, await act())
        answer = known

        async def keep(books: Any) -> None:
            if await books.recall(company_id, key, request_hash) is None:
                await books.remember(company_id, key, request_hash, answer)

        await parts.books.write(keep)
    return JSONResponse(known.body, known.status)

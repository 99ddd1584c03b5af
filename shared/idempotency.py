"""Same key and same request, same answer: for every POST that creates something or moves money.

The answer is kept in the transaction of the effect, so a crash leaves both or neither.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import Depends, Header, Request
from pymongo import ASCENDING, IndexModel

from shared.mongo import Collection, Session, Store
from shared.problems import ConflictError, InvalidError

ANSWERS_KEPT = timedelta(days=30)
KEY_MAX = 255
IDEMPOTENCY = Collection(
    "idempotency",
    indexes=(
        IndexModel(
            [("at", ASCENDING)], name="expire", expireAfterSeconds=int(ANSWERS_KEPT.total_seconds())
        ),
    ),
)


class IdempotencyKeyReusedError(ConflictError):
    """The key was used before, for another request."""

    code = "idempotency_key_reused"
    title = "This idempotency key was used for another request"


class IdempotencyKeyMissingError(InvalidError):
    """The request moves something and may be repeated; it needs a key."""

    code = "idempotency_key_missing"
    title = "The Idempotency-Key header is missing"


@dataclass(frozen=True)
class Answer:
    """What was answered the first time."""

    status: int
    body: Any


def fingerprint(request: object) -> str:
    """A hash of the request's meaning; `request` is anything JSON can write."""
    text = json.dumps(request, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


class IdempotencyKeys:
    """The keys a company has used lately."""

    def __init__(self, store: Store) -> None:
        """The service's own store."""
        self._store = store

    async def recall(self, company_id: str, key: str, request_hash: str) -> Answer | None:
        """The first answer, if there was one. Raises IdempotencyKeyReusedError."""
        row = await self._store[IDEMPOTENCY.name].find_one({"_id": f"{company_id}:{key}"})
        if row is None:
            return None
        if row["request_hash"] != request_hash:
            raise IdempotencyKeyReusedError
        return Answer(status=row["status"], body=row["body"])

    async def remember(
        self, company_id: str, key: str, request_hash: str, answer: Answer, session: Session
    ) -> None:
        """Keep the answer in the effect's transaction. Raises DuplicateKeyError on a race."""
        await self._store[IDEMPOTENCY.name].insert_one(
            {
                "_id": f"{company_id}:{key}",
                "request_hash": request_hash,
                "status": answer.status,
                "body": answer.body,
                "at": datetime.now(UTC),
            },
            session=session,
        )


async def idempotency_key(
    request: Request,
    header: Annotated[str | None, Header(alias="Idempotency-Key", max_length=KEY_MAX)] = None,
) -> str:
    """The key of this request: the header, or the hidden field of a form."""
    if header:
        return header
    if "form" in request.headers.get("content-type", ""):
        field = (await request.form()).get("idempotency_key")
        if isinstance(field, str) and 0 < len(field) <= KEY_MAX:
            return field
    raise IdempotencyKeyMissingError


IdempotencyKey = Annotated[str, Depends(idempotency_key)]

"""Idempotency-Key: the first answer is kept with the change it reports, and given again."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from deploy.sandbox.api.errors import ApiError
from deploy.sandbox.state.scope import Scope

KEPT_SECONDS = 24 * 3600  # as Stripe: "at least 24 hours"


@dataclass(frozen=True)
class Answer:
    """What was answered to a request."""

    status: int
    body: dict[str, Any]
    request_id: str
    replayed: bool = False


def fingerprint(verb: str, path: str, fields: dict[str, Any]) -> str:
    """Identify a request by what it asks, not by how it was written."""
    asked = json.dumps([verb, path, fields], sort_keys=True)
    return hashlib.sha256(asked.encode()).hexdigest()


def first_answer(scope: Scope, key: str, asked: str) -> Answer | None:
    """Give the answer this key already got; raises `idempotency_error` for another request."""
    row = scope.world.store.db.execute(
        "SELECT fingerprint, status, body, request_id FROM idempotency"
        " WHERE account = ? AND key = ? AND created > ?",
        (scope.account, key, scope.now() - KEPT_SECONDS),
    ).fetchone()
    if row is None:
        return None
    if row["fingerprint"] != asked:
        raise ApiError(
            "Keys for idempotent requests can only be used with the same parameters they were"
            " first used with. Try using a key other than"
            f" '{key}' if you meant to execute a different request.",
            kind="idempotency_error",
        )
    return Answer(row["status"], json.loads(row["body"]), row["request_id"], replayed=True)


def keep_answer(scope: Scope, key: str, asked: str, answer: Answer) -> None:
    """Remember an answer; called inside the transaction of the change itself."""
    scope.world.store.db.execute(
        "INSERT OR REPLACE INTO idempotency"
        " (account, key, fingerprint, status, body, request_id, created)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            scope.account,
            key,
            asked,
            answer.status,
            json.dumps(answer.body),
            answer.request_id,
            scope.now(),
        ),
    )


def in_flight_error() -> ApiError:
    """409: the same key is being worked on right now."""
    return ApiError(
        "There is currently another in-progress request using this Idempotency Key. Please try"
        " again later.",
        status=409,
        kind="idempotency_error",
        code="idempotency_key_in_use",
    )

"""The one door of the API: key, account, types, faults, idempotency, then the handler."""

import asyncio
import base64
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import stripe
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from deploy.sandbox.api import violations
from deploy.sandbox.api.call import Call, items
from deploy.sandbox.api.connection import cut, outlast
from deploy.sandbox.api.errors import ApiError
from deploy.sandbox.api.expanding import expand
from deploy.sandbox.api.idempotency import (
    Answer,
    fingerprint,
    first_answer,
    in_flight_error,
    keep_answer,
)
from deploy.sandbox.api.routing import handler_for
from deploy.sandbox.engine.accounts import known_account
from deploy.sandbox.sdk.form import form_fields
from deploy.sandbox.sdk.request_rules import request_violations
from deploy.sandbox.state.faults import Fault, take_fault
from deploy.sandbox.state.idents import new_id
from deploy.sandbox.state.scope import Cause, Scope
from deploy.sandbox.state.world import World

TEST_KEYS = ("sk_test_", "sk_sandbox_")
SLOW_SECONDS = 30.0


@dataclass(frozen=True)
class Asked:
    """A request after reading it, before anything was decided."""

    verb: str
    path: str
    fields: dict[str, Any]
    key: str | None
    strict: bool
    scope: Scope

    @property
    def request_id(self) -> str:
        """Give the id that answers and events carry."""
        return self.scope.cause.request_id or ""


class Gate:
    """Answers `/v1/...`; remembers which idempotency keys are being worked on."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._busy: set[tuple[str, str]] = set()

    async def answer(self, request: Request) -> Response:
        """Answer one request as Stripe would, or go wrong as told."""
        try:
            asked = await self._read(request)
        except ApiError as refusal:
            return JSONResponse(refusal.body(), refusal.status)
        fault = take_fault(self._world.store, "api", f"{asked.verb} {asked.path}")
        if fault is None:
            return _response(await self._work(asked))
        return await self._faulty(asked, fault)

    async def _read(self, request: Request) -> Asked:
        _check_key(request.headers.get("authorization", ""))
        cause = Cause(new_id("req"), request.headers.get("idempotency-key"))
        account = request.headers.get("stripe-account", "")
        scope = Scope(self._world, account, cause)
        if account:
            known_account(scope, account)
        encoded = (await request.body()).decode() or request.url.query
        return Asked(
            verb=request.method,
            path=request.url.path,
            fields=form_fields(encoded),
            key=cause.idempotency_key if request.method == "POST" else None,
            strict=request.headers.get("stripe-version") == stripe.api_version,
            scope=scope,
        )

    async def _work(self, asked: Asked) -> Answer:
        if asked.strict:
            problems = await asyncio.to_thread(
                request_violations, asked.verb, asked.path, asked.fields
            )
            if problems:
                violations.note(asked.scope, f"{asked.verb} {asked.path}", problems)
                refusal = ApiError("; ".join(problems), code="parameter_unknown")
                return Answer(refusal.status, refusal.body(), asked.request_id)
        return perform(asked, busy=self._busy)

    async def _faulty(self, asked: Asked, fault: Fault) -> Response:
        if fault.kind in _REFUSALS:
            refusal = _REFUSALS[fault.kind]
            return _response(Answer(refusal.status, refusal.body(), asked.request_id))
        if fault.kind == "drop_connection":
            return cut()
        if fault.kind == "slow":
            return await self._slowly(asked, fault.details.get("seconds", 1.0))
        answer = await self._work(asked)
        if fault.kind == "timeout_after_commit":
            return outlast(fault.details.get("seconds", SLOW_SECONDS))
        if fault.kind == "drop_after_commit":
            return cut()
        refusal = _REFUSALS["500"]
        return _response(Answer(refusal.status, refusal.body(), answer.request_id))

    async def _slowly(self, asked: Asked, seconds: float) -> Response:
        """Hold the idempotency key for a while before working, so that 409 can be seen."""
        held = (asked.scope.account, asked.key or "")
        self._busy.add(held)
        try:
            await asyncio.sleep(seconds)
        finally:
            self._busy.discard(held)
        return _response(await self._work(asked))


def perform(asked: Asked, busy: set[tuple[str, str]]) -> Answer:
    """Answer from the idempotency store, or do the work and keep the answer, in one transaction."""
    scope, key = asked.scope, asked.key
    signature = fingerprint(asked.verb, asked.path, asked.fields)
    try:
        if key is not None:
            known = first_answer(scope, key, signature)
            if known is not None:
                return known
            if (scope.account, key) in busy:
                raise in_flight_error()
        return _fresh_answer(asked, signature)
    except ApiError as refusal:
        return Answer(refusal.status, refusal.body(), asked.request_id)


def _fresh_answer(asked: Asked, signature: str) -> Answer:
    scope, store = asked.scope, asked.scope.world.store
    with store.transaction():
        store.db.execute("SAVEPOINT work")
        try:
            answer = Answer(HTTPStatus.OK, _handled(asked), asked.request_id)
        except ApiError as refusal:
            if not refusal.keeps_changes:
                store.db.execute("ROLLBACK TO work")
            answer = Answer(refusal.status, refusal.body(), asked.request_id)
        if asked.key is not None:
            keep_answer(scope, asked.key, signature, answer)
    return answer


def _handled(asked: Asked) -> dict[str, Any]:
    found = handler_for(asked.verb, asked.path)
    if found is None:
        raise ApiError(
            f"Unrecognized request URL ({asked.verb}: {asked.path}).", status=HTTPStatus.NOT_FOUND
        )
    handler, ids = found
    call = Call(asked.scope, ids, asked.fields, asked.path)
    return expand(asked.scope, handler(call), items(asked.fields, "expand"))


def _check_key(authorization: str) -> None:
    scheme, _, sent = authorization.partition(" ")
    if scheme.lower() == "basic":
        sent = base64.b64decode(sent).decode().partition(":")[0]
    if not sent.startswith(TEST_KEYS):
        hint = "a live key" if "live" in sent else "this key"
        raise ApiError(
            f"Invalid API Key provided: the sandbox does not take {hint};"
            f" use one that starts with {' or '.join(TEST_KEYS)}.",
            status=HTTPStatus.UNAUTHORIZED,
        )


def _response(answer: Answer) -> JSONResponse:
    headers = {"Request-Id": answer.request_id, "Stripe-Version": stripe.api_version}
    if answer.replayed:
        headers["Idempotent-Replayed"] = "true"
    return JSONResponse(answer.body, answer.status, headers=headers)


_REFUSALS = {
    "500": ApiError("Something went wrong on the sandbox's end.", status=500, kind="api_error"),
    "429": ApiError("Too many requests hit the API too quickly.", status=429, code="rate_limit"),
    "409": ApiError("The object is locked by another request.", status=409, code="lock_timeout"),
}

"""What the entry points hand to the use cases; main puts it together once."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Protocol

from fastapi import Depends, Request

from services.scheduling.usecases.ports import (
    Desk,
    Door,
    Lookups,
    Mint,
    Office,
    Passwords,
    Reports,
    Secrets,
)
from shared.idempotency import Answer
from shared.mongo import Session


class Keys(Protocol):
    """The Idempotency-Keys a company has used; see shared/idempotency.py."""

    async def recall(self, company_id: str, key: str, request_hash: str) -> Answer | None: ...
    async def remember(
        self, company_id: str, key: str, request_hash: str, answer: Answer, session: Session
    ) -> None: ...


class NotingOffice(Office, Protocol):
    """An office that can do one more thing inside its transactions, or join somebody else's."""

    def noting(self, note: Callable[[object, Session], Awaitable[None]]) -> Office: ...
    def desk(self, session: Session) -> Desk: ...


@dataclass(frozen=True, kw_only=True)
class Parts:
    """One service, put together."""

    office: NotingOffice
    door: Door
    lookups: Lookups
    passwords: Passwords
    secrets: Secrets
    mint: Mint
    reports: Reports
    keys: Keys
    now: Callable[[], datetime]


def parts_of(request: Request) -> Parts:
    """Return the parts of the service that answers."""
    parts: Parts = request.app.state.parts
    return parts


ServiceParts = Annotated[Parts, Depends(parts_of)]

"""What the routes need, put together once at the start."""

from dataclasses import dataclass

from fastapi import Request

from services.portal.entrypoints.account_wiring import AccountWiring
from services.portal.entrypoints.misses import Misses
from services.portal.usecases.mint_link import Randomness
from services.portal.usecases.ports import (
    Billing,
    Checkouts,
    Clock,
    Files,
    Links,
    Signatures,
    Views,
)
from services.portal.usecases.ports_calendars import Calendars


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """Every port, the clock and the dice."""

    views: Views
    links: Links
    signatures: Signatures
    checkouts: Checkouts
    billing: Billing
    files: Files
    calendars: Calendars
    randomness: Randomness
    clock: Clock
    misses: Misses
    customers: AccountWiring


def wiring_of(request: Request) -> Wiring:
    """The wiring of the application that answers."""
    wiring: Wiring = request.app.state.wiring
    return wiring

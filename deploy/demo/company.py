"""The invented company, its people and its bookings that a newcomer finds."""

from dataclasses import dataclass
from typing import Any

NAME = "Harbor & Pine"
TAGLINE = "Home Inspections"
OWNER_NAME = "Priya Raman"
OWNER_EMAIL = "priya@example.com"
OWNER_PASSWORD = "harbour and pine"  # noqa: S105 - a demo's password, printed by `make up`
TIME_ZONE = "America/Los_Angeles"
EMAIL = "office@example.com"
PHONE = "(541) 555-0142"
ADDRESS = "210 NW Wall St, Bend, OR 97701"

SERVICES: tuple[dict[str, Any], ...] = (
    {
        "name": "Full home inspection",
        "note": "Structure, systems and appliances",
        "price_cents": 47_500,
        "duration_minutes": 150,
    },
    {"name": "Sewer scope", "note": "Add-on", "price_cents": 17_500, "duration_minutes": 30},
    {
        "name": "Radon test",
        "note": "48-hour monitor",
        "price_cents": 15_000,
        "duration_minutes": 30,
    },
    {"name": "Pool and spa", "note": "Add-on", "price_cents": 12_500, "duration_minutes": 30},
)
INSPECTOR = {
    "name": "Dana Whitfield",
    "email": "dana@example.com",
    "phone": "(541) 555-0150",
    "role": "inspector",
    "password": "dana inspects homes",
}

ELLEN = {"role": "client", "name": "Ellen Park", "email": "ellen@example.com"}
MARCUS = {
    "role": "agent",
    "role_label": "Buyer's agent",
    "name": "Marcus Lee",
    "email": "marcus@example.com",
}
NORTHWEST = {
    "role": "additional",
    "role_label": "Insurer",
    "name": "Northwest Mutual",
    "email": "claims@nwmutual.example",
}


@dataclass(frozen=True)
class Booking:
    """One inspection of the demo. `paid_by_check` and `published` make the story's later states."""

    key: str
    street: str
    postal_code: str
    note: str
    days_ahead: int
    hour: int
    people: tuple[dict[str, str], ...]
    services: tuple[str, ...]
    paid_by_check: bool = False
    published: bool = False


BOOKINGS = (
    Booking(
        key="alder-creek",
        street="1482 Alder Creek Rd",
        postal_code="97702",
        note="2,140 sq ft, built 1998",
        days_ahead=2,
        hour=9,
        people=(ELLEN, MARCUS, NORTHWEST),
        services=("Full home inspection",),
    ),
    Booking(
        key="harbor-view",
        street="27 Harbor View Ln",
        postal_code="97703",
        note="1,480 sq ft, built 1976",
        days_ahead=0,
        hour=13,
        people=({"role": "client", "name": "Tomas Reyes", "email": "tomas@example.com"}, MARCUS),
        services=("Full home inspection", "Radon test"),
        published=True,
    ),
    Booking(
        key="juniper",
        street="905 Juniper Ave",
        postal_code="97701",
        note="2,900 sq ft, built 2011",
        days_ahead=-1,
        hour=10,
        people=({"role": "client", "name": "Aisha Khan", "email": "aisha@example.com"},),
        services=("Full home inspection", "Sewer scope", "Pool and spa"),
        paid_by_check=True,
        published=True,
    ),
    Booking(
        key="ridge",
        street="3310 Ridge Crest Dr",
        postal_code="97703",
        note="3,250 sq ft, built 2004",
        days_ahead=5,
        hour=11,
        people=({"role": "client", "name": "Grace Lin", "email": "grace@example.com"},),
        services=("Full home inspection", "Radon test", "Sewer scope"),
    ),
)

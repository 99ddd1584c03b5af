"""A company, a booking and its payers, as billing's tests speak of them."""

from datetime import UTC, date, datetime
from typing import Any

from services.billing.domain.bill import Bill, opened
from services.billing.domain.booking import Booking, Line, Person, Release, Role
from services.billing.domain.company import Company, Provider
from services.billing.domain.invoice import Payer

COMPANY = "harbor-pine"
INSPECTION = "inspection-3107"
NOON = datetime(2026, 11, 17, 20, 0, tzinfo=UTC)

ELLEN = Payer(contact_id="ellen", name="Ellen Park", role_label="Client", email="ellen@example.com")
MARCUS = Payer(
    contact_id="marcus", name="Marcus Lee", role_label="Buyer's agent", email="marcus@example.com"
)
INSURER = Payer(
    contact_id="mutual", name="Northwest Mutual", role_label="Insurer", email="claims@example.com"
)


def a_line(line_id: str, amount_cents: int, name: str = "") -> Line:
    return Line(line_id=line_id, name=name or line_id, note="", amount_cents=amount_cents)


def a_booking(**changes: Any) -> Booking:
    """An inspection of $800.00: home 475, radon 150, sewer 175."""
    release = Release(
        collect_after_publish=changes.pop("collect_after_publish", False),
        require_payment=changes.pop("require_payment", True),
        locked=changes.pop("locked", False),
        unlocked_by_staff=changes.pop("unlocked_by_staff", False),
    )
    given: dict[str, Any] = {
        "number": "HP-3107",
        "currency": "USD",
        "lines": (a_line("home", 47_500), a_line("radon", 15_000), a_line("sewer", 17_500)),
        "people": (
            Person(role=Role.CLIENT, payer=ELLEN),
            Person(role=Role.AGENT, payer=MARCUS),
            Person(role=Role.ADDITIONAL, payer=INSURER),
        ),
        "street": "1482 Alder Creek Rd",
        "place": "Bend, OR 97702",
        "starts_at": datetime(2026, 12, 1, 17, 0, tzinfo=UTC),
        "starts_on": date(2026, 12, 1),
        "time_zone": "America/Los_Angeles",
        "release": release,
        "published": False,
        "cancelled": False,
        "notifications_disabled": False,
        "revision": 1,
    }
    return Booking(**{**given, **changes})


def a_bill(**changes: Any) -> Bill:
    return opened(
        company_id=COMPANY,
        inspection_id=INSPECTION,
        invoice_id="invoice-client",
        booking=a_booking(**changes),
        issued_on=date(2026, 11, 17),
    )


def a_company(**changes: Any) -> Company:
    given: dict[str, Any] = {
        "company_id": COMPANY,
        "name": "Harbor & Pine",
        "tagline": "Home Inspections",
        "time_zone": "America/Los_Angeles",
        "currency": "USD",
        "email": "office@example.com",
        "phone": "(541) 555-0142",
        "address": "220 NW Wall St, Bend, OR 97703",
        "hue": 240,
        "provider": Provider.INTEGRATED,
        "collect_after_publish": False,
        "allow_deferred": True,
        "revision": 1,
    }
    return Company(**{**given, **changes})

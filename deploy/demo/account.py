"""An account customer of the demo: a property manager with sites, an order and regular visits."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from deploy.demo.company import TIME_ZONE
from deploy.demo.office import Office

ACCOUNT = "Cascade Property Group"
SIGN_IN_EMAIL = "nora@example.com"
PEOPLE = (
    {"name": "Nora Bell", "email": SIGN_IN_EMAIL, "phone": "(541) 555-0161"},
    {"name": "Omar Diaz", "email": "omar@example.com", "phone": ""},
)
SITES = tuple(
    {"street": street, "city": city, "region": "OR", "postal_code": code, "note": note}
    for street, city, code, note in (
        ("410 Birch St", "Bend", "97701", "24 units, built 1994"),
        ("88 Canyon Rd", "Bend", "97702", "12 units, built 2003"),
        ("1200 Deschutes Ave", "Redmond", "97756", "Retail, two floors"),
        ("37 Elk Meadow Ln", "Bend", "97703", "8 townhouses"),
        ("5 Foundry Sq", "Redmond", "97756", "Offices"),
        ("640 Glacier Dr", "Sisters", "97759", "16 units"),
    )
)
ORDERED_SITES, SINGLES = 4, 3
PAUSE_REASON = "The roof is being replaced; we come back when the scaffolding is gone."


@dataclass(frozen=True)
class Hands:
    """What every step needs."""

    office: Office
    account: dict[str, Any]
    inspector_id: str
    services: dict[str, str]

    def site(self, index: int) -> str:
        """The id of one of its sites."""
        return str(self.account["sites"][index]["site_id"])


def load_account(office: Office, inspector_id: str, services: dict[str, str]) -> str:
    """Create what is missing, and return the account's id. A crash between steps is fine."""
    body = {"name": ACCOUNT, "terms_days": 30, "people": PEOPLE, "sites": SITES}
    account = office.post("scheduling/v1/accounts", body, "demo-account")
    hands = Hands(office, account, inspector_id, services)
    account_id = str(account["account_id"])
    booked = office.get("scheduling/v1/inspections", account_id=account_id, limit="100")["items"]
    if not any(inspection["order"] for inspection in booked):
        _order(hands)
    alone = {row["site"]["site_id"] for row in booked if not row["order"]}
    for number, index in enumerate(range(len(SITES) - SINGLES, len(SITES))):
        if hands.site(index) not in alone:
            _book(hands, index, days=3 + number)
    _regularly(hands)
    return account_id


def _order(hands: Hands) -> None:
    order = {
        "account_id": hands.account["account_id"],
        "site_ids": [hands.site(index) for index in range(ORDERED_SITES)],
        "service_ids": [hands.services["Full home inspection"]],
        "starts_at": _at(7, 9),
        "inspector_id": hands.inspector_id,
    }
    hands.office.post("scheduling/v1/orders", order)


def _book(hands: Hands, index: int, *, days: int) -> None:
    booking = {
        "account_id": hands.account["account_id"],
        "site_id": hands.site(index),
        "starts_at": _at(days, 10),
        "inspector_id": hands.inspector_id,
        "lines": [{"kind": "service", "service_id": hands.services["Radon test"]}],
    }
    hands.office.post("scheduling/v1/inspections", booking)


def _regularly(hands: Hands) -> None:
    path, account_id = "scheduling/v1/recurring-services", str(hands.account["account_id"])
    known = hands.office.get(path, account_id=account_id)["items"]
    for index, service, cadence, days in (
        (0, "Radon test", "monthly", 10),
        (1, "Pool and spa", "quarterly", 60),
    ):
        wish = {
            "account_id": account_id,
            "site_id": hands.site(index),
            "service_id": hands.services[service],
            "cadence": cadence,
            "first_on": (_today() + timedelta(days=days)).isoformat(),
            "visit_at": "08:30",
            "inspector_id": hands.inspector_id,
        }
        present = next((row for row in known if row["cadence"] == cadence), None)
        recurring = present or hands.office.post(path, wish)
        if cadence == "quarterly" and recurring["status"] == "active":
            pause = f"{path}/{recurring['recurring_id']}/pause"
            hands.office.post(pause, {"reason": PAUSE_REASON})


def _today() -> date:
    return datetime.now(ZoneInfo(TIME_ZONE)).date()


def _at(days: int, hour: int) -> str:
    at = datetime.combine(_today() + timedelta(days=days), time(hour), ZoneInfo(TIME_ZONE))
    return at.isoformat()

"""Invented companies, people and amounts for the preview; every total adds up."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from shared.ui.forms import Form
from shared.ui.navigation import HUES, Brand, Shell

ZONE = "America/Los_Angeles"
NOW = datetime(2026, 11, 21, 18, 42, tzinfo=UTC)
START = datetime(2026, 12, 1, 17, 0, tzinfo=UTC)

BRAND = Brand(
    "Harbor & Pine", "Home Inspections", phone="(541) 555-0142", email="office@example.com"
)
JUNIPER = Brand(
    "Juniper Ridge", "Field Services", phone="(541) 555-0177", email="billing@example.com"
)

PAGES = {
    "components": ("all",),
    "portal": ("due", "after-publish", "confirming", "processing", "failed", "paid"),
    "payer": ("due", "paid", "changed"),
    "pay": ("main", "error", "empty"),
    "inspection": ("main", "drawer"),
    "schedule": ("main", "empty"),
    "new-inspection": ("main", "error"),
    "sign-in": ("main", "error"),
    "alerts": ("main", "empty", "live", "dropped"),
}
"""Each page with its states; the first is shown when none is asked for."""

WRONG = {
    "sign-in": [
        ("email", "Enter your email"),
        ("password", "Email or password is not right. Check both and try again"),
    ],
    "new-inspection": [
        ("address", "Enter the street address"),
        ("date", "Choose a day that is not in the past"),
        ("client_email", "Enter an email address in the correct format, like name@example.com"),
    ],
}

PROBLEMS: dict[int, dict[str, Any]] = {
    403: {
        "status": 403,
        "title": "This page is not yours to open",
        "happened": "Your role does not include this page. Nothing was changed.",
        "next_step": "Ask an owner of the company if you need it.",
        "action": ("Go to the schedule", "/schedule"),
    },
    404: {
        "status": 404,
        "title": "We can't find this page",
        "happened": "The address may be incomplete, or the page may have moved.",
        "next_step": "If you came from an email, open the link in the newest one.",
    },
    410: {
        "status": 410,
        "title": "This link no longer works",
        "happened": "Payment links stop working after a while, or when a newer one is sent.",
        "next_step": "Open the newest email, or ask the office to send the link again.",
    },
    500: {
        "status": 500,
        "title": "Something went wrong on our side",
        "happened": "We could not finish what you asked for. You were not charged.",
        "next_step": "Wait a minute and try again. If it keeps happening, tell the office.",
        "action": ("Try again", "/problem/500"),
    },
    503: {
        "status": 503,
        "title": "This page is taking a break",
        "happened": "A part of the system is not answering right now. Nothing is lost.",
        "next_step": "Wait a minute and try again.",
        "action": ("Try again", "/problem/503"),
    },
}

ALERTS = [
    (
        "Today",
        [
            (
                "Northwest Mutual paid $150.00",
                "Radon test, 1482 Alder Creek Rd. Ellen Park still owes $475.00",
                "banknote",
                "ok",
                0,
                "",
                True,
            ),
            (
                "ACH payment of $605.00 was returned",
                "Cascade Property Group, INV-2070. Reason: insufficient funds (R01)",
                "circle-x",
                "bad",
                11,
                "Send new link",
                True,
            ),
            (
                "Rosa Delgado turned on autopay",
                "3 existing jobs still use the old payment method",
                "zap",
                "info",
                44,
                "Update 3 jobs",
                False,
            ),
            (
                "Tom Becker removed Visa ending 9024",
                "Autopay is on with no card on file. Next charge Dec 1",
                "credit-card",
                "warn",
                90,
                "Ask for a card",
                False,
            ),
            (
                "Invoice email to j.ortiz@exmaple.com bounced",
                "HP-3099-1 for Jordan Ortiz, $320.00. Check the address",
                "mail-x",
                "warn",
                122,
                "Fix address",
                False,
            ),
        ],
    ),
    (
        "Yesterday",
        [
            (
                "Hannah Cho made a $500.00 prepayment",
                "Not applied to an invoice yet",
                "piggy-bank",
                "ok",
                1102,
                "",
                False,
            ),
            (
                "Bluebird Realty paid $1,180.00",
                "4 invoices, bank transfer settled",
                "banknote",
                "ok",
                1239,
                "",
                False,
            ),
            (
                "Priya refunded $85.00 to Leo Marsh",
                "Mold swab removed from HP-3081",
                "undo-2",
                "",
                1375,
                "",
                False,
            ),
        ],
    ),
]

SITES = [
    (
        "2041",
        "October 2026 service",
        date(2026, 11, 14),
        "7 days overdue",
        [
            ("Pilot Butte Apartments", 62000, True),
            ("Larkspur Commons", 54000, True),
            ("Old Mill Lofts", 78000, True),
            ("Tumalo Flats", 100000, False),
        ],
        True,
    ),
    (
        "2067",
        "November 2026 service",
        date(2026, 12, 14),
        "Open",
        [
            ("Pilot Butte Apartments", 62000, False),
            ("Larkspur Commons", 54000, False),
            ("Old Mill Lofts", 78000, False),
        ],
        False,
    ),
    (
        "2070",
        "Backflow re-tests",
        date(2026, 12, 20),
        "Open",
        [("Larkspur Commons", 31000, True), ("Tumalo Flats", 29500, True)],
        False,
    ),
]

MAIL: dict[str, Any] = {
    "brand": BRAND,
    "subject": "Invoice HP-3107-2 from Harbor & Pine: $150.00 due Dec 4, 2026",
    "preheader": "$150.00 due Dec 4, 2026 for a radon test at 1482 Alder Creek Rd.",
    "button": ("View and pay", "https://pay.example.com/p/8Hk2"),
    "reason": "Sent to Northwest Mutual. This link shows this invoice only.",
}


def minutes_ago(minutes: int) -> datetime:
    """Return an instant before the preview's present."""
    return NOW - timedelta(minutes=minutes)


PLACES = {
    "schedule": "schedule",
    "new-inspection": "schedule",
    "inspection": "inspections",
    "alerts": "alerts",
}


def around(name: str) -> dict[str, Any]:
    """Return what every preview template may use."""
    return {
        "brand": JUNIPER if name == "pay" else BRAND,
        "shell": Shell(BRAND, "Priya Raman", "office", "invented", PLACES.get(name, "")),
        "form": Form({"client_email": "ellen@example.com"}),
        "zone": ZONE,
        "now": NOW,
        "start": START,
        "end": START + timedelta(hours=2, minutes=30),
        "alerts": ALERTS,
        "sites": SITES,
        "minutes_ago": minutes_ago,
        "refused": _refused(),
        "overpaid": _overpaid(),
        "examples": [(page, states) for page, states in PAGES.items() if page != "components"],
        "hues": list(HUES),
    }


def _overpaid() -> Form:
    form = Form({"amount": "8,000.00"})
    form.refuse("amount", "Enter an amount of $7,385.00 or less")
    return form


def _refused() -> Form:
    form = Form({"fixed": "150.00"})
    form.refuse(
        "fixed",
        "Fixed amount cannot exceed $0.00. Every fee on this inspection is already paid",
    )
    return form

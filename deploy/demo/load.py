"""Loads the demo company into a running Doorstep, once; a second run finds it there."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import typst

from deploy.demo import company
from deploy.demo.account import ACCOUNT, load_account
from deploy.demo.company import BOOKINGS, Booking
from deploy.demo.office import NotYetError, Office, eventually

REPORT_TEMPLATE = Path(__file__).with_name("report.typ")
CreateCompany = Callable[[list[str], str], None]
"""Runs scheduling's `create-company` with these options and the password on standard input."""


@dataclass(frozen=True)
class Loaded:
    """What a newcomer needs."""

    inspections: dict[str, str]
    """Key of the booking -> inspection id."""
    client_links: dict[str, str]
    """Key of the booking -> a client's link."""
    payer_link: str
    """Of the agent who pays the radon test at Harbor View."""
    account_id: str = ""
    """Of the account customer."""


def load(gateway: str, create_company: CreateCompany, say: Callable[[str], None]) -> Loaded:
    """Create what is missing. Safe to run again after a crash: every step has a fixed key."""
    with Office(gateway, company.OWNER_EMAIL, company.OWNER_PASSWORD) as office:
        if not _known(office):
            say(f"creating the company {company.NAME}")
            create_company(_options(), company.OWNER_PASSWORD)
            eventually(lambda: _known(office), "the owner can sign in")
        inspector_id = _inspector(office)
        services = _services(office)
        inspections = {}
        for booking in BOOKINGS:
            say(f"booking {booking.street}")
            inspections[booking.key] = _book(office, booking, inspector_id, services)
        say(f"booking for {ACCOUNT}")
        account_id = load_account(office, inspector_id, services)
        for booking in BOOKINGS:
            _bring_forward(office, booking, inspections[booking.key])
        office.open_pages()
        links = {key: _link(office, inspections[key]) for key in ("alder-creek", "juniper")}
        payer_link = _invoice_the_agent(office, inspections["harbor-view"])
    return Loaded(inspections, links, payer_link, account_id)


def _known(office: Office) -> bool:
    try:
        office.sign_in()
    except httpx.HTTPStatusError as error:
        if error.response.status_code == httpx.codes.UNAUTHORIZED:
            return False
        raise
    return True


def _options() -> list[str]:
    given = {
        "--name": company.NAME,
        "--tagline": company.TAGLINE,
        "--time-zone": company.TIME_ZONE,
        "--email": company.EMAIL,
        "--phone": company.PHONE,
        "--address": company.ADDRESS,
        "--owner-name": company.OWNER_NAME,
        "--owner-email": company.OWNER_EMAIL,
    }
    return [part for pair in given.items() for part in pair] + ["--password-stdin"]


def _inspector(office: Office) -> str:
    team = office.get("scheduling/v1/staff")["items"]
    known = [person for person in team if person["email"] == company.INSPECTOR["email"]]
    member = (
        known[0] if known else office.post("scheduling/v1/staff", company.INSPECTOR, "demo-dana")
    )
    return str(member["staff_id"])


def _services(office: Office) -> dict[str, str]:
    for service in company.SERVICES:
        office.post("scheduling/v1/services", service, f"demo-service-{service['name']}")
    listed = office.get("scheduling/v1/services")["items"]
    return {service["name"]: service["service_id"] for service in listed}


def _book(office: Office, booking: Booking, inspector_id: str, services: dict[str, str]) -> str:
    known = office.get("scheduling/v1/inspections", q=booking.street)["items"]
    if known:
        return str(known[0]["inspection_id"])
    zone = ZoneInfo(company.TIME_ZONE)
    day = datetime.now(zone).date() + timedelta(days=booking.days_ahead)
    starts_at = datetime.combine(day, time(booking.hour), zone)
    body = {
        "site": {
            "street": booking.street,
            "city": "Bend",
            "region": "OR",
            "postal_code": booking.postal_code,
            "note": booking.note,
        },
        "starts_at": starts_at.isoformat(),
        "inspector_id": inspector_id,
        "people": list(booking.people),
        "lines": [{"kind": "service", "service_id": services[name]} for name in booking.services],
        "require_payment": True,
    }
    booked = office.post("scheduling/v1/inspections", body, f"demo-booking-{booking.key}")
    return str(booked["inspection_id"])


def _bring_forward(office: Office, booking: Booking, inspection_id: str) -> None:
    """Publish and pay, where the story of this booking has come that far."""
    standing = office.get(f"scheduling/v1/inspections/{inspection_id}")
    if booking.published and standing["status"] == "scheduled":
        pdf = typst.compile(REPORT_TEMPLATE, sys_inputs={"street": booking.street})
        office.publish(inspection_id, "Inspection report.pdf", pdf, f"demo-publish-{booking.key}")
    if booking.paid_by_check:
        invoice = eventually(lambda: _client_invoice(office, inspection_id), "an invoice to pay")
        if invoice["balance_cents"] > 0:
            payment = {
                "amount_cents": invoice["balance_cents"],
                "method": "check",
                "reference": "1042",
            }
            path = f"billing/v1/invoices/{invoice['invoice_id']}/payments"
            office.post(path, payment, f"demo-check-{booking.key}")


def _client_invoice(office: Office, inspection_id: str) -> dict[str, Any] | None:
    invoices = office.get("billing/v1/invoices", inspection_id=inspection_id)["items"]
    return next(iter(invoices), None)


def _invoice_the_agent(office: Office, inspection_id: str) -> str:
    """The agent pays the radon test, through a link of his own."""
    eventually(lambda: _client_invoice(office, inspection_id), "an invoice to divide")
    shown = office.get(f"scheduling/v1/inspections/{inspection_id}")
    agent = next(p for p in shown["people"] if p["role"] == "agent")
    radon = next(line for line in shown["lines"] if line["name"] == "Radon test")
    wish = {"contact_id": agent["contact_id"], "line_ids": [radon["line_id"]]}
    path = f"billing/v1/inspections/{inspection_id}/invoices"
    invoice = office.post(path, wish, "demo-agent")
    link = office.post(f"billing/v1/invoices/{invoice['invoice_id']}/link", {})
    return str(link["url"])


def _link(office: Office, inspection_id: str) -> str:
    """Mint the link as soon as portal has heard of the inspection."""

    def mint() -> str | None:
        try:
            return office.client_view(inspection_id)
        except (httpx.HTTPStatusError, NotYetError):
            return None

    return eventually(mint, f"a client's link to {inspection_id}")

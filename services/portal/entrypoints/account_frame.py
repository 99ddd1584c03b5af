"""The frame around every page of an account: whose it is, and where one can go."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from fastapi import Request
from fastapi.responses import HTMLResponse

from services.portal.domain.portal_settings import PortalSettings
from services.portal.domain.settings_rules import social_links
from services.portal.domain.views import CompanyView
from services.portal.entrypoints.account_access import Visit
from services.portal.entrypoints.look import brand_of
from services.portal.usecases.admit_customer import Customer
from shared.ui import Brand
from shared.webapp import page


@dataclass(frozen=True, slots=True)
class Place:
    """One page of the account."""

    key: str
    label: str
    icon: str
    path: str
    sub: str
    offered: Callable[[Customer], bool] = lambda _customer: True
    in_bar: bool = False
    """Also in the bar at the top, for those that are wanted most."""


PLACES = (
    Place(
        "pay",
        "Make a payment",
        "credit-card",
        "/account/pay",
        "Choose invoices, or an amount",
        in_bar=True,
    ),
    Place(
        "history",
        "Billing history",
        "receipt-text",
        "/account/history",
        "Payments, credits and receipts",
        offered=lambda c: c.terms.billing_history,
        in_bar=True,
    ),
    Place(
        "invoices",
        "Invoices",
        "file-text",
        "/account/invoices",
        "Every invoice as PDF",
        in_bar=True,
    ),
    Place("statement", "Statement", "download", "/account/statement", "What is due, by age"),
    Place(
        "methods",
        "Payment methods",
        "landmark",
        "/account/methods",
        "Cards and bank accounts on file",
    ),
    Place(
        "autopay",
        "Autopay",
        "refresh-cw",
        "/account/autopay",
        "Have new invoices charged",
        offered=lambda c: c.terms.autopay,
    ),
    Place(
        "prepayments",
        "Prepayments",
        "wallet",
        "/account/prepayments",
        "Pay in advance",
        offered=lambda c: c.terms.prepayments,
    ),
    Place(
        "services",
        "Services",
        "calendar-days",
        "/account/services",
        "Coming visits, past ones",
        offered=lambda c: c.settings.shows_services,
    ),
    Place(
        "calendar",
        "Calendar",
        "calendar-plus",
        "/account/calendar",
        "Coming visits in your own calendar",
        offered=lambda c: c.settings.upcoming_services,
    ),
    Place(
        "tickets",
        "Tickets",
        "message-square",
        "/account/tickets",
        "Ask something, read the answers",
        offered=lambda c: c.settings.shows_tickets,
    ),
    Place("profile", "Profile", "user", "/account/profile", "Your account and its people"),
)


def places_of(customer: Customer) -> tuple[Place, ...]:
    """The places this company offers."""
    return tuple(place for place in PLACES if place.offered(customer))


def account_brand(company: CompanyView, settings: PortalSettings) -> Brand:
    """The company under the name it chose for the portal (R79)."""
    brand = brand_of(company)
    if not settings.display_name:
        return brand
    return replace(brand, name=settings.display_name, tagline="")


def account_page(
    request: Request, visit: Visit, template: str, current: str, status: int = 200, **more: object
) -> HTMLResponse:
    """Render a page of the account."""
    customer = visit.customer
    return page(
        request,
        f"account/{template}",
        status,
        brand=account_brand(customer.company, customer.settings),
        account=customer.account.account,
        person=customer.person,
        terms=customer.terms,
        company=customer.company.company,
        currency=visit.currency,
        zone=customer.company.company.time_zone,
        today=visit.today,
        places=places_of(customer),
        takes_tickets=customer.settings.tickets,
        social=social_links(customer.settings),
        current=current,
        csrf_token=visit.csrf_token,
        **{"form": None, **more},
    )

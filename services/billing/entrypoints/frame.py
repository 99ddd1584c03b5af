"""What every staff page of billing needs around it: who looks, the company's look, its day."""

from datetime import date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends, Request

from services.billing.domain.company import Company
from shared.identity import Permission, Staff, staff_page
from shared.ui import Brand
from shared.ui.navigation import DEFAULT_HUE, HUES

Reader = Annotated[Staff, Depends(staff_page(Permission.READ))]
Biller = Annotated[Staff, Depends(staff_page(Permission.BILL))]
Refunder = Annotated[Staff, Depends(staff_page(Permission.REFUND))]
Owner = Annotated[Staff, Depends(staff_page(Permission.SETTINGS))]
_CIRCLE = 360


def brand_of(company: Company | None) -> Brand:
    """The company's look; before we were told of it, a plain one."""
    if company is None:
        return Brand(name="Your company")
    nearest = min(HUES, key=lambda name: _apart(HUES[name], company.hue), default=DEFAULT_HUE)
    return Brand(
        name=company.name,
        tagline=company.tagline,
        phone=company.phone,
        email=company.email,
        hue=nearest,
    )


def by_htmx(request: Request) -> bool:
    """Whether the page itself asked, so that a part of it is enough."""
    return "hx-request" in request.headers


def today_of(company: Company | None, now: datetime, fallback_zone: str = "UTC") -> date:
    """The company's local day: what is overdue is decided by it."""
    zone = company.time_zone if company else fallback_zone
    return now.astimezone(ZoneInfo(zone)).date()


def _apart(one: int, other: int) -> int:
    return min((one - other) % _CIRCLE, (other - one) % _CIRCLE)

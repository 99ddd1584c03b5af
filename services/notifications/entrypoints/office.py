"""What the routes work with, put on the application by main."""

import asyncio
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Annotated, Protocol

from fastapi import Depends, FastAPI, Request

from services.notifications.domain.colours import nearest
from services.notifications.usecases.ports import Figures
from services.notifications.usecases.send_claimed_mail import PostOffice
from shared.contracts.scheduling import Company
from shared.identity import Permission, Staff, may, staff_page
from shared.ui.navigation import HUES, Brand, Shell


class Waker(Protocol):
    """Tells open streams that there is something new."""

    leaving: bool

    def listening(self, company_id: str) -> AbstractContextManager[asyncio.Event]:
        """An event that is set whenever the company's feed has grown."""

    @property
    def listeners(self) -> int:
        """How many streams are open."""

    def leave(self) -> None:
        """End every stream."""


@dataclass(frozen=True, kw_only=True)
class Office:
    """The parts, once per application."""

    post: PostOffice
    figures: Figures
    waker: Waker


def furnish(app: FastAPI, office: Office) -> FastAPI:
    """Give the application its parts."""
    app.state.office = office
    return app


def _office(request: Request) -> Office:
    office: Office = request.app.state.office
    return office


TheOffice = Annotated[Office, Depends(_office)]
Reader = Annotated[Staff, Depends(staff_page(Permission.READ))]
Writer = Annotated[Staff, Depends(staff_page(Permission.SCHEDULE))]
Owner = Annotated[Staff, Depends(staff_page(Permission.SETTINGS))]
ApiReader = Depends(may(Permission.READ))
ApiWriter = Depends(may(Permission.SCHEDULE))


def shell(staff: Staff, company: Company | None, current: str) -> Shell:
    """The frame around a staff page."""
    return Shell(
        brand=brand(company),
        person=staff.name,
        role=staff.role,
        csrf_token=staff.csrf_token,
        current=current,
    )


def brand(company: Company | None) -> Brand:
    """The company's look; before we were told of it, a plain one."""
    if company is None:
        return Brand(name="Your company")
    return Brand(
        name=company.name,
        tagline=company.tagline,
        phone=company.phone,
        email=company.email,
        hue=nearest(company.hue, HUES),
    )


def sees_platform(staff: Staff) -> bool:
    """Whether alerts about the software itself are shown to this person."""
    return staff.role == "owner"


async def zone_of(office: Office, company_id: str) -> str:
    """The company's zone, UTC before we were told of it."""
    company = await office.post.desks.reading.views.company(company_id)
    return company.time_zone if company else "UTC"

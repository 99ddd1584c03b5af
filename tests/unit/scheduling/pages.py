"""The staff pages in short words."""

from bs4 import BeautifulSoup

from services.scheduling.usecases.change_policy import ChangePolicy, change_policy

BASE = "/staff/scheduling"
HTMX = {"hx-request": "true"}


def soup(answer):
    return BeautifulSoup(answer.text, "html.parser")


async def collecting_later(world):
    await change_policy(
        ChangePolicy(company_id=world.company_id, collect_payment_after_publish=True),
        office=world.office,
    )


def new_inspection(world, **changes):
    facts = {
        "street": "77 Juniper Ct",
        "city": "Redmond",
        "date": "2026-12-01",
        "starts": "13:00",
        "duration_minutes": "150",
        "time_zone": "America/Los_Angeles",
        "inspector": world.owner_id,
        "client_name": "Jordan Ortiz",
        "client_email": "jordan@example.com",
        "service": world.home_id,
        "require_payment": "on",
    }
    return facts | changes

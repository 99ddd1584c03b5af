"""What the JSON API takes and gives about recurring services."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.scheduling.domain.recurring import PAUSE_REASON_MAX, Cadence, RecurringService
from services.scheduling.entrypoints.api_fields import Id, In, Minutes, Revision
from shared.contracts import scheduling_accounts as contracts
from shared.money import Cents

VisitAt = Annotated[
    str,
    StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$"),
    Field(description="The company's local time, `09:00`"),
]
Reason = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=PAUSE_REASON_MAX),
    Field(description="The company may let the customer read it (`Pause Reason`)"),
]


class RecurringServiceIn(In):
    """A service that is done again and again at one site of an account."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "account_id": "5d21",
                    "site_id": "a1",
                    "service_id": "9ab1",
                    "cadence": "monthly",
                    "first_on": "2026-12-31",
                    "visit_at": "09:00",
                    "inspector_id": "3f0c",
                }
            ]
        },
    )
    account_id: Id
    site_id: Id
    service_id: Id
    cadence: Cadence
    first_on: date
    visit_at: VisitAt
    inspector_id: Id
    amount_cents: Cents | None = None
    duration_minutes: Minutes | None = None


class RecurringServiceChangeIn(In):
    """Facts of the visits to come; a member that is missing stays."""

    visit_at: VisitAt | None = None
    duration_minutes: Minutes | None = None
    inspector_id: Id | None = None
    amount_cents: Cents | None = None
    revision: Revision | None = None


class PauseIn(In):
    """Why it rests."""

    reason: Reason
    revision: Revision | None = None


class RecurringServiceOut(contracts.RecurringService):
    """A recurring service, with what only staff need."""

    first_on: date
    visit_at: str
    duration_minutes: int
    inspector_id: str


class RecurringServiceList(BaseModel):
    """Recurring services, the oldest first."""

    items: list[RecurringServiceOut]


def recurring_out(service: RecurringService) -> RecurringServiceOut:
    """Show a recurring service."""
    return RecurringServiceOut.model_validate(service, from_attributes=True)

"""Billing said what an inspection's bill stands at."""

from services.scheduling.domain.standing import Balance
from services.scheduling.usecases.ports import Desk
from shared.contracts.billing import InspectionBalanceChangedV1
from shared.contracts.scheduling_standing import InspectionStandingChangedV1


async def remember_balance(event: InspectionBalanceChangedV1, *, desk: Desk) -> None:
    """Keep it for the badges and the report gate, and say so; an older one changes nothing."""
    await desk.remember(
        Balance(
            inspection_id=event.inspection_id,
            company_id=event.company_id,
            total_cents=event.total_cents,
            paid_cents=event.paid_cents,
            processing_cents=event.processing_cents,
            balance_cents=event.balance_cents,
            surplus_cents=event.surplus_cents,
            report_released=event.report_released,
            revision=event.revision,
        ),
        events=[
            InspectionStandingChangedV1(
                company_id=event.company_id,
                inspection_id=event.inspection_id,
                report_released=event.report_released,
                standing_revision=event.revision,
            )
        ],
    )

"""What a client sees."""

from dataclasses import dataclass
from datetime import datetime

from services.portal.domain.contributions import (
    Contribution,
    OrderLine,
    Part,
    contributions,
    meter,
    order_lines,
)
from services.portal.domain.links import Link
from services.portal.domain.money_card import MoneyCard, money_card
from services.portal.domain.refusals import PageNotReadyError
from services.portal.domain.report_gate import ReportState, report_state
from services.portal.domain.views import Checkout, CompanyView, InspectionView, Outcomes
from services.portal.usecases.ports import Checkouts, Views


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientPage:
    """Everything on the page."""

    link: Link
    view: InspectionView
    company: CompanyView
    card: MoneyCard
    attempt: Checkout | None
    report: ReportState
    contributions: tuple[Contribution, ...]
    meter: tuple[tuple[Part, int], ...]
    order: tuple[OrderLine, ...]


async def show_inspection(
    link: Link,
    attempt_key: str,
    views: Views,
    checkouts: Checkouts,
    now: datetime,
) -> ClientPage:
    """Read the page from our own view: no other service is asked. Raises PageNotReadyError."""
    view, company = await views.inspection_page(link.company_id, link.inspection_id)
    if view is None or company is None:
        raise PageNotReadyError("The details of this inspection will be here in a moment.")
    attempt = await checkouts.find(link.link_id, attempt_key) if attempt_key else None
    inspection = view.inspection
    outcomes = view.outcomes_of(view.invoice.invoice_id) if view.invoice else Outcomes()
    card = money_card(
        view.invoice,
        outcomes,
        company,
        attempt,
        now,
        before_publish=inspection.policy.collect_payment_after_publish
        and inspection.status == "scheduled",
    )
    return ClientPage(
        link=link,
        view=view,
        company=company,
        card=card,
        attempt=attempt,
        report=report_state(view),
        contributions=contributions(view),
        meter=meter(view),
        order=order_lines(view),
    )

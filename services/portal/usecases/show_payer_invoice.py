"""What a third party sees: his invoice, and nothing else (R30, R43)."""

from dataclasses import dataclass
from datetime import datetime

from services.portal.domain.invoice_news import AmountChange, change_since_seen
from services.portal.domain.links import Link
from services.portal.domain.money_card import MoneyCard, money_card
from services.portal.domain.refusals import PageNotReadyError
from services.portal.domain.views import Checkout, CompanyView, PayerView
from services.portal.usecases.ports import Checkouts, Views


@dataclass(frozen=True, slots=True, kw_only=True)
class PayerPage:
    """Everything on the page."""

    link: Link
    view: PayerView
    company: CompanyView
    card: MoneyCard
    attempt: Checkout | None
    change: AmountChange | None
    """What the invoice came to when its holder last had it open, if that was something else."""


async def show_payer_invoice(
    link: Link, attempt_key: str, views: Views, checkouts: Checkouts, now: datetime
) -> PayerPage:
    """Read the page from our own view: no other service is asked. Raises PageNotReadyError."""
    view = await views.payer(link.company_id, link.invoice_id or "")
    company = await views.company(link.company_id)
    if view is None or company is None:
        raise PageNotReadyError("This invoice will be here in a moment.")
    attempt = await checkouts.find(link.link_id, attempt_key) if attempt_key else None
    return PayerPage(
        link=link,
        view=view,
        company=company,
        card=money_card(view.invoice, view.outcomes, company, attempt, now),
        attempt=attempt,
        change=change_since_seen(link, view.invoice.total_cents, view.amounts, now),
    )

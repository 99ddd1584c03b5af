"""The client chooses to pay at closing (C30)."""

from dataclasses import dataclass
from datetime import date

from services.portal.domain.links import Link
from services.portal.domain.money_card import may_defer
from services.portal.domain.refusals import DeferralNotOfferedError
from services.portal.usecases.ports import Billing, Views


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """When and with whom, and the name typed as acceptance."""

    closing_on: date
    contact_name: str
    contact_email: str
    accepted_by: str


async def defer_payment(link: Link, closing: Closing, views: Views, billing: Billing) -> None:
    """Raises DeferralNotOfferedError, PaymentRefusedError and UnavailableError."""
    view, company = await views.inspection_page(link.company_id, link.inspection_id)
    if view is None or company is None or view.invoice is None:
        raise DeferralNotOfferedError
    if not may_defer(view.invoice, company):
        raise DeferralNotOfferedError("This invoice cannot be paid at closing any more.")
    await billing.defer_invoice(
        company_id=link.company_id,
        invoice_id=view.invoice.invoice_id,
        closing_on=closing.closing_on,
        contact_name=closing.contact_name,
        contact_email=closing.contact_email,
        accepted_by=closing.accepted_by,
    )

"""The client sees what an invitation would do before he makes it."""

from services.portal.domain.inviting import (
    InvitationPreview,
    InvitingNotOfferedError,
    PartWish,
    may_invite,
)
from services.portal.domain.links import Link
from services.portal.usecases.ports import Billing, Views
from shared.contracts.billing import Invoice


async def preview_invitation(
    link: Link, wish: PartWish, views: Views, billing: Billing
) -> InvitationPreview:
    """Ask billing, which divides; nothing is written.

    Raises InvitingNotOfferedError, InvitationRefusedError and UnavailableError.
    """
    invoice = await invoice_to_share(link, views)
    return await billing.preview_invitation(
        company_id=link.company_id,
        client_invoice_id=invoice.invoice_id,
        wish=wish,
        invited_by=invoice.payer.name,
    )


async def invoice_to_share(link: Link, views: Views) -> Invoice:
    """The client's open invoice. Raises InvitingNotOfferedError."""
    view, company = await views.inspection_page(link.company_id, link.inspection_id)
    if view is None or company is None or view.invoice is None or not may_invite(view, company):
        raise InvitingNotOfferedError
    return view.invoice

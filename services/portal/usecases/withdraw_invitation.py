"""The client takes back what he asked of somebody, while nothing is paid."""

from services.portal.domain.inviting import InvitationRefusedError
from services.portal.domain.links import Link
from services.portal.usecases.ports import Billing, Views


async def withdraw_invitation(link: Link, invoice_id: str, views: Views, billing: Billing) -> None:
    """Billing gives the part back to the client. A repeat changes nothing.

    Raises InvitationRefusedError (also for an invoice that is not this client's invitation) and
    UnavailableError.
    """
    view = await views.inspection(link.company_id, link.inspection_id)
    if view is None or view.invoice is None:
        raise InvitationRefusedError("invitation_not_found")
    await billing.withdraw_invitation(
        company_id=link.company_id,
        client_invoice_id=view.invoice.invoice_id,
        invoice_id=invoice_id,
    )

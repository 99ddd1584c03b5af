"""The client asks somebody to pay a part."""

from services.portal.domain.inviting import InvitationPreview, PartWish
from services.portal.domain.links import Link
from services.portal.usecases.ports import Billing, Views
from services.portal.usecases.preview_invitation import invoice_to_share, preview_invitation


async def invite_payer(
    link: Link,
    wish: PartWish,
    confirmed_cents: int,
    views: Views,
    billing: Billing,
    *,
    key: str,
) -> InvitationPreview | None:
    """Invite for exactly the amount that was confirmed; None when that is done.

    When the bill has changed since, nobody is asked and what it would be now is returned. The same
    key again asks nobody twice. Raises InvitingNotOfferedError, InvitationRefusedError and
    UnavailableError.
    """
    now = await preview_invitation(link, wish, views, billing)
    if now.refusal or now.share_cents != confirmed_cents:
        return now
    invoice = await invoice_to_share(link, views)
    await billing.invite(
        company_id=link.company_id,
        client_invoice_id=invoice.invoice_id,
        wish=wish,
        invited_by=invoice.payer.name,
        key=key,
    )
    return None

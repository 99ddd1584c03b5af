"""The page that waits after paying asks how it stands."""

from services.portal.domain.links import Link
from services.portal.usecases.ports import Billing, Checkouts
from shared.problems import UnavailableError


async def refresh_payment(
    link: Link, attempt_key: str, billing: Billing, checkouts: Checkouts
) -> None:
    """Have billing ask the provider, and keep its word; the payment itself arrives as an event.

    Billing away or an unknown attempt changes nothing: the page goes on waiting.
    """
    attempt = await checkouts.find(link.link_id, attempt_key)
    if attempt is None:
        return
    try:
        state = await billing.refresh_attempt(link.company_id, attempt.attempt_id)
    except UnavailableError:
        return
    if state != attempt.state:
        await checkouts.note_state(link.link_id, attempt_key, state)

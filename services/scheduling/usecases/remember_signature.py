"""The client signed in the portal."""

from services.scheduling.domain.refusals import UnknownError
from services.scheduling.usecases.ports import Desk
from shared.contracts.portal import AgreementSignedV1


async def remember_signature(event: AgreementSignedV1, *, desk: Desk) -> None:
    """Note it on the agreement; one of an earlier version, or of no agreement, changes nothing."""
    try:
        before = await desk.agreement(event.company_id, event.agreement_id)
    except UnknownError:
        return
    after = before.signed_as(
        version=event.version, signed_by=event.signed_by, signed_at=event.signed_at
    )
    if after != before:
        await desk.write(after, before=before)

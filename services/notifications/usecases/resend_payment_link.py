"""Send the client a fresh link to sign and pay, for example after a fee was added (R27)."""

from datetime import datetime

from services.notifications.domain.mail import Mail, MailKind
from services.notifications.domain.mailing import to_people
from services.notifications.domain.recipients import clients
from services.notifications.domain.refusals import InspectionNotFoundError, NoClientAddressError
from services.notifications.usecases.ports import Desk, Desks
from services.notifications.usecases.share_details import check_may_send


async def resend_payment_link(
    company_id: str, inspection_id: str, *, key: str, by: str, desks: Desks, now: datetime
) -> list[Mail]:
    """Queue one mail per client; the same key again queues nothing more."""

    async def write(desk: Desk) -> list[Mail]:
        inspection = await desk.views.inspection(company_id, inspection_id)
        if inspection is None:
            raise InspectionNotFoundError
        reachable = [person for person in clients(inspection) if person.address]
        if not reachable:
            raise NoClientAddressError
        mails = to_people(
            MailKind.PAYMENT_LINK,
            reachable,
            company_id=company_id,
            inspection_id=inspection_id,
            cause=f"{company_id}:{key}",
            now=now,
            requested_by=by,
        )
        await check_may_send(mails[0], desk)
        await desk.mails.queue(mails)
        return mails

    return await desks.together(write)

"""Once a day, the alerts of the last day to those who want them together."""

from datetime import datetime, timedelta
from functools import partial

from services.notifications.domain.staff_mail import StaffPreference, digest_due, digest_mail
from services.notifications.usecases.ports import Desk, Desks
from shared.contracts.scheduling import StaffMember

LOOK_BACK = timedelta(days=7)
ALERTS_MAX = 200


async def send_digests(*, desks: Desks, now: datetime) -> int:
    """Queue the digests that are due; return how many.

    What a digest holds and that it was queued are written together, so that nothing is in two
    digests or in none, whoever crashes and however many instances look at once.
    """
    count = 0
    for company_id in await desks.reading.views.company_ids():
        wanted = await desks.reading.preferences.daily(company_id)
        if wanted:
            count += await _of_company(company_id, wanted, desks, now)
    return count


async def _of_company(
    company_id: str, wanted: list[StaffPreference], desks: Desks, now: datetime
) -> int:
    company = await desks.reading.views.company(company_id)
    zone = company.time_zone if company else "UTC"
    due = {p.staff_id for p in wanted if digest_due(p, zone=zone, now=now)}
    count = 0
    for member in await desks.reading.views.staff(company_id):
        if member.active and member.staff_id in due:
            work = partial(_digest, company_id, member, zone, now)
            count += await desks.together(work)
    return count


async def _digest(
    company_id: str, member: StaffMember, zone: str, now: datetime, desk: Desk
) -> int:
    preference = await desk.preferences.of(company_id, member.staff_id)
    moment = digest_due(preference, zone=zone, now=now)
    if moment is None:
        return 0
    since = max(preference.digested_until or moment - LOOK_BACK, moment - LOOK_BACK)
    alerts = await desk.feed.assigned(
        company_id, member.staff_id, after=since, until=moment, limit=ALERTS_MAX
    )
    await desk.preferences.put(company_id, _digested(preference, moment))
    if not alerts:
        return 0
    mail = digest_mail(alerts, member, company_id, zone=zone, moment=moment)
    return len(await desk.mails.queue([mail]))


def _digested(preference: StaffPreference, moment: datetime) -> StaffPreference:
    return StaffPreference(
        staff_id=preference.staff_id,
        mode=preference.mode,
        quiet=preference.quiet,
        digested_until=moment,
    )

"""Services of an account: coming visits, past ones, paused ones with their reason (R95-R98)."""

from collections.abc import Sequence

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from services.portal.domain.account_rows import RecurringRow, VisitRow
from services.portal.domain.refusals import AccountSwitchedOffError, UnknownAccountError
from services.portal.entrypoints.account_access import AccountVisit, Visit
from services.portal.entrypoints.account_frame import account_page
from shared.ui.formats import long_day

router = APIRouter(prefix="/account/services", include_in_schema=False)
SHOWN = 100
STANDING = ("scheduled", "published")
"""Not cancelled; whether it lies ahead is for the clock to say."""


@router.get("")
async def services(request: Request, visit: AccountVisit) -> HTMLResponse:
    """Each part is there only if the company shows it."""
    settings = visit.customer.settings
    if not settings.shows_services:
        raise AccountSwitchedOffError("The company does not show services here.")
    coming = await _coming(visit)
    past: list[VisitRow] = []
    accounts, of = visit.wiring.customers.accounts, visit.customer.of
    if settings.service_history:
        past = list(
            await accounts.visits(of, STANDING, newest_first=True, limit=SHOWN, until=visit.now)
        )
    return account_page(
        request,
        visit,
        "services.html",
        "services",
        coming=coming,
        past=past,
        paused=await _paused(visit),
        shows=settings,
    )


async def _coming(visit: Visit) -> list[VisitRow]:
    if not visit.customer.settings.upcoming_services:
        return []
    return list(
        await visit.wiring.customers.accounts.visits(
            visit.customer.of, STANDING, newest_first=False, limit=SHOWN, since=visit.now
        )
    )


async def _paused(visit: Visit) -> Sequence[RecurringRow]:
    if not visit.customer.settings.paused_services:
        return []
    return await visit.wiring.customers.accounts.recurring(visit.customer.of, "paused")


async def subject_of(visit: Visit, visit_id: str, recurring_id: str) -> str:
    """Which visit or service a request is about, in words; nothing for a question.

    What is not shown to the customer is not there. Raises UnknownAccountError.
    """
    if visit_id:
        visits = [one for one in await _coming(visit) if one.inspection_id == visit_id]
        words = [_visit_words(one) for one in visits]
    elif recurring_id:
        paused = await _paused(visit)
        services = [row.service for row in paused if row.service.recurring_id == recurring_id]
        words = [f"{one.service_name}, {one.site.street}" for one in services]
    else:
        return ""
    if not words:
        raise UnknownAccountError
    return words[0]


def _visit_words(one: VisitRow) -> str:
    what = ", ".join(one.services) or f"Visit {one.number}"
    return f"{what}, {one.site.street}, {long_day(one.starts_at, one.time_zone)}"

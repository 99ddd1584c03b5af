"""Pages: one inspection, its boxes, and its two switches."""

from collections.abc import Mapping
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response, StreamingResponse

from services.scheduling.domain.agreement import Agreement
from services.scheduling.domain.inspection import Inspection
from services.scheduling.domain.people import client_of
from services.scheduling.domain.standing import (
    Balance,
    BilledLine,
    agreement_word,
    billed_lines,
    is_released,
    payment_word,
    report_word,
)
from services.scheduling.entrypoints.api_reports import report_answer
from services.scheduling.entrypoints.pages_frame import (
    STAFF_PATH,
    by_htmx,
    framed,
    gone_to,
    posted,
)
from services.scheduling.entrypoints.parts import Parts, ServiceParts
from services.scheduling.usecases.change_release_policy import (
    ChangeReleasePolicy,
    change_release_policy,
)
from services.scheduling.usecases.disable_notifications import (
    DisableNotifications,
    disable_notifications,
)
from services.scheduling.usecases.dismiss_agreement_update import (
    DismissAgreementUpdate,
    dismiss_agreement_update,
)
from services.scheduling.usecases.unlock_report import UnlockReport, unlock_report
from services.scheduling.usecases.update_agreement import UpdateAgreement, update_agreement
from shared.identity import Permission, Staff, staff_page
from shared.ui.events import INSPECTION_CHANGED, trigger
from shared.ui.formats import short_day
from shared.webapp import page

pages = APIRouter(prefix="/staff/scheduling/inspections", include_in_schema=False)
fragments = APIRouter(prefix="/scheduling/fragments/inspections", include_in_schema=False)
Reader = Annotated[Staff, Depends(staff_page(Permission.READ))]
Scheduler = Annotated[Staff, Depends(staff_page(Permission.SCHEDULE))]
Biller = Annotated[Staff, Depends(staff_page(Permission.BILL))]
Box = Literal["header", "services", "people", "release", "report"]


@pages.get("/{inspection_id}")
async def get_inspection(
    request: Request, inspection_id: str, staff: Reader, parts: ServiceParts
) -> HTMLResponse:
    """Show the inspection with all its boxes; the others' boxes load beside ours."""
    context = await _context(parts, staff, inspection_id)
    return await framed(request, staff, parts, "inspection.html", current="inspections", **context)


@fragments.get("/{inspection_id}/{box}")
async def get_box(
    request: Request, inspection_id: str, box: Box, staff: Reader, parts: ServiceParts
) -> HTMLResponse:
    """Show one box alone, as it now is."""
    return await _box(request, staff, parts, inspection_id, box)


@pages.post("/{inspection_id}/release")
async def post_release(
    request: Request, inspection_id: str, staff: Scheduler, parts: ServiceParts
) -> Response:
    """Switch `Require payment`; refused while locked (R6)."""
    form = await posted(request)
    command = ChangeReleasePolicy(
        company_id=staff.company_id,
        inspection_id=inspection_id,
        require_payment=form.has("require_payment"),
    )
    await change_release_policy(command, office=parts.office)
    return await _after(request, staff, parts, inspection_id, "release")


@pages.post("/{inspection_id}/notifications")
async def post_notifications(
    request: Request, inspection_id: str, staff: Scheduler, parts: ServiceParts
) -> Response:
    """Switch `Disable all notifications` (R56)."""
    form = await posted(request)
    command = DisableNotifications(
        company_id=staff.company_id, inspection_id=inspection_id, disabled=form.has("quiet")
    )
    await disable_notifications(command, office=parts.office)
    return await _after(request, staff, parts, inspection_id, "release")


@pages.post("/{inspection_id}/unlock")
async def post_unlock(
    request: Request, inspection_id: str, staff: Biller, parts: ServiceParts
) -> Response:
    """Open the report by hand, or take that back (C8)."""
    form = await posted(request)
    command = UnlockReport(
        company_id=staff.company_id,
        inspection_id=inspection_id,
        unlocked=form.value("unlocked") == "yes",
    )
    await unlock_report(command, office=parts.office)
    return await _after(request, staff, parts, inspection_id, "report")


@pages.post("/{inspection_id}/agreement")
async def post_agreement(
    request: Request, inspection_id: str, staff: Scheduler, parts: ServiceParts
) -> Response:
    """Answer the question after a change of services: `update agreements` or `Dismiss` (R58)."""
    form = await posted(request)
    if form.value("then") == "update":
        update = UpdateAgreement(company_id=staff.company_id, inspection_id=inspection_id)
        await update_agreement(update, office=parts.office, now=parts.now())
    else:
        dismiss = DismissAgreementUpdate(company_id=staff.company_id, inspection_id=inspection_id)
        await dismiss_agreement_update(dismiss, office=parts.office)
    return await _after(request, staff, parts, inspection_id, "services")


@pages.get("/{inspection_id}/reports/{report_id}")
async def get_report(
    inspection_id: str, report_id: str, staff: Reader, parts: ServiceParts
) -> StreamingResponse:
    """Download a report as staff."""
    return await report_answer(parts, staff.company_id, inspection_id, report_id)


async def _after(
    request: Request, staff: Staff, parts: Parts, inspection_id: str, box: Box
) -> Response:
    if not by_htmx(request):
        return gone_to(request, f"{STAFF_PATH}/inspections/{inspection_id}")
    answer = await _box(request, staff, parts, inspection_id, box)
    answer.headers.update(trigger(INSPECTION_CHANGED))
    return answer


async def _box(
    request: Request, staff: Staff, parts: Parts, inspection_id: str, box: Box
) -> HTMLResponse:
    context = await _context(parts, staff, inspection_id)
    return page(request, f"box_{box}.html", **context)


async def _context(parts: Parts, staff: Staff, inspection_id: str) -> Mapping[str, object]:
    """Return everything the boxes show."""
    lookups, company_id = parts.lookups, staff.company_id
    inspection = await lookups.inspection(company_id, inspection_id)
    balance = await lookups.balance_of(company_id, inspection_id)
    agreement = await lookups.agreement_of(company_id, inspection_id)
    invoices = await lookups.invoices_of(company_id, inspection_id)
    client = client_of(inspection.people)
    return {
        "inspection": inspection,
        "words": header_words(inspection, balance, agreement),
        "rows": [
            (line, _status(line, inspection.time_zone))
            for line in billed_lines(inspection, invoices, client.name)
        ],
        "agreement": agreement,
        "agreement_behind": agreement is not None
        and agreement.is_behind(inspection.total_cents)
        and inspection.status != "cancelled",
        "released": is_released(inspection, balance),
        "balance": balance,
        "may_change": staff.may(Permission.SCHEDULE) and inspection.status != "cancelled",
        "may_publish": staff.may(Permission.PUBLISH) and inspection.status != "cancelled",
        "may_bill": staff.may(Permission.BILL) and inspection.status != "cancelled",
        "base": f"{STAFF_PATH}/inspections/{inspection_id}",
    }


def header_words(
    inspection: Inspection, balance: Balance | None, agreement: Agreement | None
) -> list[str]:
    """Return the badges below the address."""
    words = [inspection.status.capitalize()]
    if inspection.status == "cancelled":
        return words
    waits = inspection.policy.collect_payment_after_publish and inspection.status == "scheduled"
    word = payment_word(balance, inspection.total_cents)
    words.append("Nothing due yet" if waits and word == "Due" else word)
    words += [agreement_word(agreement), report_word(inspection, balance)]
    if inspection.notifications_disabled:
        words.append("Notifications off")
    return [word for word in words if word]


def _status(line: BilledLine, time_zone: str) -> str:
    if line.paid_at:
        return f"Paid {short_day(line.paid_at, time_zone)}"
    return f"{line.word} {short_day(line.day)}" if line.day else line.word

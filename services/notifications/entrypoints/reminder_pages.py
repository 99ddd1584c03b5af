"""Settings of the reminders, and the reminders of one invoice with its pause."""

from datetime import time
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request
from fastapi import Form as Field
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.notifications.domain.quiet_hours import QuietHours
from services.notifications.domain.refusals import InvoiceNotFoundError
from services.notifications.domain.reminders import (
    DAYS_MAX,
    Step,
    moment_of_step,
    reminder_stop,
)
from services.notifications.entrypoints.email_views import REASONS, mail_row
from services.notifications.entrypoints.office import Office, Owner, TheOffice, shell
from services.notifications.usecases.pause_reminders import pause_reminders
from services.notifications.usecases.plan_reminders import plan_reminders
from services.notifications.usecases.ports import MailFilter
from shared.identity import Permission, Staff, staff_page
from shared.problems import RefusalError
from shared.ui import Form
from shared.webapp import page

PATH = "/staff/notifications/settings/reminders"
OF_INVOICE = "/staff/notifications/invoices/{invoice_id}/reminders"
ROWS = 6
Biller = Annotated[Staff, Depends(staff_page(Permission.BILL))]
router = APIRouter(include_in_schema=False)


@router.get(PATH)
async def reminders(
    request: Request, staff: Owner, office: TheOffice, *, saved: bool = False
) -> HTMLResponse:
    """The plan."""
    plan = await office.post.desks.reading.reminders.plan(staff.company_id)
    values = {"on": "on"} if plan.on else {}
    for row, step in enumerate(plan.steps):
        values[f"days_{row}"] = str(abs(step.days))
        values[f"when_{row}"] = "before" if step.days < 0 else "after"
    if not plan.quiet.none:
        values["quiet_from"] = plan.quiet.start.strftime("%H:%M")
        values["quiet_until"] = plan.quiet.end.strftime("%H:%M")
    return await _shown(request, staff, office, Form(values), saved=saved)


@router.post(PATH)
async def plan(request: Request, staff: Owner, office: TheOffice) -> Response:
    """Use this plan from now on."""
    form = Form.posted((await request.form()).multi_items())
    steps = _steps(form)
    start, end = form.clock("quiet_from"), form.clock("quiet_until")
    if (start is None) != (end is None):
        form.refuse("quiet_from" if start is None else "quiet_until", "Enter both times, or none")
    if form.ok:
        try:
            await plan_reminders(
                staff.company_id,
                on=form.has("on"),
                steps=steps,
                quiet=QuietHours(start=start or time(0), end=end or time(0)),
                by=staff.staff_id,
                desk=office.post.desks.reading,
                now=office.post.clock(),
            )
        except RefusalError as refusal:
            form.refuse("days_0", refusal.detail or refusal.title)
    if not form.ok:
        return await _shown(request, staff, office, form, status=422)
    return RedirectResponse(f"{PATH}?saved=true", 303)


@router.get(OF_INVOICE)
async def of_invoice(
    request: Request, invoice_id: str, staff: Biller, office: TheOffice
) -> HTMLResponse:
    """What has been sent, what comes, and why nothing comes."""
    desk = office.post.desks.reading
    known = await desk.views.situation(staff.company_id, None, invoice_id)
    if known.invoice is None:
        raise InvoiceNotFoundError
    invoice = known.invoice
    around = await desk.views.situation(staff.company_id, invoice.inspection_id, invoice_id)
    company = around.company
    zone = around.inspection.time_zone if around.inspection else "UTC"
    sent = await desk.mails.page(
        staff.company_id,
        MailFilter(kind="reminder", inspection_id=invoice.inspection_id),
        before=None,
        limit=50,
    )
    settings = await desk.reminders.plan(staff.company_id)
    now = office.post.clock()
    moments = [(step, moment_of_step(step, invoice.due_on, zone)) for step in settings.steps]
    stop = reminder_stop(around)
    return page(
        request,
        "invoice_reminders.html",
        shell=shell(staff, company, "invoices"),
        invoice=invoice,
        paused=around.reminders_paused,
        plan=settings,
        coming=[(step, at) for step, at in moments if at > now and step.on],
        stop=REASONS.get(stop or "", stop or "").removeprefix("Not sent: "),
        rows=[(mail, mail_row(mail)) for mail in sent if mail.invoice_id == invoice_id],
        zone=zone,
    )


@router.post(OF_INVOICE)
async def pause(
    invoice_id: str,
    staff: Biller,
    office: TheOffice,
    action: Annotated[Literal["pause", "resume"], Field()],
) -> Response:
    """Pause them, or let them go on."""
    await pause_reminders(
        staff.company_id,
        invoice_id,
        paused=action == "pause",
        by=staff.staff_id,
        desk=office.post.desks.reading,
        now=office.post.clock(),
    )
    return RedirectResponse(OF_INVOICE.format(invoice_id=invoice_id), 303)


def _steps(form: Form) -> list[Step]:
    steps = []
    for row in range(ROWS):
        days = form.whole(f"days_{row}", maximum=DAYS_MAX)
        if days is not None:
            steps.append(Step(days=-days if form.value(f"when_{row}") == "before" else days))
    return steps


async def _shown(
    request: Request,
    staff: Staff,
    office: Office,
    form: Form,
    *,
    saved: bool = False,
    status: int = 200,
) -> HTMLResponse:
    company = await office.post.desks.reading.views.company(staff.company_id)
    return page(
        request,
        "reminders.html",
        status,
        shell=shell(staff, company, "settings"),
        form=form,
        count=ROWS,
        saved=saved,
        trial=company.trial if company else False,
    )

"""For billing's page of an invoice: the words its mail begins with, and how the mail will look."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse

from services.notifications.domain.mail import Mail, MailKind, Words
from services.notifications.domain.recipients import payer
from services.notifications.domain.refusals import InvoiceUnknownError
from services.notifications.entrypoints.office import Office, Reader, TheOffice
from services.notifications.entrypoints.share_pages import Typed, letter_answer
from services.notifications.usecases.word_invoice import word_invoice
from shared import ui
from shared.webapp import page

INVOICE = "inspections/{inspection_id}/invoices/{invoice_id}"
PREVIEW = f"/staff/notifications/{INVOICE}/preview"
router = APIRouter(include_in_schema=False)


@router.get(f"/notifications/fragments/{INVOICE}/words")
async def words(
    request: Request, inspection_id: str, invoice_id: str, staff: Reader, office: TheOffice
) -> HTMLResponse:
    """Subject and message as fields of the form around them."""
    mail = await _mail(office, staff.company_id, inspection_id, invoice_id)
    begun = await word_invoice(mail, desk=office.post.desks.reading)
    form = ui.Form({"subject": begun.subject, "body": begun.body})
    return page(request, "invoice_words.html", form=form)


@router.get(PREVIEW)
async def preview_standard(
    inspection_id: str, invoice_id: str, staff: Reader, office: TheOffice
) -> HTMLResponse:
    """The company's own text."""
    mail = await _mail(office, staff.company_id, inspection_id, invoice_id)
    return await letter_answer(office, mail, "light")


@router.post(PREVIEW)
async def preview(
    *,
    inspection_id: str,
    invoice_id: str,
    staff: Reader,
    office: TheOffice,
    subject: Typed = "",
    body: Typed = "",
    theme: Annotated[str, Form(pattern="^(light|dark)$")] = "light",
) -> HTMLResponse:
    """What the payer would see, for the frame beside the form."""
    written = Words(subject=subject, body=body.replace("\r\n", "\n"))
    mail = await _mail(office, staff.company_id, inspection_id, invoice_id, written)
    return await letter_answer(office, mail, theme)


async def _mail(
    office: Office,
    company_id: str,
    inspection_id: str,
    invoice_id: str,
    words: Words | None = None,
) -> Mail:
    """The mail as sending would make it. Raises InvoiceUnknownError."""
    views = office.post.desks.reading.views
    situation = await views.situation(company_id, inspection_id, invoice_id)
    invoice = situation.invoice
    if situation.inspection is None or invoice is None or invoice.inspection_id != inspection_id:
        raise InvoiceUnknownError
    now = office.post.clock()
    return Mail(
        mail_id="preview",
        company_id=company_id,
        kind=MailKind.INVOICE,
        recipient=payer(invoice.payer),
        inspection_id=inspection_id,
        invoice_id=invoice_id,
        words=words if words and words.body.strip() else None,
        queued_at=now,
        not_before=now,
    )

"""Billing said how an invoice stands: needed to know who still owes something (C6)."""

from services.scheduling.domain.standing import KnownInvoice, KnownLine
from services.scheduling.usecases.ports import Desk
from shared.contracts.billing import InvoiceChangedV1


async def remember_invoice(event: InvoiceChangedV1, *, desk: Desk) -> None:
    """Keep as much of it as scheduling needs; an older state changes nothing."""
    invoice = event.invoice
    paid = [payment.paid_at for payment in invoice.payments]
    await desk.remember(
        KnownInvoice(
            invoice_id=invoice.invoice_id,
            company_id=event.company_id,
            inspection_id=invoice.inspection_id,
            kind=invoice.kind,
            status=invoice.status,
            payer_contact_id=invoice.payer.contact_id,
            payer_name=invoice.payer.name,
            payer_role_label=invoice.payer.role_label,
            lines=tuple(
                KnownLine(name=line.name, amount_cents=line.amount_cents) for line in invoice.lines
            ),
            due_on=invoice.due_on,
            paid_at=max(paid, default=None),
            waits_for_publish=invoice.gate == "until_published",
            balance_cents=invoice.balance_cents,
            revision=invoice.revision,
        )
    )

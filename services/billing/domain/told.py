"""Billing's state in the words of its published events. Pure translation."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from services.billing.domain.bill import Bill
from services.billing.domain.gate import report_released
from services.billing.domain.invoice import Deferral, Invoice, InvoiceKind, InvoiceStatus, Payer
from services.billing.domain.payment import Payment
from services.billing.domain.printed_lines import printed_lines
from shared.contracts import billing as contract


def payer_told(payer: Payer) -> contract.Payer:
    """Who is addressed."""
    return contract.Payer(
        contact_id=payer.contact_id,
        name=payer.name,
        role_label=payer.role_label,
        email=payer.email,
    )


def invoice_told(bill: Bill, invoice: Invoice) -> contract.Invoice:
    """The whole public state of one invoice."""
    return contract.Invoice(
        invoice_id=invoice.invoice_id,
        inspection_id=bill.inspection_id,
        number=invoice.number,
        kind=invoice.kind.value,
        payer=payer_told(invoice.payer),
        status=invoice.status.value,
        lines=tuple(
            contract.InvoiceLine(name=line.name, note=line.note, amount_cents=line.amount_cents)
            for line in printed_lines(bill, invoice)
        ),
        currency=bill.booking.currency,
        total_cents=invoice.total_cents,
        paid_cents=invoice.paid_cents,
        processing_cents=invoice.processing_cents,
        balance_cents=invoice.balance_cents,
        surplus_cents=invoice.surplus_cents,
        payments=tuple(_payments(invoice)),
        gate=invoice.gate.value,
        deferral=_deferral(invoice.deferral),
        sent_at=invoice.sent_at,
        issued_on=invoice.issued_on,
        due_on=invoice.due_on,
        revision=invoice.revision,
        reference=invoice.reference,
        **_account(bill, invoice),
    )


def _account(bill: Bill, invoice: Invoice) -> dict[str, Any]:
    """Only the client's own invoice is the account's document."""
    account = bill.booking.account
    if account is None or invoice.kind is not InvoiceKind.CLIENT:
        return {}
    return {
        "account_id": account.account_id,
        "order_id": account.order_id,
        "order_number": account.order_number,
        "site_id": account.site_id,
        "site_line": account.site_line,
        "job_created_at": account.job_created_at,
    }


def invoice_changed(bill: Bill, invoice: Invoice) -> contract.InvoiceChangedV1:
    """An invoice is now like this."""
    return contract.InvoiceChangedV1(
        company_id=bill.company_id, invoice=invoice_told(bill, invoice)
    )


def balance_changed(bill: Bill) -> contract.InspectionBalanceChangedV1:
    """The whole bill now stands like this."""
    return contract.InspectionBalanceChangedV1(
        company_id=bill.company_id,
        inspection_id=bill.inspection_id,
        currency=bill.booking.currency,
        total_cents=bill.total_cents,
        paid_cents=bill.paid_cents,
        processing_cents=bill.processing_cents,
        balance_cents=bill.balance_cents,
        surplus_cents=bill.surplus_cents,
        report_released=report_released(bill),
        shares=tuple(
            contract.Share(
                invoice_id=invoice.invoice_id,
                payer_name=invoice.payer.name,
                role_label=invoice.payer.role_label,
                kind=invoice.kind.value,
                status=invoice.status.value,
                total_cents=invoice.total_cents,
                paid_cents=invoice.paid_cents,
                paid_on=paid_on(bill, invoice),
                invited=bool(invoice.invited_by),
            )
            for invoice in bill.invoices
            if invoice.status is not InvoiceStatus.VOID or invoice is bill.client_invoice
        ),
        balance_revision=bill.revision,
        charge_cents=bill.booking.charge_cents,
        published=bill.booking.published,
    )


def paid_on(bill: Bill, invoice: Invoice) -> date | None:
    """The day at the property on which the last of what stayed came; None while any is due."""
    times = [p.paid_at for p in invoice.payments if p.kept_cents and p.paid_at]
    if invoice.status is not InvoiceStatus.PAID or not times:
        return None
    return max(times).astimezone(ZoneInfo(bill.booking.time_zone)).date()


def surplus_arisen(bill: Bill, invoice: Invoice) -> contract.SurplusArisenV1:
    """More was paid than the invoice says now."""
    return contract.SurplusArisenV1(
        company_id=bill.company_id,
        invoice_id=invoice.invoice_id,
        inspection_id=bill.inspection_id,
        payer=payer_told(invoice.payer),
        surplus_cents=invoice.surplus_cents,
        currency=bill.booking.currency,
    )


def payment_told(bill: Bill, invoice: Invoice, payment: Payment) -> dict[str, object]:
    """The fields every event about a payment has; overwrite `amount_cents` for a refund."""
    return {
        "company_id": bill.company_id,
        "payment_id": payment.payment_id,
        "invoice_id": invoice.invoice_id,
        "inspection_id": bill.inspection_id,
        "payer": payer_told(invoice.payer),
        "amount_cents": payment.amount_cents,
        "currency": bill.booking.currency,
        "method": payment.method.value,
        "method_label": payment.method_label,
        "account_payment_id": payment.account_payment_id,
    }


def _payments(invoice: Invoice) -> Iterable[contract.InvoicePayment]:
    for payment in invoice.payments:
        if payment.settled and payment.paid_at:
            yield contract.InvoicePayment(
                payment_id=payment.payment_id,
                receipt_number=payment.receipt_number,
                amount_cents=payment.amount_cents,
                refunded_cents=payment.amount_cents - payment.kept_cents,
                method=payment.method.value,
                method_label=payment.method_label,
                paid_at=payment.paid_at,
                account_payment_id=payment.account_payment_id,
            )


def _deferral(deferral: Deferral | None) -> contract.Deferral | None:
    if deferral is None:
        return None
    return contract.Deferral(
        closing_on=deferral.closing_on,
        contact_name=deferral.contact_name,
        contact_email=deferral.contact_email,
        accepted_by=deferral.accepted_by,
        accepted_at=deferral.accepted_at,
    )

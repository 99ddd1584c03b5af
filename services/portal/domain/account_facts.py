"""Which rows of an account an event tells."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from services.portal.domain import account_rows as rows
from services.portal.domain.account_rows import RowFact
from services.portal.domain.facts import INSPECTION_EVENTS
from shared.contracts import billing, billing_accounts, scheduling, scheduling_accounts
from shared.contracts.event import Event


def account_facts(event: Event) -> list[RowFact]:
    """Read an event; one that is not about an account customer tells nothing."""
    read = ACCOUNT_READERS.get(type(event))
    return list(read(event)) if read else []


def account_addresses(account: scheduling_accounts.CustomerAccount) -> tuple[str, ...]:
    """Whose mailed links sign in: nobody's while the account is not active."""
    emails = dict.fromkeys(rows.fold_address(person.email) for person in account.people)
    return tuple(email for email in emails if email and account.active)


def _account(event: scheduling_accounts.CustomerAccountChangedV1) -> Iterable[RowFact]:
    account = event.account
    row = rows.AccountRow(
        account_id=account.account_id, account=account, emails=account_addresses(account)
    )
    yield RowFact(rows.ACCOUNTS, account.account_id, event.company_id, account.revision, row)


def _staff(event: scheduling.StaffMemberChangedV1) -> Iterable[RowFact]:
    member = event.staff_member
    row = rows.StaffRow(account_id="", member=member)
    yield RowFact(rows.STAFF, member.staff_id, event.company_id, member.revision, row)


def _recurring(event: scheduling_accounts.RecurringServiceChangedV1) -> Iterable[RowFact]:
    service = event.service
    row = rows.RecurringRow(account_id=service.account_id, service=service)
    yield RowFact(rows.RECURRING, service.recurring_id, event.company_id, service.revision, row)


def _visit(event: scheduling.InspectionEvent) -> Iterable[RowFact]:
    inspection = event.inspection
    if inspection.account is None:
        return
    row = rows.VisitRow(
        account_id=inspection.account.account_id,
        inspection_id=inspection.inspection_id,
        number=inspection.number,
        status=inspection.status,
        starts_at=inspection.starts_at,
        time_zone=inspection.time_zone,
        site=inspection.site,
        services=tuple(line.name for line in inspection.lines if line.kind == "service"),
        inspector_name=inspection.inspector.name,
        order_number=inspection.order.number if inspection.order else "",
        recurring_id=inspection.recurring_id or "",
    )
    yield RowFact(rows.VISITS, inspection.inspection_id, event.company_id, inspection.revision, row)


def _invoice(event: billing.InvoiceChangedV1) -> Iterable[RowFact]:
    invoice = event.invoice
    if invoice.account_id is None or invoice.kind != "client":
        return
    company_id, revision = event.company_id, invoice.revision
    yield RowFact(rows.INVOICES, invoice.invoice_id, company_id, revision, _invoice_row(invoice))
    for payment in invoice.payments:
        if payment.account_payment_id is None:
            row = _payment_row(invoice, payment)
            yield RowFact(rows.HISTORY, payment.payment_id, company_id, revision, row)


def _invoice_row(invoice: billing.Invoice) -> rows.InvoiceRow:
    payable = invoice.status in rows.PAYABLE and invoice.gate == "open"
    return rows.InvoiceRow(
        account_id=invoice.account_id or "",
        invoice_id=invoice.invoice_id,
        number=invoice.number,
        kind=rows.MULTI if invoice.order_id else rows.SINGLE,
        open=payable and invoice.balance_cents > 0,
        status=invoice.status,
        gate=invoice.gate,
        issued_on=invoice.issued_on,
        due_on=invoice.due_on,
        currency=invoice.currency,
        total_cents=invoice.total_cents,
        paid_cents=invoice.paid_cents,
        processing_cents=invoice.processing_cents,
        balance_cents=invoice.balance_cents,
        credit_cents=-sum(min(0, line.amount_cents) for line in invoice.lines),
        order_id=invoice.order_id or "",
        order_number=invoice.order_number,
        site_line=invoice.site_line,
        what=invoice.lines[0].name if invoice.lines else "",
    )


def _payment_row(invoice: billing.Invoice, payment: billing.InvoicePayment) -> rows.HistoryRow:
    """A payment of this one invoice alone, taken by staff or through a link."""
    part = billing_accounts.Allocation(
        invoice_id=invoice.invoice_id,
        invoice_number=invoice.number,
        amount_cents=payment.amount_cents,
    )
    return rows.HistoryRow(
        account_id=invoice.account_id or "",
        entry_id=payment.payment_id,
        at=payment.paid_at,
        status="succeeded",
        amount_cents=payment.amount_cents,
        refunded_cents=payment.refunded_cents,
        prepayment_cents=0,
        currency=invoice.currency,
        method_label=payment.method_label,
        receipt_number=payment.receipt_number,
        reason="",
        allocations=(part,),
        account_payment_id=None,
        origin="staff",
    )


def _account_payment(event: billing_accounts.AccountPaymentChangedV1) -> Iterable[RowFact]:
    payment = event.payment
    row = rows.HistoryRow(
        account_id=payment.account_id,
        entry_id=payment.account_payment_id,
        at=payment.started_at,
        status=payment.status,
        amount_cents=payment.amount_cents,
        refunded_cents=payment.refunded_cents,
        prepayment_cents=payment.prepayment_cents,
        currency=payment.currency,
        method_label=payment.method_label,
        receipt_number=payment.receipt_number,
        reason=payment.reason,
        allocations=payment.allocations,
        account_payment_id=payment.account_payment_id,
        origin=payment.origin,
    )
    yield RowFact(rows.HISTORY, payment.account_payment_id, event.company_id, payment.revision, row)


def _prepayment(event: billing_accounts.PrepaymentChangedV1) -> Iterable[RowFact]:
    paid = event.prepayment
    row = rows.PrepaymentRow(account_id=paid.account_id, prepayment=paid, at=paid.received_at)
    yield RowFact(rows.PREPAYMENTS, paid.prepayment_id, event.company_id, paid.revision, row)


def _method(event: billing_accounts.PaymentMethodChangedV1) -> Iterable[RowFact]:
    method = event.method
    row = rows.MethodRow(account_id=method.account_id, method=method)
    yield RowFact(rows.METHODS, method.method_id, event.company_id, method.revision, row)


def _autopay(event: billing_accounts.AutopayChangedV1) -> Iterable[RowFact]:
    row = rows.AutopayRow(
        account_id=event.account_id,
        enrolled=event.enrolled,
        enrolled_at=event.enrolled_at,
        method_id=event.method_id,
    )
    yield RowFact(rows.AUTOPAY, event.account_id, event.company_id, event.revision, row)


ACCOUNT_READERS: Mapping[type[Event], Callable[[Any], Iterable[RowFact]]] = {
    **dict.fromkeys(INSPECTION_EVENTS, _visit),
    scheduling_accounts.CustomerAccountChangedV1: _account,
    scheduling_accounts.RecurringServiceChangedV1: _recurring,
    scheduling.StaffMemberChangedV1: _staff,
    billing.InvoiceChangedV1: _invoice,
    billing_accounts.AccountPaymentChangedV1: _account_payment,
    billing_accounts.PrepaymentChangedV1: _prepayment,
    billing_accounts.PaymentMethodChangedV1: _method,
    billing_accounts.AutopayChangedV1: _autopay,
}
"""Every event the rows of accounts are made of."""

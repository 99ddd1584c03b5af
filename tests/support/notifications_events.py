"""Events as the other services tell them, with names and amounts that add up."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from shared.contracts.billing import (
    DisputeChangedV1,
    InspectionBalanceChangedV1,
    Invoice,
    InvoiceChangedV1,
    InvoiceLine,
    InvoiceSendRequestedV1,
    Payer,
    PaymentFailedV1,
    PaymentProcessingV1,
    PaymentRecordedV1,
    PaymentRefundedV1,
    PaymentReturnedV1,
)
from shared.contracts.jobs import Site
from shared.contracts.scheduling import (
    AgreementIssuedV1,
    Company,
    CompanyChangedV1,
    Inspection,
    InspectionScheduledV1,
    Inspector,
    PaymentPolicy,
    Person,
    ReleasePolicy,
    ServiceLine,
)

COMPANY = "company-harbor"
INSPECTION = "inspection-3107"
CLIENT_INVOICE = "invoice-3107"
AGENT_INVOICE = "invoice-3107-1"
NOW = datetime(2026, 11, 21, 18, 42, tzinfo=UTC)
ELLEN = Payer(contact_id="ellen", name="Ellen Park", role_label="Client", email="ellen@example.com")
MARCUS = Payer(
    contact_id="marcus", name="Marcus Lee", role_label="Buyer's agent", email="marcus@example.com"
)


def a_company(**changes: Any) -> Company:
    fields: dict[str, Any] = {
        "company_id": COMPANY,
        "name": "Harbor & Pine",
        "tagline": "Home Inspections",
        "time_zone": "America/Los_Angeles",
        "currency": "USD",
        "email": "office@harborpine.example",
        "phone": "(541) 555-0142",
        "address": "12 Dock St, Bend, OR 97701",
        "hue": 240,
        "plan": "pro",
        "trial": False,
        "policy": PaymentPolicy(
            payments_provider="integrated",
            collect_payment_after_publish=False,
            allow_deferred_payment=False,
        ),
        "revision": 1,
    }
    return Company(**(fields | changes))


def a_person(payer: Payer, role: str) -> Person:
    return Person(
        contact_id=payer.contact_id,
        role=role,  # type: ignore[arg-type]
        role_label=payer.role_label,
        name=payer.name,
        email=payer.email,
        phone="",
    )


PEOPLE = (
    a_person(ELLEN, "client"),
    a_person(MARCUS, "agent"),
    Person(
        contact_id="nwm",
        role="additional",
        role_label="Insurer",
        name="Northwest Mutual",
        email="claims@nwmutual.example",
        phone="",
    ),
)


def a_release(**changes: Any) -> ReleasePolicy:
    fields = {
        "collect_payment_after_publish": False,
        "require_payment": True,
        "require_payment_locked": False,
        "unlocked_by_staff": False,
    }
    return ReleasePolicy(**(fields | changes))


def an_inspection(**changes: Any) -> Inspection:
    fields: dict[str, Any] = {
        "inspection_id": INSPECTION,
        "number": "HP-3107",
        "status": "scheduled",
        "site": Site(
            site_id="site-1",
            street="1482 Alder Creek Rd",
            city="Bend",
            region="OR",
            postal_code="97702",
            note="2,140 sq ft, built 1998",
        ),
        "starts_at": datetime(2026, 12, 1, 17, 0, tzinfo=UTC),
        "duration_minutes": 150,
        "time_zone": "America/Los_Angeles",
        "inspector": Inspector(staff_id="dana", name="Dana Whitfield", phone="(541) 555-0150"),
        "people": PEOPLE,
        "lines": (
            ServiceLine(
                line_id="l1",
                service_id="full",
                kind="service",
                name="Full home inspection",
                amount_cents=47500,
            ),
            ServiceLine(
                line_id="l2",
                service_id="radon",
                kind="service",
                name="Radon test",
                amount_cents=15000,
            ),
        ),
        "currency": "USD",
        "policy": a_release(),
        "notifications_disabled": False,
        "agreement_id": "agreement-1",
        "reports": (),
        "scheduled_at": NOW,
        "published_at": None,
        "cancelled_at": None,
        "revision": 1,
    }
    return Inspection(**(fields | changes))


def an_invoice(**changes: Any) -> Invoice:
    fields: dict[str, Any] = {
        "invoice_id": CLIENT_INVOICE,
        "inspection_id": INSPECTION,
        "number": "HP-3107",
        "kind": "client",
        "payer": ELLEN,
        "status": "open",
        "lines": (
            InvoiceLine(name="Full home inspection", amount_cents=47500),
            InvoiceLine(name="Radon test", amount_cents=15000),
        ),
        "currency": "USD",
        "total_cents": 62500,
        "paid_cents": 0,
        "processing_cents": 0,
        "balance_cents": 62500,
        "surplus_cents": 0,
        "payments": (),
        "gate": "open",
        "deferral": None,
        "sent_at": None,
        "issued_on": date(2026, 11, 21),
        "due_on": date(2026, 12, 1),
        "revision": 1,
    }
    return Invoice(**(fields | changes))


def an_agents_invoice(**changes: Any) -> Invoice:
    fields: dict[str, Any] = {
        "invoice_id": AGENT_INVOICE,
        "number": "HP-3107-1",
        "kind": "third_party",
        "payer": MARCUS,
        "lines": (InvoiceLine(name="Sewer scope", amount_cents=17500),),
        "total_cents": 17500,
        "balance_cents": 17500,
    }
    return an_invoice(**(fields | changes))


def paid(invoice: Invoice, *, revision: int = 9) -> Invoice:
    return invoice.model_copy(
        update={
            "status": "paid",
            "paid_cents": invoice.total_cents,
            "balance_cents": 0,
            "revision": revision,
        }
    )


def company_changed(**changes: Any) -> CompanyChangedV1:
    return CompanyChangedV1(company_id=COMPANY, company=a_company(**changes))


def scheduled(**changes: Any) -> InspectionScheduledV1:
    return InspectionScheduledV1(company_id=COMPANY, inspection=an_inspection(**changes))


def invoice_changed(invoice: Invoice | None = None) -> InvoiceChangedV1:
    return InvoiceChangedV1(company_id=COMPANY, invoice=invoice or an_invoice())


def send_requested(invoice: Invoice | None = None, **changes: Any) -> InvoiceSendRequestedV1:
    fields: dict[str, Any] = {
        "company_id": COMPANY,
        "send_id": "send-1",
        "invoice": invoice or an_agents_invoice(),
        "subject": "Invoice {{ invoice_number }}",
        "body": "Please pay {{ amount_due }}.",
        "requested_by": "Priya Raman",
    }
    return InvoiceSendRequestedV1(**(fields | changes))


def balance_changed(**changes: Any) -> InspectionBalanceChangedV1:
    fields: dict[str, Any] = {
        "company_id": COMPANY,
        "inspection_id": INSPECTION,
        "currency": "USD",
        "total_cents": 62500,
        "paid_cents": 0,
        "processing_cents": 0,
        "balance_cents": 62500,
        "surplus_cents": 0,
        "report_released": False,
        "shares": (),
        "balance_revision": 1,
    }
    return InspectionBalanceChangedV1(**(fields | changes))


def payment(**changes: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "company_id": COMPANY,
        "payment_id": "payment-1",
        "invoice_id": CLIENT_INVOICE,
        "inspection_id": INSPECTION,
        "payer": ELLEN,
        "amount_cents": 62500,
        "currency": "USD",
        "method": "card",
        "method_label": "Visa ending 4242",
    }
    return fields | changes


def recorded(**changes: Any) -> PaymentRecordedV1:
    fields: dict[str, Any] = {
        "receipt_number": "R-88214",
        "paid_at": NOW - timedelta(minutes=1),
        "invoice_balance_cents": 0,
        "recorded_by": None,
    }
    return PaymentRecordedV1(**payment(**(fields | changes)))


def processing(**changes: Any) -> PaymentProcessingV1:
    return PaymentProcessingV1(**payment(method="us_bank_account", expected_on=None, **changes))


def failed(**changes: Any) -> PaymentFailedV1:
    fields = {"code": "declined", "reason": "The account has insufficient funds"}
    return PaymentFailedV1(**payment(**(fields | changes)))


def returned(**changes: Any) -> PaymentReturnedV1:
    fields = {"method": "us_bank_account", "reason": "insufficient funds (R01)"}
    return PaymentReturnedV1(**payment(**(fields | changes)))


def refunded(**changes: Any) -> PaymentRefundedV1:
    fields: dict[str, Any] = {
        "refund_id": "refund-1",
        "status": "succeeded",
        "with_credit": False,
        "reason": "Mold swab removed",
    }
    return PaymentRefundedV1(**payment(**(fields | changes)))


def disputed(status: str, **changes: Any) -> DisputeChangedV1:
    fields = {"dispute_id": "dispute-1", "status": status, "reason": "fraudulent"}
    return DisputeChangedV1(**payment(**(fields | changes)))


def agreement(version: int) -> AgreementIssuedV1:
    return AgreementIssuedV1(
        company_id=COMPANY,
        agreement_id="agreement-1",
        inspection_id=INSPECTION,
        version=version,
        title="Agreement",
        text="Text",
        total_cents=62500,
        issued_on=NOW.date(),
    )

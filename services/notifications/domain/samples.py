"""An invented inspection, so that a text can be previewed before there is a real one."""

from datetime import UTC, date, datetime

from services.notifications.domain.mail import (
    Audience,
    Mail,
    MailKind,
    PaymentFacts,
    Recipient,
    Words,
)
from services.notifications.domain.situation import Situation
from shared.contracts.billing import InspectionBalanceChangedV1, Invoice, InvoiceLine, Payer
from shared.contracts.jobs import Site
from shared.contracts.scheduling import (
    Company,
    Inspection,
    Inspector,
    ReleasePolicy,
    ServiceLine,
)

AT = datetime(2026, 12, 1, 17, 0, tzinfo=UTC)
CENTS = 47500
PAYER = Payer(
    contact_id="sample", name="Ellen Park", role_label="Client", email="ellen@example.com"
)
VALUES = (
    ("account_name", "Northwind Property Management"),
    ("ticket_number", "T-12"),
    ("ticket_subject", "Gate code"),
    ("ticket_message", "The code is 4821. The inspector calls before he arrives."),
    ("ticket_answered_by", "Priya Raman"),
    ("payment_method", "Visa ending 4242"),
)
PAYMENT_TEXTS = frozenset(
    {"receipt", "payment_processing", "payment_failed", "payment_returned", "refund"}
)


def sample_mail(key: str, words: Words | None) -> Mail:
    """A mail that is written with the text of this key."""
    kind = _kind(key)
    agent = key.endswith("_agent")
    return Mail(
        mail_id="sample",
        company_id="sample",
        kind=kind,
        recipient=Recipient(
            name="Marcus Lee" if agent else "Ellen Park",
            address="sample@example.com",
            audience=Audience.AGENT if agent else Audience.CLIENT,
        ),
        inspection_id="sample",
        payment=_payment() if key in PAYMENT_TEXTS else None,
        words=words,
        values=VALUES,
        text_key=key,
        queued_at=AT,
        not_before=AT,
    )


def sample_situation(key: str, company: Company) -> Situation:
    """Facts around it; the report is open only where the text says so."""
    return Situation(
        company=company,
        inspection=_inspection(company),
        invoice=_invoice(company, settled=key == "report_ready"),
        balance=_balance(company) if key == "report_ready" else None,
    )


def _kind(key: str) -> MailKind:
    if key.startswith("reminder_"):
        return MailKind.REMINDER
    if key.startswith("report_"):
        return MailKind.REPORT_PUBLISHED
    return MailKind(key.removesuffix("_agent"))


def _payment() -> PaymentFacts:
    return PaymentFacts(
        payment_id="sample",
        amount_cents=CENTS,
        currency="USD",
        method="card",
        method_label="Visa ending 4242",
        payer=PAYER,
        receipt_number="R-1001",
        happened_at=AT,
        invoice_balance_cents=0,
        reason="insufficient funds",
    )


def _inspection(company: Company) -> Inspection:
    return Inspection(
        inspection_id="sample",
        number="HP-1001",
        status="scheduled",
        site=Site(
            site_id="sample",
            street="1482 Alder Creek Rd",
            city="Bend",
            region="OR",
            postal_code="97702",
        ),
        starts_at=AT,
        duration_minutes=150,
        time_zone=company.time_zone,
        inspector=Inspector(staff_id="sample", name="Dana Whitfield", phone=""),
        people=(),
        lines=(
            ServiceLine(
                line_id="sample",
                service_id=None,
                kind="service",
                name="Full home inspection",
                amount_cents=CENTS,
            ),
        ),
        currency=company.currency,
        policy=ReleasePolicy(
            collect_payment_after_publish=False,
            require_payment=True,
            require_payment_locked=False,
            unlocked_by_staff=False,
        ),
        notifications_disabled=False,
        agreement_id=None,
        reports=(),
        scheduled_at=AT,
        published_at=None,
        cancelled_at=None,
        revision=1,
    )


def _invoice(company: Company, *, settled: bool) -> Invoice:
    return Invoice(
        invoice_id="sample",
        inspection_id="sample",
        number="HP-1001",
        kind="client",
        payer=PAYER,
        status="paid" if settled else "open",
        lines=(InvoiceLine(name="Full home inspection", amount_cents=CENTS),),
        currency=company.currency,
        total_cents=CENTS,
        paid_cents=CENTS if settled else 0,
        processing_cents=0,
        balance_cents=0 if settled else CENTS,
        surplus_cents=0,
        payments=(),
        gate="open",
        deferral=None,
        sent_at=None,
        issued_on=date(2026, 11, 21),
        due_on=date(2026, 12, 1),
        revision=1,
    )


def _balance(company: Company) -> InspectionBalanceChangedV1:
    return InspectionBalanceChangedV1(
        company_id=company.company_id,
        inspection_id="sample",
        currency=company.currency,
        total_cents=CENTS,
        paid_cents=CENTS,
        processing_cents=0,
        balance_cents=0,
        surplus_cents=0,
        report_released=True,
        shares=(),
        balance_revision=1,
    )

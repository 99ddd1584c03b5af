"""A small company with one inspection and two open invoices, as events tell it."""

from datetime import UTC, date, datetime, timedelta

from shared.contracts import billing, scheduling

NOW = datetime(2026, 11, 21, 18, 42, tzinfo=UTC)
COMPANY_ID = "company-1"
INSPECTION_ID = "inspection-1"
CLIENT_INVOICE = "invoice-1"
PAYER_INVOICE = "invoice-2"


def a_company(**changes):
    policy = changes.pop("policy", {})
    return scheduling.Company(
        **{
            "company_id": COMPANY_ID,
            "name": "Harbor & Pine",
            "tagline": "Home Inspections",
            "time_zone": "America/Los_Angeles",
            "currency": "USD",
            "email": "office@example.com",
            "phone": "(541) 555-0142",
            "address": "12 Dock Street, Bend, OR 97701",
            "hue": 240,
            "plan": "pro",
            "trial": False,
            "policy": {
                "payments_provider": "integrated",
                "collect_payment_after_publish": False,
                "allow_deferred_payment": False,
            }
            | policy,
            "revision": 1,
        }
        | changes
    )


def an_inspection(**changes):
    policy = changes.pop("policy", {})
    lines = [
        ("l1", "Full home inspection", "3-bed, 2,140 sq ft, built 1998", 47500),
        ("l2", "Sewer scope", "", 17500),
        ("l3", "Radon test", "48-hour continuous monitor", 15000),
    ]
    return scheduling.Inspection(
        **{
            "inspection_id": INSPECTION_ID,
            "number": "HP-3107",
            "status": "scheduled",
            "site": {
                "site_id": "site-1",
                "street": "1482 Alder Creek Rd",
                "city": "Bend",
                "region": "OR",
                "postal_code": "97702",
            },
            "starts_at": datetime(2026, 12, 1, 17, tzinfo=UTC),
            "duration_minutes": 150,
            "time_zone": "America/Los_Angeles",
            "inspector": {"staff_id": "s1", "name": "Dana Whitfield", "phone": ""},
            "people": [
                _person("c1", "client", "Client", "Ellen Park", "ellen@example.com"),
                _person("c2", "agent", "Buyer's agent", "Marcus Lee", "marcus@example.com"),
            ],
            "lines": [
                {
                    "line_id": line_id,
                    "service_id": line_id,
                    "kind": "service",
                    "name": name,
                    "note": note,
                    "amount_cents": cents,
                }
                for line_id, name, note, cents in lines
            ],
            "currency": "USD",
            "policy": {
                "collect_payment_after_publish": False,
                "require_payment": True,
                "require_payment_locked": False,
                "unlocked_by_staff": False,
            }
            | policy,
            "notifications_disabled": False,
            "agreement_id": "agreement-1",
            "reports": [],
            "scheduled_at": NOW - timedelta(days=3),
            "published_at": None,
            "cancelled_at": None,
            "revision": 1,
        }
        | changes
    )


def _person(contact_id, role, role_label, name, email):
    return {
        "contact_id": contact_id,
        "role": role,
        "role_label": role_label,
        "name": name,
        "email": email,
        "phone": "",
    }


def published(**changes):
    """An inspection with its report."""
    at = datetime(2026, 12, 2, 0, 10, tzinfo=UTC)
    report = {"report_id": "r1", "file_name": "Report.pdf", "size_bytes": 9, "published_at": at}
    return an_inspection(
        **{"status": "published", "published_at": at, "reports": [report], "revision": 5} | changes
    )


def an_invoice(**changes):
    """The client's invoice, $475.00 due."""
    total = changes.get("total_cents", 47500)
    paid = changes.get("paid_cents", 0)
    processing = changes.get("processing_cents", 0)
    return billing.Invoice(
        **{
            "invoice_id": CLIENT_INVOICE,
            "inspection_id": INSPECTION_ID,
            "number": "HP-3107",
            "kind": "client",
            "payer": {
                "contact_id": "c1",
                "name": "Ellen Park",
                "role_label": "Client",
                "email": "ellen@example.com",
            },
            "status": "open",
            "lines": [{"name": "Full home inspection", "amount_cents": total}],
            "currency": "USD",
            "total_cents": total,
            "paid_cents": paid,
            "processing_cents": processing,
            "balance_cents": max(0, total - paid - processing),
            "surplus_cents": 0,
            "payments": [],
            "gate": "open",
            "deferral": None,
            "sent_at": None,
            "issued_on": date(2026, 11, 18),
            "due_on": date(2026, 12, 1),
            "revision": 1,
        }
        | changes
    )


def a_third_party_invoice(**changes):
    """Northwest Mutual's invoice, $150.00 due."""
    return an_invoice(
        **{
            "invoice_id": PAYER_INVOICE,
            "number": "HP-3107-2",
            "kind": "third_party",
            "payer": {
                "contact_id": "c3",
                "name": "Northwest Mutual",
                "role_label": "Insurer",
                "email": "claims@example.com",
            },
            "total_cents": 15000,
            "lines": [
                {
                    "name": "Radon test",
                    "note": "48-hour continuous monitor",
                    "amount_cents": 15000,
                }
            ],
            "due_on": date(2026, 12, 4),
        }
        | changes
    )


def a_payment(**changes):
    return billing.InvoicePayment(
        **{
            "payment_id": "payment-1",
            "receipt_number": "R-88214",
            "amount_cents": 47500,
            "refunded_cents": 0,
            "method": "card",
            "method_label": "Visa ending 4242",
            "paid_at": datetime(2026, 11, 21, 18, 42, tzinfo=UTC),
        }
        | changes
    )


def paid(invoice, **changes):
    """The invoice, paid in full by card."""
    payment = a_payment(amount_cents=invoice.total_cents)
    return invoice.model_copy(
        update={
            "status": "paid",
            "paid_cents": invoice.total_cents,
            "balance_cents": 0,
            "payments": (payment,),
            "revision": invoice.revision + 1,
        }
        | changes
    )


def a_balance(**changes):
    """The whole bill: the agent has paid, the insurer and the client have not."""
    shares = [
        (CLIENT_INVOICE, "Ellen Park", "Client", "client", "open", 47500, 0, None),
        (
            "invoice-3",
            "Marcus Lee",
            "Your agent",
            "third_party",
            "paid",
            17500,
            17500,
            date(2026, 11, 18),
        ),
        (PAYER_INVOICE, "Northwest Mutual", "", "third_party", "open", 15000, 0, None),
    ]
    names = ("invoice_id", "payer_name", "role_label", "kind", "status")
    return billing.InspectionBalanceChangedV1(
        **{
            "company_id": COMPANY_ID,
            "inspection_id": INSPECTION_ID,
            "currency": "USD",
            "total_cents": 80000,
            "paid_cents": 17500,
            "processing_cents": 0,
            "balance_cents": 62500,
            "surplus_cents": 0,
            "report_released": False,
            "shares": [
                dict(zip(names, share[:5], strict=True))
                | {"total_cents": share[5], "paid_cents": share[6], "paid_on": share[7]}
                for share in shares
            ],
            "balance_revision": 1,
        }
        | changes
    )


def an_agreement(**changes):
    return scheduling.AgreementIssuedV1(
        **{
            "company_id": COMPANY_ID,
            "agreement_id": "agreement-1",
            "inspection_id": INSPECTION_ID,
            "version": 1,
            "title": "Inspection agreement",
            "text": "We inspect what can be seen.\n\nThe fee is $475.00.",
            "total_cents": 47500,
            "issued_on": date(2026, 11, 18),
        }
        | changes
    )


def settings(**changes):
    return billing.BillingSettingsChangedV1(
        **{
            "company_id": COMPANY_ID,
            "online_payments": True,
            "accepts_bank_payments": True,
            "settings_revision": 1,
        }
        | changes
    )


def told_company(**changes):
    return scheduling.CompanyChangedV1(company_id=COMPANY_ID, company=a_company(**changes))


def told_inspection(inspection=None, kind=scheduling.InspectionScheduledV1):
    return kind(company_id=COMPANY_ID, inspection=inspection or an_inspection())


def told_invoice(invoice=None):
    return billing.InvoiceChangedV1(company_id=COMPANY_ID, invoice=invoice or an_invoice())


def told_payment(kind, invoice=None, **changes):
    """A payment event about an invoice."""
    invoice = invoice or an_invoice()
    extra = {
        billing.PaymentProcessingV1: {"expected_on": date(2026, 11, 27)},
        billing.PaymentRecordedV1: {
            "receipt_number": "R-88214",
            "paid_at": NOW,
            "invoice_balance_cents": 0,
            "recorded_by": None,
        },
        billing.PaymentFailedV1: {"code": "card_declined", "reason": "Your card was declined."},
        billing.PaymentReturnedV1: {"reason": "The bank account was closed."},
    }
    return kind(
        **{
            "company_id": COMPANY_ID,
            "payment_id": "payment-1",
            "invoice_id": invoice.invoice_id,
            "inspection_id": INSPECTION_ID,
            "payer": invoice.payer,
            "amount_cents": invoice.total_cents,
            "currency": "USD",
            "method": "card",
            "method_label": "Visa ending 4242",
        }
        | extra[kind]
        | changes
    )

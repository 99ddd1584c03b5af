"""A customer account with single-site and multi-site invoices, as events tell it."""

from datetime import UTC, date, datetime, timedelta

from shared.contracts import billing, billing_accounts, scheduling_accounts
from shared.contracts.jobs import CustomFieldDefinition, Site
from tests.support.portal_samples import COMPANY_ID, NOW, an_invoice

ACCOUNT_ID = "account-1"
EMAIL = "ap@cascade.example"
SITE = Site(site_id="site-1", street="900 Bond St", city="Bend", region="OR", postal_code="97702")
ROOF = CustomFieldDefinition(field_id="f1", label="Roof access code")
TIER = CustomFieldDefinition(field_id="f2", label="Tier", kind="choice", choices=("A", "B"))


def an_account(**changes):
    return scheduling_accounts.CustomerAccount(
        **{
            "account_id": ACCOUNT_ID,
            "name": "Cascade Property Group",
            "people": [
                {"contact_id": "p1", "name": "Dana Whitfield", "email": EMAIL, "phone": ""},
                {
                    "contact_id": "p2",
                    "name": "Lee Ortiz",
                    "email": "lee@cascade.example",
                    "phone": "",
                },
            ],
            "address": "1 Main St, Bend, OR",
            "terms_days": 30,
            "sites": [SITE],
            "custom_fields": [
                {"field_id": "f1", "label": "Roof access code", "value": "4711"},
                {"field_id": "f2", "label": "Tier", "value": "A", "kind": "choice"},
            ],
            "active": True,
            "created_at": NOW - timedelta(days=400),
            "revision": 1,
        }
        | changes
    )


def told_account(**changes):
    return scheduling_accounts.CustomerAccountChangedV1(
        company_id=changes.pop("company_id", COMPANY_ID), account=an_account(**changes)
    )


def an_account_invoice(number, *, cents=10000, order="", issued=date(2026, 10, 1), **changes):
    """One open invoice of the account; `order` makes it a part of a multi-site one."""
    return an_invoice(
        **{
            "invoice_id": f"inv-{number}",
            "number": number,
            "account_id": ACCOUNT_ID,
            "order_id": f"order-{order}" if order else None,
            "order_number": order,
            "site_id": SITE.site_id,
            "site_line": f"{number} Bond St, Bend",
            "issued_on": issued,
            "due_on": issued + timedelta(days=30),
            "total_cents": cents,
            "job_created_at": NOW - timedelta(days=60),
            "lines": [{"name": "Backflow test", "amount_cents": cents}],
        }
        | changes
    )


def told(invoice):
    return billing.InvoiceChangedV1(company_id=COMPANY_ID, invoice=invoice)


def a_method(**changes):
    return billing_accounts.SavedMethod(
        **{
            "method_id": "pm-card",
            "account_id": ACCOUNT_ID,
            "kind": "card",
            "label": "Visa ending 4242",
            "expires": "04/2029",
            "is_default": True,
            "removed": False,
            "usable": True,
            "revision": 1,
        }
        | changes
    )


def told_method(**changes):
    return billing_accounts.PaymentMethodChangedV1(
        company_id=COMPANY_ID, method=a_method(**changes), changed_by="customer", actor_name="Dana"
    )


def told_autopay(**changes):
    return billing_accounts.AutopayChangedV1(
        **{
            "company_id": COMPANY_ID,
            "account_id": ACCOUNT_ID,
            "account_name": "Cascade Property Group",
            "enrolled": True,
            "enrolled_at": NOW,
            "method_id": "pm-card",
            "changed_by": "customer",
            "actor_name": "Dana",
            "autopay_revision": 1,
        }
        | changes
    )


def told_account_payment(**changes):
    payment = billing_accounts.AccountPayment(
        **{
            "account_payment_id": "pay-1",
            "account_id": ACCOUNT_ID,
            "status": "succeeded",
            "origin": "customer",
            "amount_cents": 30000,
            "refunded_cents": 0,
            "prepayment_cents": 0,
            "currency": "USD",
            "method": "card",
            "method_label": "Visa ending 4242",
            "allocations": [
                {"invoice_id": "inv-A1", "invoice_number": "A1", "amount_cents": 10000},
                {"invoice_id": "inv-A2", "invoice_number": "A2", "amount_cents": 20000},
            ],
            "receipt_number": "R-1",
            "payer_name": "Dana Whitfield",
            "payer_email": EMAIL,
            "reason": "",
            "started_at": NOW,
            "paid_at": NOW,
            "revision": 1,
        }
        | changes
    )
    return billing_accounts.AccountPaymentChangedV1(company_id=COMPANY_ID, payment=payment)


def told_prepayment(**changes):
    prepayment = billing_accounts.Prepayment(
        **{
            "prepayment_id": "pre-1",
            "account_id": ACCOUNT_ID,
            "account_payment_id": "pay-2",
            "amount_cents": 5000,
            "unapplied_cents": 5000,
            "applied": [],
            "currency": "USD",
            "received_at": datetime(2026, 11, 2, tzinfo=UTC),
            "revision": 1,
        }
        | changes
    )
    return billing_accounts.PrepaymentChangedV1(company_id=COMPANY_ID, prepayment=prepayment)


def told_recurring(**changes):
    service = scheduling_accounts.RecurringService(
        **{
            "recurring_id": "rec-1",
            "account_id": ACCOUNT_ID,
            "site": SITE,
            "service_id": "s1",
            "service_name": "Backflow test",
            "amount_cents": 10000,
            "cadence": "quarterly",
            "status": "active",
            "pause_reason": "",
            "next_on": date(2026, 12, 1),
            "revision": 1,
        }
        | changes
    )
    return scheduling_accounts.RecurringServiceChangedV1(company_id=COMPANY_ID, service=service)


def account_invoices():
    """Three single-site invoices ($100, $200, $300) and two orders of two and three sites."""
    return [
        told(an_account_invoice("A1", cents=10000, issued=date(2026, 9, 1))),
        told(an_account_invoice("A2", cents=20000, issued=date(2026, 10, 25))),
        told(an_account_invoice("A3", cents=30000, issued=date(2026, 11, 1))),
        *[
            told(
                an_account_invoice(f"B1-{n}", cents=5000 * n, order="B1", issued=date(2026, 10, 1))
            )
            for n in (1, 2)
        ],
        *[
            told(an_account_invoice(f"B2-{n}", cents=7000, order="B2", issued=date(2026, 11, 5)))
            for n in (1, 2, 3)
        ],
    ]

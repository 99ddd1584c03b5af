"""Every router of billing."""

from services.billing.entrypoints import (
    add_invoice_pages,
    api_invoices,
    api_payments,
    api_portal_rules,
    api_reports,
    api_split_rules,
    api_third_party,
    change_invoice_pages,
    internal,
    internal_invitations,
    invoice_pages,
    payments_pages,
    report_pages,
    settings_pages,
    third_party_pages,
    webhooks,
)

ROUTERS = (
    internal.router,
    internal_invitations.router,
    webhooks.router,
    api_invoices.router,
    api_payments.router,
    api_portal_rules.router,
    api_split_rules.router,
    api_third_party.router,
    api_reports.router,
    payments_pages.router,
    invoice_pages.router,
    settings_pages.router,
    add_invoice_pages.router,
    change_invoice_pages.router,
    third_party_pages.router,
    report_pages.router,
)

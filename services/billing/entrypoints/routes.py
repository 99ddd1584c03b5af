"""Every router of billing."""

from services.billing.entrypoints import (
    api_invoices,
    api_payments,
    api_portal_rules,
    api_third_party,
    internal,
    invoice_pages,
    payments_pages,
    settings_pages,
    third_party_pages,
    webhooks,
)

ROUTERS = (
    internal.router,
    webhooks.router,
    api_invoices.router,
    api_payments.router,
    api_portal_rules.router,
    api_third_party.router,
    payments_pages.router,
    invoice_pages.router,
    settings_pages.router,
    third_party_pages.router,
)

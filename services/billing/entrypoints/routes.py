"""Every router of billing."""

from services.billing.entrypoints import (
    api_invoices,
    api_payments,
    internal,
    invoice_pages,
    payments_pages,
    settings_pages,
    webhooks,
)

ROUTERS = (
    internal.router,
    webhooks.router,
    api_invoices.router,
    api_payments.router,
    payments_pages.router,
    invoice_pages.router,
    settings_pages.router,
)

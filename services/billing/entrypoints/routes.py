"""Every router of billing."""

from services.billing.entrypoints import internal, webhooks

ROUTERS = (internal.router, webhooks.router)

"""One module per Stripe resource; importing this package registers all their routes."""

from deploy.sandbox.api.resources import (
    accounts,
    balance,
    catalogue,
    charges,
    checkout_sessions,
    customers,
    disputes,
    events,
    mandates,
    payment_intents,
    payment_methods,
    payouts,
    refunds,
    setup_intents,
    tokens,
    webhook_endpoints,
)

__all__ = [
    "accounts",
    "balance",
    "catalogue",
    "charges",
    "checkout_sessions",
    "customers",
    "disputes",
    "events",
    "mandates",
    "payment_intents",
    "payment_methods",
    "payouts",
    "refunds",
    "setup_intents",
    "tokens",
    "webhook_endpoints",
]

"""The Stripe-shaped HTTP API: one gate, one table of routes, one module per resource."""

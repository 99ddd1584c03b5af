"""A Stripe-shaped server and a mail inbox for demo and tests; production never runs it."""

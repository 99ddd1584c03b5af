"""Signed events on their way to the product, with retries and with faults on demand."""

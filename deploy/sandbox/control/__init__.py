"""Routes under /_sandbox: tests and the demo steer the sandbox with them."""

"""What two services must agree on, and nothing else (see shared/README.md for the test of admission)."""

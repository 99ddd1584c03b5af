"""What two services must agree on, and nothing else (README.md has the test of admission)."""

"""What scheduling calls."""

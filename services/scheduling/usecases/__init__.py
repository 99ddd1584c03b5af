"""What scheduling does, one verb per file."""

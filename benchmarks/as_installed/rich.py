"""Stands for a package that only linters bring, and that structlog loads where it finds it."""

raise ImportError

"""Notifications: mails to clients and payers, and what staff see happening."""

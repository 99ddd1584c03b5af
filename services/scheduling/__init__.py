"""Scheduling: companies, staff, contacts, inspections, reports and the rules of payment."""

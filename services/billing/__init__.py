"""What is owed and what is paid: bills, invoices, payments, refunds and the ledger."""

"""Pages a payer sees: hosted checkout, bank and card setup, 3-D Secure."""

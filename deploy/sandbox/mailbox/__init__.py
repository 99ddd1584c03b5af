"""An SMTP server that keeps every mail, and the pages that show them."""

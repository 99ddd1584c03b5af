"""What the installed Stripe SDK knows: its requests, its objects, empty templates of both."""

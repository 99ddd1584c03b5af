"""Billing's settings."""

from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict

from shared.config import ServiceConfig


class BillingConfig(ServiceConfig):
    """What billing is told by its environment, all `BILLING_*`."""

    model_config = SettingsConfigDict(env_prefix="BILLING_", frozen=True, extra="ignore")

    mongo_database: str = "billing"
    http_port: int = 8102
    portal_url: str
    """Portal's own address (not the gateway); it mints the links of invoices."""
    stripe_secret_key: SecretStr
    stripe_api_base: str = "https://api.stripe.com"
    stripe_webhook_secrets: SecretStr
    """One or, while one is being replaced, several, separated by commas."""
    stripe_own_accounts: bool = False
    """True: every company connects a Stripe account of its own; False: the key is the company's."""

    @property
    def webhook_secrets(self) -> tuple[str, ...]:
        """The webhook secrets in force."""
        words = self.stripe_webhook_secrets.get_secret_value().split(",")
        return tuple(word.strip() for word in words if word.strip())

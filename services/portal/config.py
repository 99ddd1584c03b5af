"""The portal's settings, each read from `PORTAL_<NAME>`."""

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from shared.config import ServiceConfig


class PortalConfig(ServiceConfig):
    """What the portal needs beyond every service's settings."""

    model_config = SettingsConfigDict(env_prefix="PORTAL_", frozen=True, extra="ignore")

    billing_url: str
    """Where billing answers our own calls."""
    scheduling_url: str
    """Where scheduling answers our own calls."""
    notifications_url: str
    """Where notifications answers our own calls."""
    checkout_origins: str = "https://checkout.stripe.com"
    """Where the pay form may lead to besides our own origin, separated by spaces."""
    link_misses_per_minute: int = Field(default=10, gt=0)
    """How many links that do not exist one network address may try before it is slowed down."""
    inbound_mail_domain: str = "tickets.doorstep.example"
    """Mail to this domain is handed to us by the mail provider's webhook."""
    inbound_mail_secret: SecretStr = SecretStr("")
    """Signs that webhook; empty: no mail is taken."""

"""The settings of notifications."""

from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict

from shared.config import ServiceConfig


class NotificationsConfig(ServiceConfig):
    """What notifications is told by its environment."""

    model_config = SettingsConfigDict(env_prefix="NOTIFICATIONS_", frozen=True, extra="ignore")

    mongo_database: str = "notifications"
    portal_url: str
    """Where portal itself listens, not the gateway: links are minted on its internal route."""
    smtp_host: str
    smtp_port: int
    smtp_username: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_starttls: bool = False
    mail_from: str
    """The one address all mails come from, `Name <address>` or bare; replies go to the company."""
    mail_workers: int = 4
    """How many mails are on their way at once; also how many a crash may send twice."""

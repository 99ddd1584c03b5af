"""What one sandbox process is told from outside, all of it with the prefix SANDBOX_."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class SandboxSettings(BaseSettings):
    """Addresses, the state file and the pace of time; defaults are those of `make up`."""

    model_config = SettingsConfigDict(env_prefix="SANDBOX_", frozen=True)

    http_host: str = "127.0.0.1"
    http_port: int = 8105
    smtp_host: str = "127.0.0.1"
    smtp_port: int = 8125
    public_url: str = "http://localhost:8080"
    """The gateway as a browser sees it; hosted pages are below `/sandbox/stripe`."""
    state: Path
    """The SQLite file; it outlives the process."""
    webhook_url: str = ""
    """Where events go; empty means only endpoints registered through the API get any."""
    webhook_secret: str = Field(default="whsec_sandbox", min_length=6)
    inbound_mail_url: str = ""
    """Where the answer to a mail of the inbox goes; empty: mails cannot be answered."""
    inbound_mail_secret: str = ""
    ach_settle_seconds: float = Field(default=30, ge=0)
    """How long a bank debit is processing, and how long after settling a return comes back."""
    refund_settle_seconds: float = Field(default=30, ge=0)
    """How long a bank refund stays pending."""
    payout_seconds: float = Field(default=30, ge=0)
    """How long a payout is on its way."""
    webhook_backoff_seconds: tuple[float, ...] = (1, 2, 5, 10, 20, 40, 60)
    """Waits between delivery attempts; the last one repeats."""
    webhook_attempts_max: int = Field(default=200, ge=1)

"""What notifications tells: what became of mails, and what staff should know."""

from typing import ClassVar, Literal

from pydantic import AwareDatetime

from shared.contracts.event import Event

SuppressionReason = Literal["trial_account", "notifications_disabled", "no_address"]
AlertLevel = Literal["info", "success", "needs_action"]


class MailEvent(Event):
    """What became of one mail; the address stays in the mail log."""

    aggregate: ClassVar[str] = "mail"
    mail_id: str
    inspection_id: str | None
    kind: str
    """The template: `confirmation`, `receipt`, `share_details`, `invoice` ..."""
    at: AwareDatetime

    @property
    def aggregate_id(self) -> str:
        """The mail's id."""
        return self.mail_id


class EmailDeliveredV1(MailEvent):
    """The recipient's server accepted it."""

    name: ClassVar[str] = "notifications.email_delivered.v1"


class EmailBouncedV1(MailEvent):
    """It was refused for good."""

    name: ClassVar[str] = "notifications.email_bounced.v1"
    reason: str


class EmailSuppressedV1(MailEvent):
    """It was not sent, on purpose, and never will be (C13, C28)."""

    name: ClassVar[str] = "notifications.email_suppressed.v1"
    reason: SuppressionReason


class AlertRaisedV1(Event):
    """Staff were told something in the feed."""

    name: ClassVar[str] = "notifications.alert_raised.v1"
    aggregate: ClassVar[str] = "alert"
    alert_id: str
    inspection_id: str | None
    kind: str
    level: AlertLevel
    text: str

    @property
    def aggregate_id(self) -> str:
        """The alert's id."""
        return self.alert_id

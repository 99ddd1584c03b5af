"""How a standard text is written down."""

from dataclasses import dataclass

from services.notifications.domain.mail import Words
from services.notifications.domain.merge_tags import BUTTON_MARK

HELLO = "Hello {{ recipient_name }},"


@dataclass(frozen=True, kw_only=True)
class StandardText:
    """One editable text."""

    key: str
    title: str
    """As the settings page lists it."""
    sent_to: str
    words: Words
    needs_button: bool = False


def text(key: str, title: str, sent_to: str, subject: str, *paragraphs: str) -> StandardText:
    """A text of these paragraphs; one that has the button must keep it."""
    body = "\n\n".join(paragraphs)
    return StandardText(
        key=key,
        title=title,
        sent_to=sent_to,
        words=Words(subject=subject, body=body),
        needs_button=BUTTON_MARK in body,
    )

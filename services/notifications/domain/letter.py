"""What a mail says, apart from how it looks: the same for HTML and plain text."""

from dataclasses import dataclass, replace
from typing import Self

from services.notifications.domain.merge_tags import Block, ButtonHere

PATHS = {"inspection": "p", "invoice": "pay", "account": "account/in"}
STAFF_ALERTS = "/staff/notifications/alerts"
HIDDEN_TOKEN = "••••••••"  # noqa: S105 - stands in for one where a letter is shown or kept


@dataclass(frozen=True, kw_only=True)
class Button:
    """The one action, with the person's own link."""

    label: str
    url: str
    note: str
    """What the link gives, so that nobody forwards it unaware."""


@dataclass(frozen=True, kw_only=True)
class Sender:
    """The company as its clients know it."""

    name: str
    phone: str
    email: str
    address: str
    hue: int


@dataclass(frozen=True, kw_only=True)
class Letter:
    """One rendered mail in parts. `amount` and `eyebrow` also open the preheader."""

    kind: str
    sender: Sender
    recipient_name: str
    subject: str
    preheader: str
    eyebrow: str
    amount: str
    detail: str
    blocks: tuple[Block, ...]
    facts: tuple[tuple[str, str], ...] = ()
    button: Button | None = None

    @property
    def button_in_text(self) -> bool:
        """Whether the text itself says where the button stands."""
        return any(isinstance(block, ButtonHere) for block in self.blocks)

    def with_link(self, url: str) -> Self:
        """The same letter carrying a link."""
        button = replace(self.button, url=url) if self.button else None
        return replace(self, button=button)


def hidden_link(public_url: str, scope: str) -> str:
    """What stands in a letter's link where it is previewed or logged: no token, but its shape."""
    if scope == "staff":
        return f"{public_url}{STAFF_ALERTS}"
    return f"{public_url}/{PATHS[scope]}/{HIDDEN_TOKEN}"

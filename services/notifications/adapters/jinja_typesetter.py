"""Letters as HTML and as plain text, by the templates the caller brings."""

import re

import jinja2

from services.notifications.domain.colours import nearest
from services.notifications.domain.letter import Letter
from services.notifications.domain.merge_tags import ButtonHere, Paragraph
from shared.ui.navigation import HUES, Brand

MANY_EMPTY_LINES = re.compile(r"\n{3,}")


class JinjaTypesetter:
    """One layout for every kind of mail."""

    def __init__(self, templates: jinja2.Environment) -> None:
        """Templates must have `mail/letter.html` and `mail/letter.txt`."""
        self._templates = templates

    def html(self, letter: Letter) -> str:
        return self._rendered("mail/letter.html", letter)

    def text(self, letter: Letter) -> str:
        return MANY_EMPTY_LINES.sub("\n\n", self._rendered("mail/letter.txt", letter)).strip()

    def _rendered(self, template: str, letter: Letter) -> str:
        before, after = _around_button(letter)
        button = letter.button if letter.button_in_text else None
        sender = letter.sender
        return self._templates.get_template(template).render(
            letter=letter,
            before=before,
            following=after,
            brand=Brand(
                name=sender.name,
                phone=sender.phone,
                email=sender.email,
                hue=nearest(sender.hue, HUES),
            ),
            subject=letter.subject,
            preheader=letter.preheader,
            button=(button.label, button.url) if button else None,
            reason=_reason(letter, button.note if button else ""),
        )


def _around_button(letter: Letter) -> tuple[list[str], list[str]]:
    before: list[str] = []
    after: list[str] = []
    target = before
    for block in letter.blocks:
        if isinstance(block, ButtonHere):
            target = after
        elif isinstance(block, Paragraph):
            target.append(block.text)
    return before, after


def _reason(letter: Letter, note: str) -> str:
    sent_to = f"Sent to {letter.recipient_name}." if letter.recipient_name else ""
    return f"{sent_to} {note}".strip()

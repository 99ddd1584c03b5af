"""`{{ tag }}` in a text that staff may edit: an own substitution, not a template language.

Only listed tags exist, a value is inserted as plain text and never looked at again, and no tag
yields a link: `sign_and_pay` marks where the button stands, which the letter draws (R32, C10).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from shared.problems import InvalidError

TAG = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
BUTTON_TAG = "sign_and_pay"
BUTTON_MARK = "{{ sign_and_pay }}"
PARAGRAPH_BREAK = re.compile(r"\n[ \t]*\n")

TAGS: Mapping[str, str] = {
    "recipient_name": "Name of the person the email goes to",
    "company_name": "Your company's name",
    "company_phone": "Your phone number",
    "company_email": "Your email address",
    "inspection_number": "Number of the inspection",
    "property_address": "Full address of the property",
    "property_street": "First line of the address",
    "inspection_time": "Date, time and time zone",
    "inspector_name": "Who carries out the inspection",
    "services": "The services, in one line",
    "total": "Total of the order",
    "amount_due": "What can be paid now",
    "due_date": "When it is due",
    "payment_line": "One sentence about what is due, or not due yet",
    "invoice_number": "Number of the invoice",
    "payment_amount": "Amount of the payment or refund",
    "payment_method": "Card or bank account it was made with",
    "payer_name": "Who paid",
    "receipt_number": "Number of the receipt",
    "reason": "Why a payment did not go through",
    "account_name": "Name of the customer account",
    "ticket_number": "Number of a ticket",
    "ticket_subject": "Subject of a ticket",
    "ticket_message": "What staff answered",
    "ticket_answered_by": "Who answered a ticket",
    BUTTON_TAG: "The button with the person's own link",
}
"""Every tag and what it stands for, as the editor lists them."""


class UnknownMergeTagError(InvalidError):
    """The text names a tag that does not exist, so it would be sent as it stands."""

    code = "unknown_merge_tag"
    title = "There is no such merge tag"


class MissingSignAndPayError(InvalidError):
    """The body has no `Sign & Pay` button, so the recipient could not open anything (R23, C11)."""

    code = "missing_sign_and_pay"
    title = "The Sign & Pay button is missing from the message"


@dataclass(frozen=True)
class Paragraph:
    """Plain text; line breaks are kept."""

    text: str


@dataclass(frozen=True)
class ButtonHere:
    """The place of the button."""


Block = Paragraph | ButtonHere


def tags_in(text: str) -> list[str]:
    """The tags a text names, in order, known or not."""
    return [match[1] for match in TAG.finditer(text)]


def has_button(body: str) -> bool:
    """Whether the body says where the button stands."""
    return BUTTON_TAG in tags_in(body)


def check_tags(*texts: str) -> None:
    """Raise UnknownMergeTagError naming every tag that is not on the list."""
    unknown = sorted({tag for text in texts for tag in tags_in(text)} - set(TAGS))
    if unknown:
        named = ", ".join(f"{{{{ {tag} }}}}" for tag in unknown)
        raise UnknownMergeTagError(f"There is no merge tag {named}", tags=unknown)


def check_button(body: str, *, force: bool) -> None:
    """Raise MissingSignAndPayError when the button was deleted, unless that is wanted (C11)."""
    if not has_button(body) and not force:
        raise MissingSignAndPayError(
            f"Put {BUTTON_MARK} back into the message, or send it without the button on purpose"
        )


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with every tag replaced by its value; the button's tag by nothing."""
    return TAG.sub(lambda match: values.get(match[1], ""), text)


def subject_line(text: str, values: Mapping[str, str]) -> str:
    """A filled subject on one line, whatever was typed or inserted."""
    return " ".join(filled(text, values).split())


def blocks(body: str, values: Mapping[str, str]) -> tuple[Block, ...]:
    """The body as paragraphs, with the button where its tag stood; a second button is dropped."""
    found: list[Block] = []
    for position, part in enumerate(_around_button(body)):
        if position == 1:
            found.append(ButtonHere())
        texts = PARAGRAPH_BREAK.split(filled(part, values))
        found += [Paragraph(text.strip()) for text in texts if text.strip()]
    return tuple(found)


def _around_button(body: str) -> list[str]:
    unified = body.replace("\r\n", "\n").replace("\r", "\n")
    marks = [match for match in TAG.finditer(unified) if match[1] == BUTTON_TAG]
    if not marks:
        return [unified]
    return [unified[: marks[0].start()], unified[marks[0].end() :]]

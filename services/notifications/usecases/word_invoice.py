"""The mail of an invoice before anybody has changed a word: what staff begin to edit (R41)."""

from services.notifications.domain.composing import merge_values
from services.notifications.domain.mail import Mail, Words
from services.notifications.domain.merge_tags import BUTTON_MARK, BUTTON_TAG, filled, subject_line
from services.notifications.usecases.choose_words import choose_words
from services.notifications.usecases.ports import Desk


async def word_invoice(mail: Mail, *, desk: Desk) -> Words:
    """The company's own text with its tags filled in; the button's mark stays (R32)."""
    situation = await desk.views.situation(mail.company_id, mail.inspection_id, mail.invoice_id)
    words = await choose_words(mail, situation, desk.texts)
    values = merge_values(mail, situation)
    return Words(
        subject=subject_line(words.subject, values),
        body=filled(words.body, values | {BUTTON_TAG: BUTTON_MARK}),
    )

"""Which words a mail is written with: those typed for it, the company's own, or the standard."""

from services.notifications.domain.mail import Mail, MailKind, Words
from services.notifications.domain.merge_tags import BUTTON_MARK, has_button
from services.notifications.domain.situation import Situation
from services.notifications.domain.standard_texts import BY_KEY, text_key
from services.notifications.usecases.ports import Texts


async def choose_words(mail: Mail, situation: Situation, texts: Texts) -> Words:
    """Subject and body with merge tags. An invoice never loses its pay button."""
    key = text_key(mail, situation)
    if mail.words is not None:
        return _with_button(mail.words) if mail.kind is MailKind.INVOICE else mail.words
    changed = await texts.changed(mail.company_id)
    return changed.get(key, BY_KEY[key].words)


def _with_button(words: Words) -> Words:
    if has_button(words.body):
        return words
    return Words(subject=words.subject, body=f"{words.body.rstrip()}\n\n{BUTTON_MARK}")

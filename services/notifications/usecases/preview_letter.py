"""Show a mail exactly as it would go out, with dots where the link would be."""

from services.notifications.domain.composing import compose, link_scope
from services.notifications.domain.letter import hidden_link
from services.notifications.domain.mail import Mail, Words
from services.notifications.domain.refusals import InspectionNotFoundError
from services.notifications.domain.situation import Situation
from services.notifications.usecases.choose_words import choose_words
from services.notifications.usecases.ports import Desk, KeptLetter
from services.notifications.usecases.ports_outside import Typesetter


async def preview_letter(
    mail: Mail, *, desk: Desk, typesetter: Typesetter, public_url: str
) -> KeptLetter:
    """The same rendering as when sending. No link is minted: a preview cannot leak one (R32)."""
    situation = await desk.views.situation(
        mail.company_id, mail.inspection_id, mail.invoice_id, mail.account_id
    )
    if situation.company is None or (mail.inspection_id and situation.inspection is None):
        raise InspectionNotFoundError
    words = await choose_words(mail, situation, desk.texts)
    return typeset(mail, situation, words, typesetter, public_url)


def typeset(
    mail: Mail, situation: Situation, words: Words, typesetter: Typesetter, public_url: str
) -> KeptLetter:
    """A letter whose link is hidden."""
    scope = link_scope(mail, situation) or "inspection"
    letter = compose(mail, situation, words, hidden_link(public_url, scope))
    return KeptLetter(
        subject=letter.subject, html=typesetter.html(letter), text=typesetter.text(letter)
    )

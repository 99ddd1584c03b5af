"""A company words one of its mails in its own way, or goes back to the standard."""

from datetime import datetime

from services.notifications.domain.mail import Words
from services.notifications.domain.refusals import TextNotFoundError
from services.notifications.domain.standard_texts import BY_KEY
from services.notifications.usecases.ports import Desk
from services.notifications.usecases.share_details import check_words


async def edit_text(
    company_id: str, key: str, words: Words | None, *, by: str, desk: Desk, now: datetime
) -> None:
    """Use `words` from the next mail on; None is the standard text again.

    A text that has the button must keep it: a client could not open anything (R23).
    """
    if key not in BY_KEY:
        raise TextNotFoundError
    if words is None or words == BY_KEY[key].words:
        await desk.texts.remove(company_id, key)
        return
    check_words(words, force=not BY_KEY[key].needs_button)
    await desk.texts.put(company_id, key, words, by=by, at=now)

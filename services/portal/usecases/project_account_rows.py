"""A batch of events becomes one read and one write per kind of row of the account customers."""

from collections.abc import Iterable

from services.portal.domain.account_facts import account_facts
from services.portal.domain.account_rows import newest
from services.portal.usecases.ports_accounts import RowProjections
from shared.contracts.event import Event


async def project_account_rows(events: Iterable[Event], rows: RowProjections) -> None:
    """Keep the newest of every row; right for any order and any number of repeats."""
    facts = [fact for event in events for fact in account_facts(event)]
    if not facts:
        return
    known = await rows.known({(fact.table.name, fact.row_id) for fact in facts})
    news = newest(known, facts)
    if news:
        await rows.replace(news.values())

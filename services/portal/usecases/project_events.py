"""A batch of events becomes one read and one write of the views."""

from collections.abc import Iterable
from datetime import datetime

from services.portal.domain.facts import facts_of
from services.portal.domain.fold import fold
from services.portal.usecases.ports import Projections
from shared.contracts.event import Event
from shared.crash_points import crash_point


async def project_events(told: Iterable[tuple[Event, datetime]], projections: Projections) -> None:
    """Fold the events into the views they touch; right for any order and any number of repeats."""
    facts = [fact for event, told_at in told for fact in facts_of(event, told_at)]
    if not facts:
        return
    known = await projections.revisions({fact.view_id for fact in facts})
    changes = fold(known, facts)
    if changes:
        await projections.write(changes)
    crash_point("portal.projected-not-committed")

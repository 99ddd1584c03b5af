"""A consumer emptied its view and wants everything told again."""

from services.scheduling.usecases.ports import Desk
from shared.contracts.portal import ViewRebuildRequestedV1


async def note_rebuild(event: ViewRebuildRequestedV1, *, desk: Desk) -> None:
    """Note the wish; `tell_again` fulfils it in batches, also after a crash."""
    await desk.note_rebuild(event.rebuild_id)

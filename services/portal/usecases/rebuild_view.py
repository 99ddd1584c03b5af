"""An operator empties the read model and has every owner tell its state again."""

from services.portal.usecases.ports import Rebuilding
from shared.contracts.portal import ViewRebuildRequestedV1

PLATFORM = "*"
"""The rebuild concerns every company."""


async def rebuild_view(rebuild_id: str, rebuilding: Rebuilding) -> int:
    """Empty all views and ask for them. Links and signatures are ours and stay.

    Returns how many views were emptied; pages answer "being prepared" until the events come.
    """
    event = ViewRebuildRequestedV1(company_id=PLATFORM, rebuild_id=rebuild_id)
    return await rebuilding.empty(event)

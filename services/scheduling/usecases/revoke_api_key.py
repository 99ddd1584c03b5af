"""A key ends."""

from datetime import datetime

from services.scheduling.domain.access import ApiKey
from services.scheduling.usecases.ports import Desk, Office


async def revoke_api_key(company_id: str, key_id: str, *, office: Office, now: datetime) -> ApiKey:
    """Make the key useless; tokens already minted from it last 15 minutes at most."""

    async def work(desk: Desk) -> ApiKey:
        before = await desk.api_key(company_id, key_id)
        after = before.revoked(now)
        if after != before:
            await desk.write(after, before=before)
        return after

    return await office.transaction(work)

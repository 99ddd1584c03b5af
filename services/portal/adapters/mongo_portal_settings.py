"""The portal's own settings in MongoDB, one document per company."""

from collections.abc import Callable

from services.portal.domain.portal_settings import PortalSettings
from shared.contracts.portal import PortalSettingsChangedV1
from shared.messaging.outbox import Outbox
from shared.mongo import Collection, Document, Session, Store

SETTINGS = "portal_settings"
COLLECTIONS = (Collection(SETTINGS),)


class MongoPortalSettings:
    """`_id` is the company's id."""

    def __init__(self, store: Store, outbox: Outbox) -> None:
        """A change is told in the transaction that makes it."""
        self._store = store
        self._outbox = outbox

    async def of(self, company_id: str) -> PortalSettings:
        """One find; a company without a document has the defaults."""
        return await self._find(company_id, None)

    async def change(
        self, company_id: str, edit: Callable[[PortalSettings], PortalSettings]
    ) -> PortalSettings:
        """Read, edit, write and tell; two at once conflict and one of them reads anew."""

        async def work(session: Session) -> PortalSettings:
            now = await self._find(company_id, session)
            edited = edit(now)
            if edited == now:
                return now
            kept = edited.model_copy(update={"revision": now.revision + 1})
            document = {**kept.model_dump(mode="json"), "_id": company_id}
            wanted = {"_id": company_id}
            await self._store[SETTINGS].replace_one(wanted, document, upsert=True, session=session)
            await self._outbox.add([settings_changed(kept)], session)
            return kept

        return await self._store.transaction(work)

    async def _find(self, company_id: str, session: Session) -> PortalSettings:
        found: Document | None = await self._store[SETTINGS].find_one(
            {"_id": company_id}, session=session
        )
        return PortalSettings.model_validate({**(found or {}), "company_id": company_id})


def settings_changed(settings: PortalSettings) -> PortalSettingsChangedV1:
    """What everybody may know of them."""
    return PortalSettingsChangedV1(
        company_id=settings.company_id,
        display_name=settings.display_name,
        tickets=settings.tickets,
        ticket_assignee_staff_id=settings.ticket_assignee_staff_id if settings.tickets else None,
        settings_revision=settings.revision,
        upcoming_services=settings.upcoming_services,
        service_history=settings.service_history,
    )

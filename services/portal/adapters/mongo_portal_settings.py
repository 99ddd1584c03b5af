"""The portal's own settings in MongoDB, one document per company."""

from services.portal.domain.portal_settings import PortalSettings
from shared.mongo import Collection, Document, Store

SETTINGS = "portal_settings"
COLLECTIONS = (Collection(SETTINGS),)


class MongoPortalSettings:
    """`_id` is the company's id."""

    def __init__(self, store: Store) -> None:
        """The portal's own database."""
        self._store = store

    async def of(self, company_id: str) -> PortalSettings:
        """One find; a company without a document has the defaults."""
        document: Document | None = await self._store[SETTINGS].find_one({"_id": company_id})
        return PortalSettings.model_validate({**(document or {}), "company_id": company_id})

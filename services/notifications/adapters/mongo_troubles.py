"""What went wrong about an invoice's payments, as far as its reminders care."""

from pymongo import ASCENDING, IndexModel

from services.notifications.domain.reminders import invoices_charged_in_vain
from shared.contracts.billing import DisputeChangedV1, Invoice
from shared.contracts.event import Event
from shared.mongo import Collection, Session, Store

OF_INVOICE = IndexModel([("company_id", ASCENDING), ("invoice_id", ASCENDING)], name="of_invoice")
COLLECTIONS = (
    Collection("disputes", indexes=(OF_INVOICE,)),
    Collection("vain_charges", indexes=(OF_INVOICE,)),
)


class MongoTroubles:
    """Facts that hold in whichever order, and however often, we hear of them."""

    def __init__(self, store: Store, session: Session | None = None) -> None:
        """With a session, reads and writes belong to its transaction."""
        self._store = store
        self._session = session

    async def keep(self, event: Event) -> None:
        if isinstance(event, DisputeChangedV1):
            await self._keep_dispute(event)
        for invoice_id in invoices_charged_in_vain(event):
            await self._keep_vain_charge(event, invoice_id)

    async def disputed(self, company_id: str, invoice: Invoice | None) -> bool:
        if invoice is None:
            return False
        wanted = {"company_id": company_id, "invoice_id": invoice.invoice_id, "ended": False}
        found = await self._store["disputes"].find_one(wanted, {"_id": 1}, session=self._session)
        return found is not None

    async def charged_in_vain(self, company_id: str, invoice: Invoice | None) -> bool:
        if invoice is None:
            return False
        wanted = {"company_id": company_id, "invoice_id": invoice.invoice_id}
        found = await self._store["vain_charges"].find_one(
            wanted, {"_id": 1}, session=self._session
        )
        return found is not None

    async def _keep_dispute(self, event: DisputeChangedV1) -> None:
        """Once it has ended it stays ended, in whichever order we hear of it."""
        open_ = event.status in {"needs_response", "under_review"}
        fact = {"company_id": event.company_id, "invoice_id": event.invoice_id}
        await self._store["disputes"].update_one(
            {"_id": event.dispute_id, "company_id": event.company_id},
            {"$set": fact, "$setOnInsert": {"ended": False}}
            if open_
            else {"$set": {**fact, "ended": True}},
            upsert=True,
            session=self._session,
        )

    async def _keep_vain_charge(self, event: Event, invoice_id: str) -> None:
        await self._store["vain_charges"].replace_one(
            {"_id": f"{event.aggregate_id}:{invoice_id}"},
            {"company_id": event.company_id, "invoice_id": invoice_id},
            upsert=True,
            session=self._session,
        )

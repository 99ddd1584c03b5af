"""Everything that others keep of a company's accounts, as events to be told once more."""

from collections.abc import AsyncIterator, Sequence

from services.billing.adapters.mongo_shapes import attempt_value, value
from services.billing.domain.account_told import autopay_changed, method_changed, payment_news
from services.billing.domain.charge_run import ChargeRun, run_changed
from services.billing.domain.methods import Autopay, SavedMethod
from shared.contracts.event import Event
from shared.mongo import Store


async def told_of_accounts(store: Store, company_id: str) -> AsyncIterator[Sequence[Event]]:
    """Payments oldest first, then methods, enrolments and charge runs."""
    own = {"company_id": company_id}
    paid = store["attempts"].find({**own, "account_id": {"$gt": ""}}).sort("created_at", 1)
    async for row in paid:
        news = payment_news(attempt_value(row))
        if news:
            yield news
    async for row in store["payment_methods"].find(own):
        method = value(SavedMethod, row, key="method_id")
        yield [method_changed(method, by="staff", name="")]
    names = {row["_id"]: row["name"] async for row in store["accounts"].find(own, {"name": 1})}
    async for row in store["autopay"].find(own):
        autopay = value(Autopay, row, key="account_id")
        name = names.get(autopay.account_id, "")
        yield [autopay_changed(autopay, account_name=name, by="staff", name="")]
    async for row in store["charge_runs"].find(own):
        yield [run_changed(value(ChargeRun, row, key="run_id"))]

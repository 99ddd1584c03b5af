"""The stores of account customers on either backend, and what is told to them."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from services.portal.adapters.mongo_account_rows import MongoRowProjections
from services.portal.adapters.mongo_account_services import MongoServices
from services.portal.adapters.mongo_accounts import MongoAccounts
from services.portal.adapters.mongo_begun_payments import MongoBegunPayments
from services.portal.adapters.mongo_sign_ins import MongoSignInEnding, MongoSignIns
from services.portal.main import SERVICE
from services.portal.usecases.end_sign_ins import end_sign_ins
from services.portal.usecases.ports_accounts import Account
from services.portal.usecases.project_account_rows import project_account_rows
from shared.messaging.outbox import OUTBOX, Outbox
from tests.support.portal_account_samples import (
    ACCOUNT_ID,
    account_invoices,
    told_account,
    told_account_payment,
    told_autopay,
    told_method,
    told_prepayment,
    told_recurring,
)
from tests.support.portal_samples import (
    COMPANY_ID,
    NOW,
    an_inspection,
    told_inspection,
)

OF = Account(COMPANY_ID, ACCOUNT_ID)
TODAY = date(2026, 11, 21)
VISIT = told_inspection(
    an_inspection(account={"account_id": ACCOUNT_ID, "name": "Cascade", "terms_days": 30})
)
EVERYTHING = (
    told_account(),
    *account_invoices(),
    told_method(),
    told_method(method_id="pm-bank", kind="us_bank_account", is_default=False, label="Bank"),
    told_autopay(),
    told_account_payment(),
    told_prepayment(),
    told_recurring(),
    VISIT,
)


@dataclass
class Kept:
    """All stores of accounts on one backend."""

    accounts: Any
    services: Any
    sign_ins: Any
    end: Any
    begun: Any
    project: Any
    told: Any
    store: Any = None


def on_mongo(store):
    async def project(*events):
        await store.transaction(
            lambda session: project_account_rows(events, MongoRowProjections(store, session))
        )

    async def end(told):
        await store.transaction(
            lambda session: end_sign_ins(told, MongoSignInEnding(store, session))
        )

    async def told_names():
        return [row["type"] async for row in store[OUTBOX.name].find().sort("seq")]

    outbox = Outbox(store, SERVICE)
    accounts, services = MongoAccounts(store), MongoServices(store)
    sign_ins, begun = MongoSignIns(store, outbox), MongoBegunPayments(store)
    return Kept(accounts, services, sign_ins, end, begun, project, told_names, store)


async def everything(accounts, services):
    """All that pages can read of the account."""
    return (
        await accounts.account(OF),
        await accounts.open_totals(OF, TODAY),
        await accounts.open_invoices(OF, None, None, 50),
        await accounts.open_parents(OF),
        await accounts.open_children(OF, "order-B2", 50),
        await accounts.all_invoices(OF, None, 50),
        await accounts.history(OF, None, 50),
        await accounts.prepayments(OF, None, 50),
        await accounts.methods(OF),
        await accounts.autopay(OF),
        await services.visits(OF, ["scheduled"], newest_first=False, limit=50),
        await services.recurring(OF, "active", limit=50),
    )


def a_visit(visit_id, **changes):
    account = {"account_id": ACCOUNT_ID, "name": "Cascade", "terms_days": 30}
    number = changes.pop("number", visit_id)
    return told_inspection(
        an_inspection(inspection_id=visit_id, number=number, account=account, **changes)
    )


def later(hours):
    return NOW + timedelta(hours=hours)

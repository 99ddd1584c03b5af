"""What pages of account customers read in the database: no more than they show."""

from datetime import date, timedelta
from uuid import uuid4

from services.portal.adapters.mongo_accounts import MongoAccounts
from services.portal.domain import account_rows as rows
from services.portal.main import COLLECTIONS
from shared.messaging.outbox import OUTBOX
from shared.mongo import Store
from tests.contract.portal.account_stores import EVERYTHING, OF, TODAY, a_visit, on_mongo
from tests.support.portal_account_samples import (
    ACCOUNT_ID,
    an_account_invoice,
    told,
    told_recurring,
)
from tests.support.portal_samples import (
    COMPANY_ID,
    NOW,
)


def winning(explained):
    """The plan that ran, wherever the answer keeps it."""
    if isinstance(explained, dict):
        if "winningPlan" in explained:
            return explained["winningPlan"]
        parts = list(explained.values())
    else:
        parts = explained if isinstance(explained, list) else []
    return next((plan for part in parts if (plan := winning(part)) is not None), None)


def stages(plan):
    """Every stage of a query plan, whatever its shape."""
    if isinstance(plan, dict):
        found = [plan["stage"]] if isinstance(plan.get("stage"), str) else []
        return found + [name for part in plan.values() for name in stages(part)]
    return [name for part in plan for name in stages(part)] if isinstance(plan, list) else []


async def test_totals_read_the_index_and_no_document(request):
    store = Store(request.getfixturevalue("mongo"), f"portal_{uuid4().hex[:12]}")
    await store.ensure((OUTBOX, *COLLECTIONS))
    await on_mongo(store).project(*EVERYTHING)
    asked = []

    class Watched(Store):
        async def aggregate(self, name, pipeline, session=None):
            asked.append((name, pipeline))
            return await super().aggregate(name, pipeline, session)

    watched = Watched(request.getfixturevalue("mongo"), store[OUTBOX.name].database.name)
    accounts = MongoAccounts(watched)
    await accounts.open_totals(OF, TODAY)
    await accounts.open_parents(OF)
    assert len(asked) == 2
    for name, pipeline in asked:
        explained = await store[name].database.command(
            "explain",
            {"aggregate": name, "pipeline": pipeline, "cursor": {}},
            verbosity="executionStats",
        )
        ran = stages(winning(explained))
        assert {"FETCH", "COLLSCAN"} & set(ran) == set()
        assert "IXSCAN" in ran
    await watched.close()
    await store.close()


async def test_a_page_reads_no_more_documents_than_it_shows(request):
    store = Store(request.getfixturevalue("mongo"), f"portal_{uuid4().hex[:12]}")
    await store.ensure((OUTBOX, *COLLECTIONS))
    await on_mongo(store).project(
        *[
            told(an_account_invoice(f"N{n:03}", issued=date(2026, 1, 1) + timedelta(days=n // 3)))
            for n in range(90)
        ]
    )
    owned = {"company_id": COMPANY_ID, "account_id": ACCOUNT_ID}
    behind = {"$or": [{"issued_on": {"$gt": "2026-01-05"}}]}
    command = {
        "find": rows.INVOICES.name,
        "filter": {**owned, "open": True, "kind": {"$in": ["multi", "single"]}, **behind},
        "sort": {"issued_on": 1, "number": 1},
        "limit": 26,
        "hint": "open",
    }
    explained = await store[rows.INVOICES.name].database.command(
        "explain", command, verbosity="executionStats"
    )
    assert "SORT" not in stages(winning(explained))
    assert explained["executionStats"]["totalDocsExamined"] <= 27
    await store.close()


async def test_a_page_of_services_reads_no_more_documents_than_it_shows(request):
    store = Store(request.getfixturevalue("mongo"), f"portal_{uuid4().hex[:12]}")
    await store.ensure((OUTBOX, *COLLECTIONS))
    kept = on_mongo(store)
    await kept.project(
        *[a_visit(f"v{n:03}", starts_at=NOW + timedelta(hours=n // 3)) for n in range(90)],
        *[told_recurring(recurring_id=f"r{n:03}", status="paused") for n in range(90)],
    )
    database = store[OUTBOX.name].database
    await database.command("profile", 2)
    standing = ["scheduled", "published"]
    behind = ((NOW + timedelta(hours=9)).isoformat(), "v028")
    for way in (True, False):
        await kept.services.visits(OF, standing, newest_first=way, limit=11, behind=behind)
    await kept.services.visits(OF, standing, newest_first=False, limit=11, since=NOW)
    await kept.services.recurring(OF, "paused", limit=11, behind="r028")
    await database.command("profile", 0)
    asked = [row async for row in database["system.profile"].find({"command.limit": 11})]
    assert len(asked) == 4
    for found in asked:
        assert found["nreturned"] == 11
        assert found["docsExamined"] <= 14
        assert not found.get("hasSortStage", False)
    await store.close()

"""Rows, sign-ins and begun payments of account customers: memory and database promise the same."""

import random
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import permutations
from typing import Any
from uuid import uuid4

import pytest

from services.portal.adapters.mongo_account_rows import MongoRowProjections
from services.portal.adapters.mongo_account_services import MongoServices
from services.portal.adapters.mongo_accounts import MongoAccounts
from services.portal.adapters.mongo_begun_payments import MongoBegunPayments
from services.portal.adapters.mongo_sign_ins import MongoSignInEnding, MongoSignIns
from services.portal.adapters.mongo_views import MongoRebuilding
from services.portal.domain import account_rows as rows
from services.portal.domain.account_access import AccountSession, SignInLink
from services.portal.main import COLLECTIONS, SERVICE
from services.portal.usecases.end_sign_ins import end_sign_ins
from services.portal.usecases.ports_accounts import Account, Begun
from services.portal.usecases.project_account_rows import project_account_rows
from shared.contracts.portal import SignInLinkRequestedV1, ViewRebuildRequestedV1
from shared.messaging.outbox import OUTBOX, Outbox
from shared.mongo import Store
from tests.support.portal_account_fakes import (
    MemoryBegun,
    MemoryRows,
    MemoryServices,
    MemorySignIns,
)
from tests.support.portal_account_samples import (
    ACCOUNT_ID,
    EMAIL,
    SITE,
    account_invoices,
    an_account_invoice,
    told,
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
    a_payment,
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


@pytest.fixture(params=["memory", "mongo"])
async def kept(request):
    if request.param == "memory":
        accounts, sign_ins = MemoryRows(), MemorySignIns()

        async def project(*events):
            await project_account_rows(events, accounts)

        async def told_names():
            return [event.name for event in sign_ins.told]

        async def end(told):
            await end_sign_ins(told, sign_ins)

        services = MemoryServices(accounts)
        yield Kept(accounts, services, sign_ins, end, MemoryBegun(), project, told_names)
        return
    store = Store(request.getfixturevalue("mongo"), f"portal_{uuid4().hex[:12]}")
    await store.ensure((OUTBOX, *COLLECTIONS))
    yield on_mongo(store)
    await store.close()


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


async def test_any_order_and_any_number_of_deliveries_give_one_state(kept):
    newer = (
        told_account(name="Cascade Group", revision=2),
        told(an_account_invoice("A1", status="paid", balance_cents=0, revision=2)),
        told_method(removed=True, revision=2),
        told_autopay(enrolled=False, autopay_revision=2),
        told_account_payment(refunded_cents=100, revision=2),
    )
    await kept.project(*EVERYTHING, *newer)
    straight = await everything(kept.accounts, kept.services)
    assert straight[0].account.name == "Cascade Group"
    other = MemoryRows()
    jumbled = [*EVERYTHING, *newer, *EVERYTHING]
    random.Random(7).shuffle(jumbled)
    for event in jumbled:
        await project_account_rows([event], other)
    assert await everything(other, MemoryServices(other)) == straight
    await kept.project(*EVERYTHING)
    assert await everything(kept.accounts, kept.services) == straight


async def test_figures_and_lists_are_of_the_account_alone(kept):
    await kept.project(
        *EVERYTHING,
        told(an_account_invoice("X1", account_id="account-2", cents=77700)),
        told(an_account_invoice("P1", status="paid", balance_cents=0)),
        told(an_account_invoice("T1", kind="third_party")),
    )
    totals = await kept.accounts.open_totals(OF, TODAY)
    assert (totals.single.count, totals.single.balance_cents) == (3, 60000)
    assert (totals.multi.count, totals.multi.balance_cents) == (5, 36000)
    assert (totals.overdue_count, totals.overdue_cents) == (3, 25000)
    assert totals.days_late(TODAY) == 51
    assert await kept.accounts.invoices(OF, ["inv-X1"]) == []
    assert await kept.accounts.account(Account("company-2", ACCOUNT_ID)) is None
    listed = [row.number for row in await kept.accounts.all_invoices(OF, None, 50)]
    assert "T1" not in listed
    assert "P1" in listed


async def test_the_oldest_come_first_and_pages_miss_and_repeat_nothing(kept):
    same_day = [told(an_account_invoice(f"S{n}", issued=date(2026, 10, 3))) for n in range(7)]
    await kept.project(*EVERYTHING, *same_day)
    seen, after = [], None
    while True:
        page = await kept.accounts.open_invoices(OF, None, after, 3)
        seen += page
        if len(page) < 3:
            break
        after = (page[-1].issued_on.isoformat(), page[-1].number)
    assert seen == await kept.accounts.open_invoices(OF, None, None, 50)
    assert [row.number for row in seen[:4]] == ["A1", "B1-1", "B1-2", "S0"]
    assert len({row.invoice_id for row in seen}) == 15


async def test_history_mixes_payments_and_credits_and_hides_parts(kept):
    credit = {"lines": [{"name": "Credit", "amount_cents": -500}]}
    by_hand = a_payment(payment_id="cash-1", paid_at=NOW - timedelta(days=2))
    part = a_payment(payment_id="part-1", account_payment_id="pay-1")
    await kept.project(
        told_account_payment(),
        *[
            told_account_payment(account_payment_id=f"p{n}", started_at=NOW - timedelta(hours=n))
            for n in range(5)
        ],
        told(an_account_invoice("C1", issued=date(2026, 11, 20), **credit)),
        told(an_account_invoice("C2", issued=date(2026, 11, 20), **credit)),
        told(an_account_invoice("A1", payments=[by_hand, part])),
    )
    seen, before = [], None
    while True:
        page = await kept.accounts.history(OF, before, 2)
        seen += [entry.entry_id for entry in page]
        if len(page) < 2:
            break
        before = (page[-1].at.isoformat(), page[-1].entry_id)
    assert seen == ["pay-1", "p0", "p1", "p2", "p3", "p4", "inv-C2", "inv-C1", "cash-1"]
    assert (await kept.accounts.payment(OF, "cash-1")).account_payment_id is None
    assert await kept.accounts.payment(OF, "part-1") is None


async def test_prepayments_of_one_moment_are_paged_without_losing_one(kept):
    await kept.project(*[told_prepayment(prepayment_id=f"pre-{n}") for n in range(5)])
    seen, before = [], None
    while page := await kept.accounts.prepayments(OF, before, 2):
        seen += [row.prepayment.prepayment_id for row in page]
        before = (page[-1].at.isoformat(), seen[-1])
    assert seen == ["pre-4", "pre-3", "pre-2", "pre-1", "pre-0"]


def a_visit(visit_id, **changes):
    account = {"account_id": ACCOUNT_ID, "name": "Cascade", "terms_days": 30}
    number = changes.pop("number", visit_id)
    return told_inspection(
        an_inspection(inspection_id=visit_id, number=number, account=account, **changes)
    )


async def test_visits_turn_their_pages_also_between_visits_of_one_moment(kept):
    hours = {"v1": 1, "v2": 2, "v3": 2, "v4": 2, "v5": 3, "v6": -1}
    await kept.project(
        *[a_visit(name, starts_at=NOW + timedelta(hours=h)) for name, h in hours.items()],
        a_visit("gone", status="cancelled", starts_at=NOW + timedelta(hours=2)),
        told_inspection(an_inspection(inspection_id="other", starts_at=NOW + timedelta(hours=2))),
    )

    async def turned(**asked):
        seen, behind = [], None
        while True:
            page = await kept.services.visits(
                OF, ["scheduled", "published"], limit=2, behind=behind, **asked
            )
            seen += [row.inspection_id for row in page]
            if len(page) < 2:
                return seen
            behind = (page[-1].starts_at.isoformat(), page[-1].number)

    assert await turned(newest_first=False, since=NOW) == ["v1", "v2", "v3", "v4", "v5"]
    end = NOW + timedelta(hours=3)
    assert await turned(newest_first=True, until=end) == ["v4", "v3", "v2", "v1", "v6"]


async def test_recurring_services_turn_their_pages_by_name_and_street(kept):
    def service(service_id, name, street, **changes):
        site = {**SITE.model_dump(), "street": street}
        return told_recurring(
            recurring_id=service_id, service_name=name, site=site, status="paused", **changes
        )

    await kept.project(
        service("r4", "Backflow", "2 Elm"),
        service("r1", "Backflow", "1 Elm"),
        service("r3", "Backflow", "1 Elm"),
        service("r2", "Alarm", "9 Elm"),
        service("r5", "Roof", "1 Elm"),
        service("other", "Alarm", "1 Elm", account_id="account-2"),
        told_recurring(recurring_id="active"),
    )
    seen, behind = [], ""
    while True:
        page = await kept.services.recurring(OF, "paused", limit=2, behind=behind)
        seen += [row.service.recurring_id for row in page]
        if len(page) < 2:
            break
        behind = seen[-1]
    assert seen == ["r2", "r1", "r3", "r4", "r5"]
    foreign = await kept.services.recurring(OF, "paused", limit=9, behind="other")
    assert [row.service.recurring_id for row in foreign] == seen


async def test_one_visit_and_one_recurring_service_are_of_the_account_alone(kept):
    await kept.project(a_visit("mine"), told_recurring())
    stranger = Account(COMPANY_ID, "account-2")
    assert (await kept.services.visit(OF, "mine")).inspection_id == "mine"
    assert (await kept.services.recurring_service(OF, "rec-1")).service.status == "active"
    assert await kept.services.visit(stranger, "mine") is None
    assert await kept.services.recurring_service(stranger, "rec-1") is None


async def test_an_address_finds_its_active_accounts(kept):
    await kept.project(
        told_account(),
        told_account(account_id="account-2", name="Aspen"),
        told_account(account_id="account-3", active=False),
        told_account(account_id="account-4", people=[]),
    )
    found = await kept.accounts.with_email(f" {EMAIL.upper()}")
    assert [row.account.name for _, row in found] == ["Aspen", "Cascade Property Group"]


async def test_a_rebuild_empties_the_rows_and_the_events_bring_them_back(request):
    store = Store(request.getfixturevalue("mongo"), f"portal_{uuid4().hex[:12]}")
    await store.ensure((OUTBOX, *COLLECTIONS))
    kept = on_mongo(store)
    await kept.project(*EVERYTHING)
    before = await everything(kept.accounts, kept.services)
    event = ViewRebuildRequestedV1(company_id="*", rebuild_id="rebuild-1")
    assert await MongoRebuilding(store, Outbox(store, SERVICE)).empty(event) > 0
    assert await kept.accounts.account(OF) is None
    await kept.project(*EVERYTHING)
    assert await everything(kept.accounts, kept.services) == before
    await store.close()


REQUESTED = SignInLinkRequestedV1(
    company_id=COMPANY_ID,
    request_id="r1",
    account_id=ACCOUNT_ID,
    account_name="Cascade",
    contact_id="p1",
    recipient=EMAIL,
    recipient_name="Dana",
    requested_at=NOW,
)
LINK = SignInLink("l1", COMPANY_ID, ACCOUNT_ID, "p1", EMAIL, NOW, NOW + timedelta(minutes=15))
SESSION = AccountSession("s1", COMPANY_ID, EMAIL, None, "", NOW, NOW)


async def test_a_request_too_soon_after_another_tells_nothing(kept):
    pause = timedelta(minutes=1)
    later = NOW + pause
    assert await kept.sign_ins.request("k", NOW, NOW - pause, [REQUESTED])
    assert not await kept.sign_ins.request("k", NOW, NOW - pause, [REQUESTED])
    assert await kept.sign_ins.request("k", later, later - pause, [REQUESTED])
    assert await kept.told() == [REQUESTED.name] * 2


async def test_a_link_begins_one_session(kept):
    await kept.sign_ins.add_link(LINK, "d1")
    assert await kept.sign_ins.link("d1") == LINK
    assert await kept.sign_ins.use_link("d1", NOW, SESSION)
    assert not await kept.sign_ins.use_link("d1", NOW, replace(SESSION, digest="s2"))
    assert await kept.sign_ins.session("s1") == SESSION
    assert await kept.sign_ins.session("s2") is None


async def test_an_expired_link_begins_none(kept):
    await kept.sign_ins.add_link(LINK, "d1")
    assert not await kept.sign_ins.use_link("d1", LINK.expires_at, SESSION)
    assert await kept.sign_ins.session("s1") is None


async def test_a_session_is_touched_chosen_and_ended(kept):
    await kept.sign_ins.add_link(LINK, "d1")
    await kept.sign_ins.use_link("d1", NOW, SESSION)
    await kept.sign_ins.touch("s1", NOW + timedelta(hours=1))
    await kept.sign_ins.touch("s1", NOW)
    await kept.sign_ins.choose("s1", ACCOUNT_ID, "p1")
    found = await kept.sign_ins.session("s1")
    assert (found.seen_at, found.account_id) == (NOW + timedelta(hours=1), ACCOUNT_ID)
    await kept.sign_ins.end("s1")
    assert await kept.sign_ins.session("s1") is None


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_who_was_removed_and_put_back_signs_in_again_whatever_came_first(kept, order):
    """Removed at 10:00, back at 11:00: what began before ends, of this person and account only."""
    lee = "lee@cascade.example"
    begun = {
        "before": replace(SESSION, account_id=ACCOUNT_ID, email=EMAIL),
        "after": replace(SESSION, account_id=ACCOUNT_ID, created_at=NOW + timedelta(hours=3)),
        "lee": replace(SESSION, account_id=ACCOUNT_ID, email=lee),
        "elsewhere": replace(SESSION, account_id="account-2"),
    }
    for name, session in begun.items():
        link = replace(LINK, account_id=session.account_id, email=session.email.title())
        link = replace(link, created_at=session.created_at, expires_at=NOW + timedelta(days=1))
        await kept.sign_ins.add_link(link, name)
        await kept.sign_ins.add_link(link, f"unused {name}")
        assert await kept.sign_ins.use_link(name, NOW, replace(session, digest=name))
    told = [
        (told_account(), NOW),
        (told_account(revision=2, people=told_account().account.people[1:]), later(1)),
        (told_account(revision=3), later(2)),
    ]
    for number in (*order, *order):
        await kept.end([told[number]])
    left = [name for name in begun if await kept.sign_ins.session(name)]
    links = [name for name in begun if await kept.sign_ins.link(f"unused {name}")]
    assert left == links == ["after", "lee", "elsewhere"]


def later(hours):
    return NOW + timedelta(hours=hours)


async def test_what_was_begun_is_remembered_once(kept):
    begun = Begun(ACCOUNT_ID, "k1", "pay-1", "payment", 100, NOW, "processing")
    await kept.begun.remember(begun)
    await kept.begun.remember(replace(begun, payment_id="pay-2"))
    assert await kept.begun.find(ACCOUNT_ID, "k1") == begun
    assert await kept.begun.find("account-2", "k1") is None
    await kept.begun.note_state(ACCOUNT_ID, "k1", "succeeded")
    assert (await kept.begun.find(ACCOUNT_ID, "k1")).state == "succeeded"


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

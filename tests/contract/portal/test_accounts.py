"""Rows, sign-ins and begun payments of account customers: memory and database promise the same."""

import random
from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

from services.portal.adapters.mongo_views import MongoRebuilding
from services.portal.main import COLLECTIONS, SERVICE
from services.portal.usecases.ports_accounts import Account, Begun
from services.portal.usecases.project_account_rows import project_account_rows
from shared.contracts.portal import ViewRebuildRequestedV1
from shared.messaging.outbox import OUTBOX, Outbox
from shared.mongo import Store
from tests.contract.portal.account_stores import (
    EVERYTHING,
    OF,
    TODAY,
    a_visit,
    everything,
    on_mongo,
)
from tests.support.portal_account_fakes import (
    MemoryRows,
    MemoryServices,
)
from tests.support.portal_account_samples import (
    ACCOUNT_ID,
    EMAIL,
    SITE,
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


async def test_what_was_begun_is_remembered_once(kept):
    begun = Begun(ACCOUNT_ID, "k1", "pay-1", "payment", 100, NOW, "processing")
    await kept.begun.remember(begun)
    await kept.begun.remember(replace(begun, payment_id="pay-2"))
    assert await kept.begun.find(ACCOUNT_ID, "k1") == begun
    assert await kept.begun.find("account-2", "k1") is None
    await kept.begun.note_state(ACCOUNT_ID, "k1", "succeeded")
    assert (await kept.begun.find(ACCOUNT_ID, "k1")).state == "succeeded"

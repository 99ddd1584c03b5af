"""Secret calendar addresses and whose appointments they show, in memory and in MongoDB."""

from dataclasses import replace
from datetime import timedelta

from services.notifications.domain.calendar_feed import CalendarFeed, FeedKind
from shared.contracts.jobs import AccountRef
from shared.contracts.scheduling import InspectionRescheduledV1
from tests.support import notifications_accounts as accounts
from tests.support import notifications_events as told
from tests.support.notifications_events import COMPANY, NOW

FEED = CalendarFeed(
    company_id=COMPANY,
    kind=FeedKind.STAFF,
    subject_id=accounts.PRIYA,
    token_hash="hash-1",
    made_at=NOW,
)


async def test_a_subject_has_one_address_and_it_comes_back_as_it_was_kept(desks):
    kept = desks.reading.calendars
    await kept.put(FEED)
    second = replace(FEED, token_hash="hash-2")
    await kept.put(second)

    assert await kept.by_hash("hash-1") is None
    assert await kept.by_hash("hash-2") == second
    assert await kept.of(COMPANY, FeedKind.STAFF, accounts.PRIYA) == second
    assert await kept.all(COMPANY, FeedKind.STAFF) == [second]
    assert await kept.all(COMPANY, FeedKind.ACCOUNT) == []
    assert not await kept.remove("other", FeedKind.STAFF, accounts.PRIYA)
    assert await kept.remove(COMPANY, FeedKind.STAFF, accounts.PRIYA)
    assert await kept.by_hash("hash-2") is None


async def test_appointments_are_found_by_inspector_account_and_client(desks):
    account = AccountRef(account_id=accounts.ACCOUNT, name="Northwind", terms_days=30)
    late = told.an_inspection(account=account, starts_at=NOW + timedelta(days=20))
    soon = told.an_inspection(inspection_id="soon", account=account, people=told.PEOPLE[1:])
    past = told.an_inspection(inspection_id="past", starts_at=NOW - timedelta(days=90))
    for inspection in (late, soon, past):
        event = InspectionRescheduledV1(company_id=COMPANY, inspection=inspection)
        await desks.together(lambda desk, event=event: desk.views.keep(event, NOW))

    async def found(kind, subject_id, company_id=COMPANY):
        rows = await desks.reading.views.appointments(
            company_id, kind, subject_id, since=NOW - timedelta(days=60), limit=9
        )
        return [row.inspection_id for row in rows]

    inspector = late.inspector.staff_id
    assert await found(FeedKind.STAFF, inspector) == ["soon", late.inspection_id]
    assert await found(FeedKind.ACCOUNT, accounts.ACCOUNT) == ["soon", late.inspection_id]
    assert await found(FeedKind.CLIENT, "ellen") == [late.inspection_id]
    assert await found(FeedKind.CLIENT, "marcus") == []
    assert await found(FeedKind.STAFF, inspector, "other") == []


async def test_the_accounts_of_a_company_by_name(desks):
    for name in ("Zeta", "Alder"):
        event = accounts.account_changed(account_id=f"account-{name}", name=name)
        await desks.together(lambda desk, event=event: desk.views.keep(event, NOW))

    assert [one.name for one in await desks.reading.views.accounts(COMPANY)] == ["Alder", "Zeta"]
    assert await desks.reading.views.accounts("other") == []


async def test_what_customers_may_see_is_kept_by_company_and_revision(desks):
    hidden = accounts.customers_see(settings_revision=2, upcoming_services=False)
    for event in (hidden, accounts.customers_see()):
        await desks.together(lambda desk, event=event: desk.views.keep(event, NOW))

    assert await desks.reading.views.portal_settings(COMPANY) == hidden
    assert await desks.reading.views.portal_settings("other") is None

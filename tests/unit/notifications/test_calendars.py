"""Appointments in people's calendars: by mail, and by a secret address."""

from datetime import timedelta

import pytest
from icalendar import Calendar

from services.notifications.adapters.calendar_files import ICalendarFiles
from services.notifications.domain.calendar_feed import FeedKind
from services.notifications.domain.refusals import CalendarNotFoundError
from services.notifications.usecases.read_appointment import read_appointment
from services.notifications.usecases.read_calendar_feed import read_calendar_feed
from services.notifications.usecases.renew_calendar_feed import renew_calendar_feed
from services.notifications.usecases.revoke_calendar_feed import revoke_calendar_feed
from shared.contracts.jobs import AccountRef
from shared.contracts.scheduling import (
    Contact,
    ContactChangedV1,
    InspectionCancelledV1,
    InspectionRescheduledV1,
)
from tests.support import notifications_accounts as accounts
from tests.support import notifications_events as told
from tests.support.notifications_fakes import Bench

INSPECTOR = told.an_inspection().inspector.staff_id


def events(content: bytes):
    return [part for part in Calendar.from_ical(content).walk() if part.name == "VEVENT"]


async def token_of(bench, kind, subject_id, token="token-1"):
    return await renew_calendar_feed(
        told.COMPANY,
        kind,
        subject_id,
        new_token=lambda: token,
        desk=bench.desk,
        now=bench.now,
    )


async def read(bench, token):
    return await read_calendar_feed(token, desk=bench.desk, files=ICalendarFiles(), now=bench.now)


@pytest.fixture
async def bench():
    bench = Bench()
    contact = Contact(
        contact_id="ellen", name="Ellen Park", email="ellen@example.com", phone="", revision=1
    )
    await bench.hear(
        told.company_changed(),
        accounts.account_changed(),
        accounts.member(INSPECTOR, role="inspector"),
        ContactChangedV1(company_id=told.COMPANY, contact=contact),
        told.invoice_changed(),
    )
    return bench


async def test_booking_moving_and_cancelling_are_one_appointment_in_the_clients_calendar(bench):
    moved = told.an_inspection(revision=2, starts_at=told.NOW + timedelta(days=9))
    ended = moved.model_copy(update={"revision": 3, "status": "cancelled"})
    await bench.hear(told.scheduled())
    await bench.send_due()
    await bench.hear(InspectionRescheduledV1(company_id=told.COMPANY, inspection=moved))
    await bench.send_due()
    await bench.hear(InspectionCancelledV1(company_id=told.COMPANY, inspection=ended))
    await bench.send_due()

    files = [sent.calendar for sent in bench.post.to("ellen@example.com")]
    assert [file.method for file in files] == ["REQUEST", "REQUEST", "CANCEL"]
    found = [events(file.content)[0] for file in files]
    assert len({str(event["uid"]) for event in found}) == 1
    assert [int(event["sequence"]) for event in found] == [1, 2, 3]
    assert found[1].decoded("dtstart") == moved.starts_at
    assert str(found[0]["organizer"]) == "mailto:office@harborpine.example"
    assert str(found[0]["attendee"]) == "mailto:ellen@example.com"
    assert str(found[2]["status"]) == "CANCELLED"


async def test_without_an_address_of_the_company_it_is_published_not_asked(bench):
    await bench.hear(told.company_changed(email="", revision=2), told.scheduled())
    await bench.send_due()

    file = bench.post.to("ellen@example.com")[0].calendar
    assert file.method == "PUBLISH"
    assert b"METHOD:PUBLISH" in file.content


@pytest.mark.parametrize(
    ("kind", "subject_id"),
    [
        (FeedKind.STAFF, INSPECTOR),
        (FeedKind.ACCOUNT, accounts.ACCOUNT),
        (FeedKind.CLIENT, "ellen"),
    ],
)
async def test_a_feed_holds_the_appointments_of_its_subject_only(bench, kind, subject_id):
    account = AccountRef(account_id=accounts.ACCOUNT, name="Northwind", terms_days=30)
    mine = told.an_inspection(account=account)
    other = told.an_inspection(
        inspection_id="other",
        inspector=mine.inspector.model_copy(update={"staff_id": "somebody"}),
        people=(),
    )
    await bench.hear(told.scheduled(account=account))
    await bench.desk.views.keep(
        InspectionRescheduledV1(company_id=told.COMPANY, inspection=other), bench.now
    )
    token = await token_of(bench, kind, subject_id)

    content = await read(bench, token)

    assert [str(event["uid"]) for event in events(content)] == [f"{told.INSPECTION}@doorstep"]
    assert content == await read(bench, token)
    with_names = b"Ellen Park" in content
    assert with_names is (kind is FeedKind.STAFF)


async def test_a_new_address_ends_the_one_before_and_a_revoked_one_is_not_found(bench):
    first = await token_of(bench, FeedKind.STAFF, INSPECTOR, "token-1")
    second = await token_of(bench, FeedKind.STAFF, INSPECTOR, "token-2")

    with pytest.raises(CalendarNotFoundError):
        await read(bench, first)
    assert b"BEGIN:VCALENDAR" in await read(bench, second)
    await revoke_calendar_feed(told.COMPANY, FeedKind.STAFF, INSPECTOR, desk=bench.desk)
    with pytest.raises(CalendarNotFoundError):
        await read(bench, second)
    with pytest.raises(CalendarNotFoundError):
        await revoke_calendar_feed(told.COMPANY, FeedKind.STAFF, INSPECTOR, desk=bench.desk)


async def test_a_token_is_nowhere_but_with_its_owner(bench):
    token = await token_of(bench, FeedKind.STAFF, INSPECTOR, "a-secret-token")

    assert token not in repr(bench.desk.calendars.kept)


async def test_who_has_left_or_is_of_another_company_has_no_calendar(bench):
    token = await token_of(bench, FeedKind.STAFF, INSPECTOR)
    await bench.hear(accounts.member(INSPECTOR, active=False, revision=2))

    with pytest.raises(CalendarNotFoundError):
        await read(bench, token)
    for kind in FeedKind:
        with pytest.raises(CalendarNotFoundError):
            await token_of(bench, kind, "nobody")


async def test_who_may_not_see_coming_visits_has_no_calendar_and_gets_none(bench):
    token = await token_of(bench, FeedKind.ACCOUNT, accounts.ACCOUNT)
    own = await token_of(bench, FeedKind.STAFF, INSPECTOR, "token-2")
    await bench.hear(accounts.customers_see(upcoming_services=False))

    with pytest.raises(CalendarNotFoundError):
        await read(bench, token)
    with pytest.raises(CalendarNotFoundError):
        await token_of(bench, FeedKind.ACCOUNT, accounts.ACCOUNT)
    assert await read(bench, own)
    await bench.hear(accounts.customers_see(settings_revision=2))
    assert await read(bench, token)


async def test_past_visits_are_in_an_accounts_calendar_only_if_its_pages_show_them(bench):
    account = AccountRef(account_id=accounts.ACCOUNT, name="Northwind", terms_days=30)
    for name, hours in (("earlier", -2), ("later", 2)):
        at = bench.now + timedelta(hours=hours)
        inspection = told.an_inspection(inspection_id=name, account=account, starts_at=at)
        event = InspectionRescheduledV1(company_id=told.COMPANY, inspection=inspection)
        await bench.desk.views.keep(event, bench.now)
    mine = await token_of(bench, FeedKind.ACCOUNT, accounts.ACCOUNT)
    inspectors = await token_of(bench, FeedKind.STAFF, INSPECTOR, "token-2")
    await bench.hear(accounts.customers_see(service_history=False))

    async def shown(token):
        return [str(event["uid"]) for event in events(await read(bench, token))]

    assert await shown(mine) == ["later@doorstep"]
    assert await shown(inspectors) == ["earlier@doorstep", "later@doorstep"]
    await bench.hear(accounts.customers_see(settings_revision=2))
    assert await shown(mine) == ["earlier@doorstep", "later@doorstep"]


async def test_the_appointment_a_client_keeps_is_the_one_his_mails_move(bench):
    await bench.hear(told.scheduled())
    await bench.send_due()
    (mailed,) = events(bench.post.to("ellen@example.com")[0].calendar.content)

    async def kept(company_id=told.COMPANY):
        return await read_appointment(
            company_id, told.INSPECTION, desk=bench.desk, files=ICalendarFiles()
        )

    content = await kept()

    (event,) = events(content)
    for name in ("uid", "sequence", "dtstart", "dtend", "summary", "location"):
        assert event[name].to_ical() == mailed[name].to_ical()
    assert b"METHOD:PUBLISH" in content
    assert b"Ellen Park" not in content
    assert content == await kept()
    with pytest.raises(CalendarNotFoundError):
        await kept("another-company")

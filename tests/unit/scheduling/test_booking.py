"""Scheduling, duplicating, rescheduling: what is written and told, and under which policy."""

from datetime import UTC, datetime, timedelta

import pytest

from services.scheduling.domain.agreement import Agreement
from services.scheduling.domain.contact import Contact
from services.scheduling.domain.inspection import Inspection
from services.scheduling.domain.refusals import (
    BadFieldError,
    BillBelowZeroError,
    LastClientError,
    RequirePaymentLockedError,
    UnknownError,
)
from services.scheduling.usecases._booking import NewLine, NewPerson
from services.scheduling.usecases.change_policy import ChangePolicy, change_policy
from services.scheduling.usecases.duplicate_inspection import (
    DuplicateInspection,
    duplicate_inspection,
)
from services.scheduling.usecases.reschedule_inspection import (
    RescheduleInspection,
    reschedule_inspection,
)
from shared.contracts.scheduling import (
    AgreementIssuedV1,
    ContactChangedV1,
    InspectionRescheduledV1,
    InspectionScheduledV1,
)
from shared.problems import RefusalError
from tests.support.scheduling_samples import NINE_IN_BEND


async def collect_after_publish(world, on=True):
    await change_policy(
        ChangePolicy(company_id=world.company_id, collect_payment_after_publish=on),
        office=world.office,
    )


async def duplicated(world, inspection):
    command = DuplicateInspection(
        company_id=world.company_id,
        inspection_id=inspection.inspection_id,
        starts_at=NINE_IN_BEND + timedelta(days=7),
    )
    return await duplicate_inspection(
        command, office=world.office, secrets=world.secrets, now=world.now
    )


async def test_a_booking_is_told_with_its_whole_state(world):
    inspection = await world.booked()
    (told,) = world.told(InspectionScheduledV1)
    assert told.inspection.number == "HP-3101"
    assert told.inspection.people[0].name == "Ellen Park"
    assert told.inspection.lines[0].amount_cents == 47_500
    assert told.inspection.revision == inspection.revision == 1
    assert told.inspection.agreement_id == inspection.agreement_id


async def test_numbers_have_no_gaps_even_when_a_booking_is_refused(world):
    await world.booked()
    with pytest.raises(UnknownError):
        await world.booked(lines=(NewLine(kind="service", service_id="nothing"),))
    credit = NewLine(kind="credit", name="Goodwill", amount_cents=1)
    with pytest.raises(BillBelowZeroError):
        await world.booked(lines=(credit,))
    assert (await world.booked()).number == "HP-3102"


async def test_a_new_client_becomes_a_contact_and_is_told(world):
    inspection = await world.booked()
    (told,) = world.told(ContactChangedV1)
    assert told.contact.email == "ellen@example.com"
    assert told.contact.contact_id == inspection.people[0].contact_id


async def test_an_existing_contact_is_used_again(world):
    first = await world.booked()
    known = NewPerson(role="client", contact_id=first.people[0].contact_id)
    second = await world.booked(people=(known,))
    assert second.people == first.people
    assert len(world.memory.records[Contact]) == 1


async def test_a_refused_booking_leaves_nothing_behind(world):
    with pytest.raises(RefusalError):
        await world.booked(inspector_id="nobody")
    assert not world.memory.records[Inspection]
    assert not world.memory.records[Contact]
    assert not world.memory.events


async def test_the_agreement_is_filled_in_and_told(world):
    inspection = await world.booked()
    (told,) = world.told(AgreementIssuedV1)
    assert told.inspection_id == inspection.inspection_id
    for fact in (
        "Ellen Park",
        "Harbor & Pine Home Inspections",
        "1482 Alder Creek Rd, Bend, OR 97702",
        "December 1, 2026",
        "9:00 AM PST",
        "Full home inspection ($475.00)",
        "The fee is $475.00",
    ):
        assert fact in told.text.replace("\N{NARROW NO-BREAK SPACE}", " ")
    assert world.memory.records[Agreement][told.agreement_id].total_cents == 47_500


async def test_a_service_may_be_booked_at_another_price(world):
    line = NewLine(kind="service", service_id=world.home_id, amount_cents=40_000)
    assert (await world.booked(lines=(line,))).total_cents == 40_000


@pytest.mark.parametrize(
    "wrong",
    [
        {"street": " "},
        {"city": ""},
        {"duration_minutes": 5},
        {"time_zone": "Mars/Olympus"},
        {"starts_at": datetime(2026, 12, 1, 9, 0)},  # noqa: DTZ001 - the mistake under test
    ],
)
async def test_a_booking_that_cannot_take_place_is_refused(world, wrong):
    with pytest.raises(BadFieldError):
        await world.booked(**wrong)


async def test_an_inspection_without_a_client_is_refused(world):
    with pytest.raises(LastClientError):
        await world.booked(people=(NewPerson(role="agent", name="Marcus Lee"),))


async def test_collecting_after_publish_applies_to_bookings_from_then_on_only(world):
    before = await world.booked()
    await collect_after_publish(world)
    after = await world.booked()
    present = world.memory.records[Inspection]
    assert not present[before.inspection_id].policy.collect_payment_after_publish
    assert present[after.inspection_id].policy.require_payment_locked


async def test_a_booking_that_asks_for_the_report_at_once_is_refused_while_it_is_locked(world):
    await collect_after_publish(world)
    with pytest.raises(RequirePaymentLockedError):
        await world.booked(require_payment=False)


async def test_rescheduling_keeps_the_policy_and_tells_it(world):
    inspection = await world.booked()
    await collect_after_publish(world)
    command = RescheduleInspection(
        company_id=world.company_id,
        inspection_id=inspection.inspection_id,
        starts_at=NINE_IN_BEND + timedelta(days=30),
    )
    moved = await reschedule_inspection(command, office=world.office)
    assert moved.policy == inspection.policy
    (told,) = world.told(InspectionRescheduledV1)
    assert told.inspection.starts_at == datetime(2026, 12, 31, 17, 0, tzinfo=UTC)


async def test_duplicating_takes_todays_policy_and_its_own_number_and_lines(world):
    original = await world.booked()
    await collect_after_publish(world)
    copy = await duplicated(world, original)
    assert copy.policy.require_payment_locked
    assert copy.number == "HP-3102"
    assert copy.lines[0].line_id != original.lines[0].line_id
    assert copy.agreement_id != original.agreement_id
    assert (copy.people, copy.total_cents) == (original.people, original.total_cents)


async def test_a_copy_of_a_locked_one_is_free_once_the_setting_is_off(world):
    await collect_after_publish(world)
    locked = await world.booked()
    await collect_after_publish(world, on=False)
    copy = await duplicated(world, locked)
    assert not copy.policy.require_payment_locked
    assert copy.policy.require_payment
    assert world.memory.records[Inspection][locked.inspection_id].policy.require_payment_locked


async def test_a_copy_keeps_that_payment_is_not_required(world):
    open_one = await world.booked(require_payment=False)
    assert not (await duplicated(world, open_one)).policy.require_payment


async def test_nobody_books_with_another_companys_service_or_contact(world):
    with pytest.raises(UnknownError):
        await world.booked(company_id="another company")

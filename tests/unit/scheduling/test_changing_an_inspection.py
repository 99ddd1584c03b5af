"""Services, agreement, people, release, reports: what staff do with a booked inspection."""

import pytest

from services.scheduling.domain.contact import Contact
from services.scheduling.domain.inspection import Inspection
from services.scheduling.domain.refusals import (
    ChangedMeanwhileError,
    IllegalMoveError,
    PersonHasOpenInvoiceError,
    ReportLockedByPolicyError,
    ReportMissingError,
    RequirePaymentLockedError,
    UnknownError,
    UnsafeReportError,
)
from services.scheduling.usecases._booking import NewLine, NewPerson
from services.scheduling.usecases._filing import Upload
from services.scheduling.usecases.add_person import AddPerson, add_person
from services.scheduling.usecases.cancel_inspection import CancelInspection, cancel_inspection
from services.scheduling.usecases.change_contact import ChangeContact, change_contact
from services.scheduling.usecases.change_person import ChangePerson, change_person
from services.scheduling.usecases.change_policy import ChangePolicy, change_policy
from services.scheduling.usecases.change_release_policy import (
    ChangeReleasePolicy,
    change_release_policy,
)
from services.scheduling.usecases.change_services import ChangeServices, change_services
from services.scheduling.usecases.disable_notifications import (
    DisableNotifications,
    disable_notifications,
)
from services.scheduling.usecases.dismiss_agreement_update import (
    DismissAgreementUpdate,
    dismiss_agreement_update,
)
from services.scheduling.usecases.publish_inspection import (
    PublishInspection,
    publish_inspection,
)
from services.scheduling.usecases.remove_person import RemovePerson, remove_person
from services.scheduling.usecases.replace_report import ReplaceReport, replace_report
from services.scheduling.usecases.unlock_report import UnlockReport, unlock_report
from services.scheduling.usecases.update_agreement import UpdateAgreement, update_agreement
from shared.contracts.scheduling import (
    AgreementIssuedV1,
    InspectionCancelledV1,
    InspectionPeopleChangedV1,
    InspectionPolicyChangedV1,
    InspectionPublishedV1,
    InspectionServicesChangedV1,
)
from tests.support.scheduling_samples import A_PDF, an_invoice

AGENT = NewPerson(role="agent", name="Marcus Lee", email="marcus@example.com")
TRAVEL = NewLine(kind="fee", name="Travel", amount_cents=2_500)


@pytest.fixture
async def inspection(world):
    booked = await world.booked()
    world.memory.events.clear()
    return booked


@pytest.fixture
def of(world, inspection):
    """The company and the inspection, as every command names them."""
    return {"company_id": world.company_id, "inspection_id": inspection.inspection_id}


async def services_changed(world, of, **change):
    return await change_services(
        ChangeServices(**of, **change), office=world.office, secrets=world.secrets
    )


async def published(world, of, *uploads):
    return await publish_inspection(
        PublishInspection(**of, uploads=uploads),
        office=world.office,
        reports=world.reports,
        secrets=world.secrets,
        now=world.now,
    )


async def test_added_removed_and_repriced_lines_are_told_as_the_new_bill(world, of, inspection):
    added = await services_changed(world, of, add=(TRAVEL,))
    assert added.total_cents == 50_000
    home = inspection.lines[0].line_id
    repriced = await services_changed(world, of, reprice=((home, 45_000),))
    assert repriced.total_cents == 47_500
    removed = await services_changed(world, of, remove=(home,))
    assert removed.total_cents == 2_500
    told = [event.inspection for event in world.told(InspectionServicesChangedV1)]
    assert [sum(line.amount_cents for line in state.lines) for state in told] == [
        50_000,
        47_500,
        2_500,
    ]
    assert [state.revision for state in told] == [2, 3, 4]


async def test_a_fee_may_be_added_after_publishing(world, of):
    await published(world, of, A_PDF)
    assert (await services_changed(world, of, add=(TRAVEL,))).status == "published"


async def test_a_change_decided_on_an_older_state_is_refused(world, of):
    await services_changed(world, of, add=(TRAVEL,), revision=1)
    with pytest.raises(ChangedMeanwhileError):
        await services_changed(world, of, add=(TRAVEL,), revision=1)


async def test_update_agreements_issues_the_next_version_with_the_new_amount(world, of):
    await services_changed(world, of, add=(TRAVEL,))
    agreement = await update_agreement(UpdateAgreement(**of), office=world.office, now=world.now)
    assert (agreement.version, agreement.total_cents) == (2, 50_000)
    (told,) = world.told(AgreementIssuedV1)
    assert "The fee is $500.00" in told.text


async def test_dismiss_leaves_the_agreement_and_tells_nobody(world, of):
    await services_changed(world, of, add=(TRAVEL,))
    agreement = await dismiss_agreement_update(DismissAgreementUpdate(**of), office=world.office)
    assert (agreement.version, agreement.total_cents) == (1, 47_500)
    assert not agreement.is_behind(50_000)
    assert not world.told(AgreementIssuedV1)


async def test_additional_people_join_and_leave_the_people_box(world, of):
    insurer = NewPerson(role="additional", role_label="Insurer", name="Northwest Mutual")
    after = await add_person(
        AddPerson(**of, person=insurer), office=world.office, secrets=world.secrets
    )
    assert [person.role_label for person in after.people] == ["Client", "Insurer"]
    left = await remove_person(
        RemovePerson(**of, contact_id=after.people[1].contact_id), office=world.office
    )
    assert len(left.people) == 1
    assert len(world.told(InspectionPeopleChangedV1)) == 2


async def test_somebody_with_an_open_invoice_stays_until_it_is_settled(world, of, inspection):
    after = await add_person(
        AddPerson(**of, person=AGENT), office=world.office, secrets=world.secrets
    )
    agent = after.people[1].contact_id
    invoice = an_invoice(inspection, payer_contact_id=agent)
    await world.office.desk().remember(invoice)
    removal = RemovePerson(**of, contact_id=agent)
    with pytest.raises(PersonHasOpenInvoiceError):
        await remove_person(removal, office=world.office)
    paid = an_invoice(inspection, payer_contact_id=agent, status="paid", revision=2)
    await world.office.desk().remember(paid)
    assert len((await remove_person(removal, office=world.office)).people) == 1


async def test_correcting_somebody_corrects_the_contact_too(world, of, inspection):
    contact_id = inspection.people[0].contact_id
    change = ChangePerson(**of, contact_id=contact_id, email="ellen.park@example.com")
    after = await change_person(change, office=world.office)
    assert after.people[0].email == "ellen.park@example.com"
    assert world.memory.records[Contact][contact_id].email == "ellen.park@example.com"


async def test_correcting_a_contact_corrects_the_inspections_it_is_expected_at(world, inspection):
    change = ChangeContact(
        company_id=world.company_id,
        contact_id=inspection.people[0].contact_id,
        phone="(541) 555-0199",
    )
    await change_contact(change, office=world.office)
    present = world.memory.records[Inspection][inspection.inspection_id]
    assert present.people[0].phone == "(541) 555-0199"
    assert present.revision == 2


async def test_require_payment_is_switched_and_told(world, of):
    after = await change_release_policy(
        ChangeReleasePolicy(**of, require_payment=False), office=world.office
    )
    assert not after.policy.require_payment
    assert len(world.told(InspectionPolicyChangedV1)) == 1


async def test_require_payment_stays_on_while_the_policy_locks_it(world):
    await change_policy(
        ChangePolicy(company_id=world.company_id, collect_payment_after_publish=True),
        office=world.office,
    )
    locked = await world.booked()
    of = {"company_id": world.company_id, "inspection_id": locked.inspection_id}
    with pytest.raises(RequirePaymentLockedError):
        await change_release_policy(
            ChangeReleasePolicy(**of, require_payment=False), office=world.office
        )
    with pytest.raises(ReportLockedByPolicyError):
        await unlock_report(UnlockReport(**of), office=world.office)


async def test_staff_unlock_a_report_and_take_it_back(world, of):
    opened = await unlock_report(UnlockReport(**of), office=world.office)
    assert opened.policy.unlocked_by_staff
    closed = await unlock_report(UnlockReport(**of, unlocked=False), office=world.office)
    assert not closed.policy.unlocked_by_staff


async def test_notifications_are_switched_off_and_on(world, of):
    off = await disable_notifications(
        DisableNotifications(**of, disabled=True), office=world.office
    )
    again = await disable_notifications(
        DisableNotifications(**of, disabled=True), office=world.office
    )
    assert off.notifications_disabled
    assert again.revision == off.revision
    assert len(world.told(InspectionPolicyChangedV1)) == 1


async def test_publishing_keeps_the_file_and_tells_its_name_and_size(world, of):
    after = await published(world, of, A_PDF)
    (told,) = world.told(InspectionPublishedV1)
    (report,) = told.inspection.reports
    assert (report.file_name, report.size_bytes) == ("Report.pdf", len(A_PDF.content))
    assert world.reports.files[world.company_id, report.report_id] == A_PDF.content
    assert after.published_at == world.now


async def test_one_unsafe_file_among_several_keeps_all_of_them_out(world, of):
    unsafe = Upload(file_name="x.pdf", content=b"%PDF-1.7 /JavaScript")
    with pytest.raises(UnsafeReportError):
        await published(world, of, A_PDF, unsafe)
    assert not world.reports.files
    assert not world.memory.events


async def test_publishing_without_a_report_is_refused(world, of):
    with pytest.raises(ReportMissingError):
        await published(world, of)


async def test_a_refused_publication_leaves_no_file_behind(world, of):
    await cancel_inspection(CancelInspection(**of), office=world.office, now=world.now)
    with pytest.raises(IllegalMoveError):
        await published(world, of, A_PDF)
    assert not world.reports.files


async def test_a_replaced_report_gets_a_new_id_and_the_old_bytes_go(world, of):
    before = await published(world, of, A_PDF)
    corrected = Upload(file_name="Corrected.pdf", content=b"%PDF-1.7 corrected")
    after = await replace_report(
        ReplaceReport(**of, report_id=before.reports[0].report_id, upload=corrected),
        office=world.office,
        reports=world.reports,
        secrets=world.secrets,
        now=world.now,
    )
    assert list(world.reports.files.values()) == [corrected.content]
    assert after.reports[0].report_id != before.reports[0].report_id
    assert len(world.told(InspectionPublishedV1)) == 2


async def test_cancelling_is_told_and_happens_once(world, of):
    await cancel_inspection(CancelInspection(**of), office=world.office, now=world.now)
    with pytest.raises(IllegalMoveError):
        await cancel_inspection(CancelInspection(**of), office=world.office, now=world.now)
    assert len(world.told(InspectionCancelledV1)) == 1


async def test_another_companys_inspection_does_not_exist(world, of):
    of = {**of, "company_id": "another company"}
    with pytest.raises(UnknownError):
        await cancel_inspection(CancelInspection(**of), office=world.office, now=world.now)

"""A company comes into being and changes its settings; billing's news are remembered."""

from datetime import date, timedelta

import pytest

from services.scheduling.domain.agreement import Agreement
from services.scheduling.domain.refusals import (
    BadFieldError,
    ChangedMeanwhileError,
    DeferredPaymentBlockedError,
    EmailTakenError,
    OpenThirdPartyInvoicesError,
    UnknownPlaceholderError,
)
from services.scheduling.usecases.change_company import ChangeCompany, change_company
from services.scheduling.usecases.change_policy import ChangePolicy, change_policy
from services.scheduling.usecases.change_service import ChangeService, change_service
from services.scheduling.usecases.note_rebuild import note_rebuild
from services.scheduling.usecases.remember_balance import remember_balance
from services.scheduling.usecases.remember_invoice import remember_invoice
from services.scheduling.usecases.remember_signature import remember_signature
from services.scheduling.usecases.tell_again import tell_again
from shared.contracts.billing import (
    InspectionBalanceChangedV1,
    Invoice,
    InvoiceChangedV1,
    InvoiceLine,
    Payer,
)
from shared.contracts.portal import AgreementSignedV1, ViewRebuildRequestedV1
from shared.contracts.scheduling import (
    AgreementIssuedV1,
    CompanyChangedV1,
    ContactChangedV1,
    InspectionScheduledV1,
    StaffMemberChangedV1,
)
from shared.contracts.scheduling_standing import InspectionStandingChangedV1
from tests.support.scheduling_samples import NOW, World


async def policy_changed(world, **facts):
    command = ChangePolicy(company_id=world.company_id, **facts)
    return await change_policy(command, office=world.office)


def told_invoice(world, status="open", revision=1, kind="third_party"):
    invoice = Invoice(
        invoice_id="inv1",
        inspection_id="i1",
        number="HP-3101-1",
        kind=kind,
        payer=Payer(contact_id="c2", name="Marcus Lee", role_label="Agent", email="m@example.com"),
        status=status,
        lines=(InvoiceLine(name="Radon test", amount_cents=15_000),),
        currency="USD",
        total_cents=15_000,
        paid_cents=0,
        processing_cents=0,
        balance_cents=15_000,
        surplus_cents=0,
        payments=(),
        gate="open",
        deferral=None,
        sent_at=None,
        issued_on=date(2026, 11, 21),
        due_on=date(2026, 12, 1),
        revision=revision,
    )
    return InvoiceChangedV1(company_id=world.company_id, invoice=invoice)


def told_balance(world, revision, balance_cents):
    return InspectionBalanceChangedV1(
        company_id=world.company_id,
        inspection_id="i1",
        currency="USD",
        total_cents=47_500,
        paid_cents=47_500 - balance_cents,
        processing_cents=0,
        balance_cents=balance_cents,
        surplus_cents=0,
        report_released=balance_cents == 0,
        shares=(),
        balance_revision=revision,
    )


async def test_a_company_is_told_with_its_owner_and_numbers_begin():
    world = World()
    await world.founded()
    company = world.company()
    assert (company.number_prefix, company.currency, company.revision) == ("HP", "USD", 1)
    assert (await world.booked()).number == "HP-3101"


async def test_two_companies_do_not_share_an_owner(world):
    with pytest.raises(EmailTakenError):
        await world.founded()


async def test_collect_after_publish_is_told_to_everybody(world):
    company = await policy_changed(world, collect_payment_after_publish=True)
    (told,) = world.told(CompanyChangedV1)
    assert told.company.policy.collect_payment_after_publish
    assert told.company.revision == company.revision == 2


async def test_setting_what_is_set_tells_nobody(world):
    await policy_changed(world, collect_payment_after_publish=False)
    assert not world.told(CompanyChangedV1)


async def test_a_refused_policy_changes_nothing(world):
    await policy_changed(world, collect_payment_after_publish=True)
    with pytest.raises(DeferredPaymentBlockedError):
        await policy_changed(world, allow_deferred_payment=True)
    assert not world.company().policy.allow_deferred_payment


async def test_open_third_party_invoices_of_this_company_block_deferred_payment(world):
    desk = world.office.desk()
    await remember_invoice(told_invoice(world), desk=desk)
    with pytest.raises(OpenThirdPartyInvoicesError):
        await policy_changed(world, allow_deferred_payment=True)
    await remember_invoice(told_invoice(world, status="void", revision=2), desk=desk)
    assert (await policy_changed(world, allow_deferred_payment=True)).policy.allow_deferred_payment


async def test_a_clients_own_open_invoice_does_not_block_deferred_payment(world):
    await remember_invoice(told_invoice(world, kind="client"), desk=world.office.desk())
    assert (await policy_changed(world, allow_deferred_payment=True)).policy.allow_deferred_payment


async def test_older_news_of_billing_change_nothing(world):
    desk = world.office.desk()
    await remember_balance(told_balance(world, 3, 0), desk=desk)
    await remember_balance(told_balance(world, 2, 47_500), desk=desk)
    await remember_balance(told_balance(world, 3, 0), desk=desk)
    known = await world.lookups.balance_of(world.company_id, "i1")
    assert (known.revision, known.balance_cents, known.report_released) == (3, 0, True)


async def test_pages_are_told_when_the_newest_balance_is_known_and_not_again(world):
    desk = world.office.desk()
    for revision in (3, 2, 3):
        await remember_balance(told_balance(world, revision, 0), desk=desk)
    told = [e for e in world.office.memory.events if isinstance(e, InspectionStandingChangedV1)]
    assert [(e.inspection_id, e.report_released, e.revision) for e in told] == [("i1", True, 3)]


async def test_a_signature_is_noted_and_one_for_nothing_is_ignored(world):
    inspection = await world.booked()
    signed = AgreementSignedV1(
        company_id=world.company_id,
        agreement_id=inspection.agreement_id,
        inspection_id=inspection.inspection_id,
        version=1,
        signed_by="Ellen Park",
        signed_at=NOW,
    )
    await remember_signature(signed, desk=world.office.desk())
    elsewhere = signed.model_copy(update={"company_id": "another company"})
    await remember_signature(elsewhere, desk=world.office.desk())
    agreement = world.memory.records[Agreement][inspection.agreement_id]
    assert (agreement.signed, agreement.signed_by) == (True, "Ellen Park")


async def test_a_rebuild_is_told_once_with_the_present_state_of_everything(world):
    inspection = await world.booked()
    world.memory.events.clear()
    wish = ViewRebuildRequestedV1(company_id=world.company_id, rebuild_id="r1")
    await note_rebuild(wish, desk=world.office.desk())
    await note_rebuild(wish, desk=world.office.desk())
    assert await tell_again(office=world.office)
    assert not await tell_again(office=world.office)
    assert {type(event) for event in world.memory.retold} == {
        CompanyChangedV1,
        StaffMemberChangedV1,
        ContactChangedV1,
        InspectionScheduledV1,
        AgreementIssuedV1,
    }
    (state,) = [e for e in world.memory.retold if isinstance(e, InspectionScheduledV1)]
    assert state.inspection.number == inspection.number
    assert not world.memory.events


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"name": " "}, BadFieldError),
        ({"time_zone": "Pacific"}, BadFieldError),
        ({"hue": 360}, BadFieldError),
        ({"agreement_text": "Dear {{nobody}}"}, UnknownPlaceholderError),
        ({"name": "New name", "revision": 7}, ChangedMeanwhileError),
    ],
)
async def test_a_company_cannot_become_impossible(world, facts, refusal):
    with pytest.raises(refusal):
        await change_company(
            ChangeCompany(company_id=world.company_id, **facts), office=world.office
        )
    assert world.company().name == "Harbor & Pine"


async def test_a_new_agreement_text_is_for_agreements_from_then_on(world):
    before = await world.booked()
    await change_company(
        ChangeCompany(company_id=world.company_id, agreement_text="Pay {{total}}."),
        office=world.office,
    )
    after = await world.booked(starts_at=NOW + timedelta(days=20))
    texts = world.memory.records[Agreement]
    assert texts[after.agreement_id].text == "Pay $475.00."
    assert texts[before.agreement_id].text != "Pay $475.00."


async def test_booked_services_keep_their_price(world):
    inspection = await world.booked()
    await change_service(
        ChangeService(company_id=world.company_id, service_id=world.home_id, price_cents=60_000),
        office=world.office,
    )
    assert inspection.total_cents == 47_500
    assert (await world.booked()).total_cents == 60_000

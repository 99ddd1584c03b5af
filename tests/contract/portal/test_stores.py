"""The fakes of the unit tests and the real stores keep the same promises."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.portal.domain.links import Link
from services.portal.domain.signing import SignatureRecord
from services.portal.domain.views import Checkout
from services.portal.usecases.rebuild_view import rebuild_view
from shared.contracts import billing, scheduling
from shared.contracts.portal import AgreementSignedV1, LinkOpenedV1
from tests.support import portal_samples as samples
from tests.support.portal_samples import (
    CLIENT_INVOICE,
    COMPANY_ID,
    INSPECTION_ID,
    NOW,
    PAYER_INVOICE,
    told_inspection,
    told_invoice,
    told_payment,
)

EVERYTHING = (
    samples.told_company(),
    samples.settings(),
    told_inspection(),
    samples.an_agreement(),
    told_invoice(),
    told_invoice(samples.a_third_party_invoice()),
    samples.a_balance(),
    told_payment(billing.PaymentFailedV1),
    told_payment(billing.PaymentFailedV1, samples.a_third_party_invoice()),
)
LINK = Link(
    link_id="link-1",
    company_id=COMPANY_ID,
    scope="inspection",
    inspection_id=INSPECTION_ID,
    invoice_id=None,
    recipient="ellen@example.com",
    purpose="confirmation",
    created_at=NOW,
    expires_at=NOW + timedelta(days=1),
    browser_digest="b" * 64,
)
OPENED = LinkOpenedV1(
    company_id=COMPANY_ID,
    link_id="link-1",
    scope="inspection",
    inspection_id=INSPECTION_ID,
    invoice_id=None,
    recipient="ellen@example.com",
    opened_at=NOW,
)
RECORD = SignatureRecord(
    agreement_id="agreement-1",
    inspection_id=INSPECTION_ID,
    company_id=COMPANY_ID,
    link_id="link-1",
    version=1,
    title="Inspection agreement",
    text="We inspect what can be seen.",
    total_cents=47500,
    signed_by="Ellen Park",
    signed_at=NOW,
    address="203.0.113.9",
    user_agent="A browser",
)
SIGNED = AgreementSignedV1(
    company_id=COMPANY_ID,
    agreement_id="agreement-1",
    inspection_id=INSPECTION_ID,
    version=1,
    signed_by="Ellen Park",
    signed_at=NOW,
)
CHECKOUT = Checkout("link-1", "key-1", "attempt-1", CLIENT_INVOICE, 47500, NOW, "started")


async def test_what_events_told_is_read_back_as_it_was_told(stores):
    await stores.tell(*EVERYTHING)
    view, company = await stores.views.inspection_page(COMPANY_ID, INSPECTION_ID)
    assert view.inspection == samples.an_inspection()
    assert view.invoice == samples.an_invoice()
    assert view.agreement == samples.an_agreement()
    assert view.balance == samples.a_balance()
    assert view.assigned[PAYER_INVOICE].payer_name == "Northwest Mutual"
    assert view.outcomes_of(CLIENT_INVOICE).failed.reason == "Your card was declined."
    assert company.company == samples.a_company()
    assert company.takes_online_payments


async def test_a_payers_amounts_and_news_of_his_money_are_kept_in_any_order(stores):
    refund = {
        "company_id": COMPANY_ID,
        "payment_id": "payment-1",
        "invoice_id": PAYER_INVOICE,
        "inspection_id": samples.INSPECTION_ID,
        "payer": samples.a_third_party_invoice().payer,
        "amount_cents": 4_000,
        "currency": "USD",
        "method": "card",
        "method_label": "Visa ending 4242",
        "refund_id": "refund-1",
        "with_credit": False,
        "reason": "",
    }
    later = samples.a_third_party_invoice(total_cents=12_000, revision=2)
    await stores.tell(samples.told_inspection(), samples.told_invoice(later), at=NOW)
    earlier = samples.told_invoice(samples.a_third_party_invoice())
    await stores.tell(earlier, at=NOW - timedelta(days=1))
    for status in ("succeeded", "pending"):
        await stores.tell(billing.PaymentRefundedV1(**refund, status=status))
    payer = await stores.views.payer(COMPANY_ID, PAYER_INVOICE)
    assert payer.invoice.total_cents == 12_000
    assert {key: one.total_cents for key, one in payer.amounts.items()} == {
        "1": 15_000,
        "2": 12_000,
    }
    assert payer.outcomes.refunds["refund-1"].status == "succeeded"


async def test_what_the_holder_of_a_link_has_seen_is_kept(stores):
    await stores.links.add(LINK, "d" * 64)
    assert (await stores.links.by_id("link-1")).seen_cents is None
    await stores.links.note_seen(replace(LINK, seen_cents=100, was_cents=90, seen_at=NOW))
    found = await stores.links.by_id("link-1")
    assert (found.seen_cents, found.was_cents, found.seen_at) == (100, 90, NOW)


async def test_a_payer_gets_the_invoice_and_of_the_inspection_only_place_and_time(stores):
    await stores.tell(*EVERYTHING)
    payer = await stores.views.payer(COMPANY_ID, PAYER_INVOICE)
    assert payer.invoice == samples.a_third_party_invoice()
    assert payer.property.site.street == "1482 Alder Creek Rd"
    assert payer.outcomes.failed is not None
    assert "Ellen" not in payer.model_dump_json()


async def test_batches_in_any_cut_and_twice_give_the_same(stores):
    for event in reversed(EVERYTHING):
        await stores.tell(event)
    await stores.tell(*EVERYTHING)
    view, _ = await stores.views.inspection_page(COMPANY_ID, INSPECTION_ID)
    assert view.invoice == samples.an_invoice()
    assert view.outcomes_of(PAYER_INVOICE).failed is not None


async def test_an_older_revision_changes_nothing(stores):
    await stores.tell(told_inspection(samples.published(), scheduling.InspectionPublishedV1))
    await stores.tell(told_inspection())
    view = await stores.views.inspection(COMPANY_ID, INSPECTION_ID)
    assert view.inspection.status == "published"


@pytest.mark.parametrize("company_id", ["another", "", "company-2"])
async def test_another_company_sees_nothing(stores, company_id):
    await stores.tell(*EVERYTHING)
    assert await stores.views.inspection(company_id, INSPECTION_ID) is None
    assert await stores.views.payer(company_id, PAYER_INVOICE) is None
    assert await stores.views.company(company_id) is None
    view, _ = await stores.views.inspection_page(company_id, INSPECTION_ID)
    assert view is None


async def test_a_view_without_its_inspection_is_not_there_yet(stores):
    await stores.tell(told_invoice(), samples.a_balance())
    assert await stores.views.inspection(COMPANY_ID, INSPECTION_ID) is None
    await stores.tell(told_invoice(samples.a_third_party_invoice()))
    assert await stores.views.payer(COMPANY_ID, PAYER_INVOICE) is None


async def test_a_rebuild_keeps_signatures_and_asks_the_owners(stores):
    await stores.tell(*EVERYTHING)
    await stores.signatures.add(RECORD, SIGNED)
    assert await rebuild_view("rebuild-1", stores.rebuilding) == 3
    assert await stores.views.inspection(COMPANY_ID, INSPECTION_ID) is None
    assert "portal.view_rebuild_requested.v1" in await stores.told()
    await stores.tell(*EVERYTHING)
    view = await stores.views.inspection(COMPANY_ID, INSPECTION_ID)
    assert view.signed
    assert view.inspection == samples.an_inspection()


async def test_a_link_is_found_by_its_digest_and_by_its_id(stores):
    await stores.links.add(LINK, "d" * 64)
    assert await stores.links.by_digest("d" * 64) == LINK
    assert await stores.links.by_id("link-1") == LINK
    assert await stores.links.by_digest("e" * 64) is None
    assert await stores.links.by_id("link-2") is None


async def test_a_link_is_opened_once(stores):
    await stores.links.add(LINK, "d" * 64)
    assert await stores.links.mark_opened("link-1", NOW, OPENED)
    assert not await stores.links.mark_opened("link-1", NOW + timedelta(days=1), OPENED)
    assert (await stores.links.by_id("link-1")).opened_at == NOW
    assert await stores.told() == ["portal.link_opened.v1"]


async def test_a_link_is_revoked_once_and_by_its_company(stores):
    await stores.links.add(LINK, "d" * 64)
    assert not await stores.links.revoke("another", "link-1", NOW, "Stranger")
    assert await stores.links.revoke(COMPANY_ID, "link-1", NOW, "Priya Raman")
    later = NOW + timedelta(hours=1)
    assert not await stores.links.revoke(COMPANY_ID, "link-1", later, "Dana Whitfield")
    ended = await stores.links.by_id("link-1")
    assert ended.state(NOW, {}) == "revoked"
    assert (ended.revoked_at, ended.revoked_by) == (NOW, "Priya Raman")


async def test_the_links_of_an_inspection_are_listed_newest_first(stores):
    for number, hours in enumerate((2, 1, 3, 4), start=1):
        link = replace(LINK, link_id=f"link-{number}", created_at=NOW + timedelta(hours=hours))
        await stores.links.add(link, f"{number}" * 64)
    await stores.links.add(replace(LINK, link_id="link-5", inspection_id="another"), "5" * 64)
    listed = await stores.links.of_inspection(COMPANY_ID, INSPECTION_ID, 3)
    assert [link.link_id for link in listed] == ["link-4", "link-3", "link-1"]
    assert await stores.links.of_inspection("another", INSPECTION_ID, 3) == []


async def test_every_people_box_there_was_is_kept_across_a_rebuild(stores):
    people = samples.an_inspection().people
    changed = scheduling.InspectionPeopleChangedV1
    fewer = told_inspection(samples.an_inspection(people=people[:1], revision=2), changed)
    back = told_inspection(samples.an_inspection(revision=3), changed)
    for event in (back, told_inspection(), fewer, back):
        await stores.tell(event)
    both = frozenset({"ellen@example.com", "marcus@example.com"})
    expected = {1: both, 2: frozenset({"ellen@example.com"}), 3: both}
    assert await stores.views.people_boxes(COMPANY_ID, INSPECTION_ID) == expected
    assert await stores.views.people_boxes("another", INSPECTION_ID) == {}
    assert await stores.views.people_boxes(COMPANY_ID, "another") == {}
    await rebuild_view("rebuild-1", stores.rebuilding)
    await stores.tell(back)
    assert await stores.views.people_boxes(COMPANY_ID, INSPECTION_ID) == expected


async def test_a_new_link_is_asked_for_once_in_a_while(stores):
    await stores.links.add(LINK, "d" * 64)

    async def asked(at):
        return await stores.links.mark_requested("link-1", at, at - timedelta(minutes=5), OPENED)

    assert await asked(NOW)
    assert not await asked(NOW + timedelta(minutes=4))
    assert await asked(NOW + timedelta(minutes=6))
    assert not await stores.links.mark_requested("link-2", NOW, NOW, OPENED)
    assert len(await stores.told()) == 2


async def test_a_version_is_signed_once_and_the_view_knows(stores):
    await stores.tell(*EVERYTHING)
    assert await stores.signatures.add(RECORD, SIGNED)
    assert not await stores.signatures.add(replace(RECORD, signed_by="Another"), SIGNED)
    assert await stores.signatures.of(COMPANY_ID, "agreement-1", 1) == RECORD
    assert await stores.signatures.of(COMPANY_ID, "agreement-1", 2) is None
    assert await stores.signatures.of("another", "agreement-1", 1) is None
    assert (await stores.views.inspection(COMPANY_ID, INSPECTION_ID)).signed
    assert await stores.told() == ["portal.agreement_signed.v1"]


async def test_a_checkout_is_remembered_as_it_began_and_belongs_to_its_link(stores):
    await stores.checkouts.remember(CHECKOUT)
    await stores.checkouts.remember(replace(CHECKOUT, attempt_id="attempt-2"))
    assert await stores.checkouts.find("link-1", "key-1") == CHECKOUT
    assert await stores.checkouts.find("link-2", "key-1") is None
    await stores.checkouts.note_state("link-1", "key-1", "failed")
    assert (await stores.checkouts.find("link-1", "key-1")).state == "failed"
    await stores.checkouts.note_state("link-1", "key-2", "failed")
    assert await stores.checkouts.find("link-1", "key-2") is None

"""Any order and any number of deliveries give one state."""

import asyncio
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.portal.domain.facts import READERS
from services.portal.usecases.project_events import project_events
from shared.contracts import billing, scheduling
from tests.support import portal_samples as samples
from tests.support.examples import examples
from tests.support.portal_fakes import MemoryViews
from tests.support.portal_samples import NOW, told_inspection, told_invoice, told_payment

HISTORY = [
    samples.told_company(),
    samples.told_company(name="Harbor & Pine Inspections", revision=2),
    samples.settings(),
    samples.settings(online_payments=False, settings_revision=2),
    told_inspection(),
    told_inspection(samples.an_inspection(revision=2), scheduling.InspectionRescheduledV1),
    told_inspection(samples.published(), scheduling.InspectionPublishedV1),
    samples.an_agreement(),
    samples.an_agreement(version=2, text="The fee is $500.00."),
    told_invoice(),
    told_invoice(samples.paid(samples.an_invoice())),
    told_invoice(samples.a_third_party_invoice()),
    told_invoice(samples.a_third_party_invoice(total_cents=12000, revision=2)),
    samples.a_balance(),
    samples.a_balance(report_released=True, balance_revision=2),
    told_payment(billing.PaymentProcessingV1),
    told_payment(billing.PaymentFailedV1, payment_id="payment-0"),
    told_payment(billing.PaymentRecordedV1),
    told_payment(billing.PaymentFailedV1, samples.a_third_party_invoice()),
]
TOLD = [(event, NOW + timedelta(seconds=second)) for second, event in enumerate(HISTORY)]


def projected(batches):
    views = MemoryViews()

    async def work():
        for batch in batches:
            await project_events(batch, views)

    asyncio.run(work())
    return views


def cut(told, sizes):
    left = list(told)
    for size in sizes:
        if left:
            yield left[:size]
            left = left[size:]
    yield left


EXPECTED = projected([TOLD])


@settings(max_examples=examples(100), deadline=None)
@given(
    order=st.permutations(TOLD),
    again=st.lists(st.sampled_from(TOLD), max_size=12),
    sizes=st.lists(st.integers(1, 8), max_size=12),
)
def test_any_order_repeats_and_batches_give_one_state(order, again, sizes):
    views = projected(cut([*order, *again], sizes))
    assert views.parts == EXPECTED.parts
    assert views.known == EXPECTED.known


def test_the_state_is_that_of_the_highest_revisions():
    views = EXPECTED
    company_id = samples.COMPANY_ID
    view, company = asyncio.run(views.inspection_page(company_id, samples.INSPECTION_ID))
    assert company.company.name == "Harbor & Pine Inspections"
    assert not company.takes_online_payments
    assert view.inspection.status == "published"
    assert view.agreement.version == 2
    assert view.invoice.status == "paid"
    assert view.balance.report_released
    assert view.outcomes_of(samples.CLIENT_INVOICE).failed.payment_id == "payment-0"
    payer = asyncio.run(views.payer(company_id, samples.PAYER_INVOICE))
    assert payer.invoice.total_cents == 12000
    assert payer.outcomes.failed is not None


def test_a_batch_is_one_read_and_one_write():
    views = projected([TOLD])
    assert (views.finds, views.writes) == (1, 1)


def test_a_batch_without_news_writes_nothing():
    views = projected([TOLD, TOLD])
    assert (views.finds, views.writes) == (2, 1)


def test_the_clients_view_never_holds_a_third_partys_mail():
    view = EXPECTED.parts["inspection:inspection-1"]
    assert "claims@example.com" not in str(view)


def test_another_companys_event_about_the_same_id_does_not_open_its_view():
    views = projected([TOLD])
    assert asyncio.run(views.inspection("another", samples.INSPECTION_ID)) is None
    assert asyncio.run(views.payer("another", samples.PAYER_INVOICE)) is None


def test_every_fact_the_pages_need_is_listened_to():
    names = {event.name for event in READERS}
    assert {
        "scheduling.inspection_scheduled.v1",
        "scheduling.inspection_cancelled.v1",
        "scheduling.company_changed.v1",
        "scheduling.agreement_issued.v1",
        "billing.invoice_changed.v1",
        "billing.inspection_balance_changed.v1",
        "billing.billing_settings_changed.v1",
        "billing.payment_failed.v1",
    } <= names

"""The table: an event, and who is written to about it."""

import pytest

from shared.contracts.billing import DisputeChangedV1, SurplusArisenV1
from shared.contracts.portal import LinkRequestedV1
from shared.contracts.scheduling import (
    InspectionCancelledV1,
    InspectionPeopleChangedV1,
    InspectionPolicyChangedV1,
    InspectionPublishedV1,
    InspectionRescheduledV1,
    InspectionServicesChangedV1,
)
from tests.support import notifications_events as told
from tests.support.notifications_fakes import Bench

ELLEN, MARCUS = "ellen@example.com", "marcus@example.com"
BANK = {"method": "us_bank_account", "method_label": "Bank account ending 6789"}


def of_inspection(event, **changes):
    return event(company_id=told.COMPANY, inspection=told.an_inspection(revision=2, **changes))


def link_requested(**changes):
    fields = {
        "company_id": told.COMPANY,
        "link_id": "link-0",
        "scope": "inspection",
        "inspection_id": told.INSPECTION,
        "invoice_id": None,
        "recipient": ELLEN,
        "requested_at": told.NOW,
    }
    return LinkRequestedV1(**(fields | changes))


TABLE = [
    pytest.param(
        told.scheduled(),
        {("confirmation", ELLEN), ("confirmation", MARCUS)},
        id="booked: client and agent, never additional people (R20, R50)",
    ),
    pytest.param(
        of_inspection(InspectionRescheduledV1),
        {("rescheduled", ELLEN), ("rescheduled", MARCUS)},
        id="rescheduled",
    ),
    pytest.param(
        of_inspection(InspectionCancelledV1, status="cancelled"),
        {("cancelled", ELLEN), ("cancelled", MARCUS)},
        id="cancelled",
    ),
    pytest.param(
        of_inspection(InspectionServicesChangedV1), {("services_changed", ELLEN)}, id="services"
    ),
    pytest.param(
        of_inspection(InspectionPublishedV1, status="published"),
        {("report_published", ELLEN)},
        id="published",
    ),
    pytest.param(of_inspection(InspectionPeopleChangedV1), set(), id="people changed: nobody"),
    pytest.param(of_inspection(InspectionPolicyChangedV1), set(), id="policy changed: nobody"),
    pytest.param(told.agreement(1), set(), id="first agreement comes with the confirmation"),
    pytest.param(told.agreement(2), {("agreement_changed", ELLEN)}, id="agreement replaced (R58)"),
    pytest.param(told.recorded(), {("receipt", ELLEN)}, id="receipt to whoever paid"),
    pytest.param(
        told.recorded(payer=told.MARCUS, invoice_id=told.AGENT_INVOICE),
        {("receipt", MARCUS)},
        id="a third party's receipt goes to him only (R42)",
    ),
    pytest.param(
        told.processing(method_label="Bank account ending 6789"),
        {("payment_processing", ELLEN)},
        id="bank payment started (C23)",
    ),
    pytest.param(told.failed(**BANK), {("payment_failed", ELLEN)}, id="bank payment failed (C23)"),
    pytest.param(told.failed(), set(), id="declined card: answered on the page"),
    pytest.param(told.returned(), {("payment_returned", ELLEN)}, id="bank payment returned"),
    pytest.param(told.refunded(), {("refund", ELLEN)}, id="refunded"),
    pytest.param(told.refunded(status="pending"), set(), id="refund pending: not yet"),
    pytest.param(told.refunded(status="failed"), set(), id="refund failed: staff only"),
    pytest.param(told.send_requested(), {("invoice", MARCUS)}, id="invoice: its payer only (R42)"),
    pytest.param(link_requested(), {("new_link", ELLEN)}, id="a new link on request"),
    pytest.param(told.invoice_changed(), set(), id="an invoice changed"),
    pytest.param(told.balance_changed(), set(), id="a balance changed"),
    pytest.param(
        DisputeChangedV1(
            **told.payment(dispute_id="d", status="needs_response", reason="fraudulent")
        ),
        set(),
        id="dispute: staff only",
    ),
    pytest.param(
        SurplusArisenV1(
            company_id=told.COMPANY,
            invoice_id=told.CLIENT_INVOICE,
            inspection_id=told.INSPECTION,
            payer=told.ELLEN,
            surplus_cents=5000,
            currency="USD",
        ),
        set(),
        id="surplus: staff only (C16)",
    ),
]


@pytest.mark.parametrize(("event", "expected"), TABLE)
async def test_an_event_is_mailed_to_these_and_nobody_else(event, expected):
    bench = Bench()
    await bench.hear(told.company_changed(), told.invoice_changed())
    if event.name != "scheduling.inspection_scheduled.v1":
        await bench.hear(told.scheduled(), replayed=True)

    await bench.hear(event)

    assert {(str(mail.kind), mail.recipient.address) for mail in bench.mails} == expected


@pytest.mark.parametrize(("event", "_expected"), TABLE)
async def test_the_same_event_again_mails_and_alerts_nobody_again(event, _expected):
    bench = Bench()
    await bench.hear(told.company_changed(), told.invoice_changed(), told.scheduled())
    await bench.hear(event)
    mails, alerts, steps = len(bench.mails), len(bench.alerts), len(bench.desk.told)

    await bench.hear(event)

    assert (len(bench.mails), len(bench.alerts)) == (mails, alerts)
    assert len(bench.desk.told) == steps


@pytest.mark.parametrize(("event", "_expected"), TABLE)
async def test_a_replayed_event_updates_views_only(event, _expected):
    bench = Bench()

    await bench.hear(told.company_changed(), told.scheduled(), event, replayed=True)

    assert bench.mails == []
    assert bench.alerts == []
    assert bench.desk.told == []
    assert await bench.desk.views.inspection(told.COMPANY, told.INSPECTION) is not None


async def test_two_clients_of_one_address_get_one_mail():
    bench = Bench()
    twin = told.a_person(told.ELLEN, "client").model_copy(update={"email": "ELLEN@example.com "})

    await bench.hear(told.scheduled(people=(*told.PEOPLE, twin)))

    assert [m.recipient.address for m in bench.mails].count(ELLEN) == 1
    assert len(bench.mails) == 2

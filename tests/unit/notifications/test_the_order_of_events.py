"""Any order and any number of deliveries lead to the same views, alerts and mails."""

from itertools import permutations

import pytest

from services.notifications.usecases.notice_event import NotKnownYetError
from shared.contracts.scheduling import InspectionRescheduledV1, InspectionServicesChangedV1
from tests.support import notifications_accounts as accounts
from tests.support import notifications_events as told
from tests.support.notifications_fakes import Bench

EVENTS = (
    told.company_changed(),
    told.scheduled(),
    InspectionServicesChangedV1(company_id=told.COMPANY, inspection=told.an_inspection(revision=2)),
    InspectionRescheduledV1(company_id=told.COMPANY, inspection=told.an_inspection(revision=3)),
    told.invoice_changed(),
    told.recorded(),
)


async def heard(events) -> tuple[Bench, tuple]:
    bench = Bench()
    await bench.hear(*events)
    known = (
        bench.desk.views.held,
        sorted((alert.alert_id, alert.text, alert.detail) for alert in bench.alerts),
        sorted((mail.mail_id, str(mail.state)) for mail in bench.mails),
    )
    return bench, known


async def sent(bench: Bench) -> list:
    for _ in range(3):
        bench.later(seconds=30)
        await bench.send_due()
    return sorted((mail.mail_id, mail.subject, mail.to_address) for mail in bench.post.sent)


async def outcome(events):
    bench, known = await heard(events)
    return known, await sent(bench)


async def test_every_order_leads_to_the_same_views_alerts_and_mails():
    _, expected = await heard(EVENTS)

    for order in permutations(EVENTS):
        _, known = await heard(order)
        assert known == expected


async def test_every_order_sends_the_same():
    expected = await outcome(EVENTS)

    for order in list(permutations(EVENTS))[::60]:
        assert await outcome(order) == expected


OF_A_REFUND = (
    told.company_changed(),
    accounts.account_changed(),
    *(
        told.refunded(
            refund_id=f"re-1.{number}", account_payment_id="ap-1", account_refund_id="re-1"
        )
        for number in (1, 2)
    ),
    accounts.account_refunded("pending", requested_by=None, placed_by_rule=True),
    accounts.account_refunded(requested_by=None, placed_by_rule=True),
)


async def test_in_every_order_a_refund_is_one_mail_and_one_alert_however_often_it_is_told():
    for order in permutations(OF_A_REFUND):
        bench = Bench()
        await bench.hear(*order, *order)
        assert [str(mail.kind) for mail in bench.mails] == ["refund"]
        assert [alert.kind for alert in bench.alerts] == ["account_refund_placed"]


async def test_deliveries_that_come_twice_or_late_change_nothing():
    expected = await outcome(EVENTS)

    assert await outcome([*EVENTS, *reversed(EVENTS)]) == expected


async def test_an_agreement_before_its_inspection_is_delivered_again_later():
    with pytest.raises(NotKnownYetError):
        await Bench().hear(told.agreement(2))


async def test_another_companys_inspection_is_never_seen():
    bench = Bench()
    await bench.hear(told.scheduled())

    stranger = told.scheduled(revision=9).model_copy(update={"company_id": "company-other"})
    await bench.hear(stranger)

    assert await bench.desk.views.inspection("company-other", told.INSPECTION) is None
    kept = await bench.desk.views.inspection(told.COMPANY, told.INSPECTION)
    assert kept.revision == 1

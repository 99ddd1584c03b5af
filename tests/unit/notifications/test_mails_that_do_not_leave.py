"""Suppression, and what is overtaken by events: told once, sent never."""

from datetime import timedelta

import pytest

from services.notifications.domain.mail import MailKind, MailState, Words
from services.notifications.domain.refusals import (
    NoClientAddressError,
    NotificationsDisabledError,
    TrialAccountError,
)
from services.notifications.usecases.resend_payment_link import resend_payment_link
from services.notifications.usecases.share_details import ShareDetails, share_details
from shared.contracts.notifications import EmailSuppressedV1
from shared.contracts.scheduling import (
    InspectionCancelledV1,
    InspectionPeopleChangedV1,
    InspectionPolicyChangedV1,
    InspectionPublishedV1,
    InspectionServicesChangedV1,
)
from tests.support import notifications_events as told
from tests.support.notifications_fakes import Bench


async def a_booked(bench: Bench, **company: object) -> None:
    await bench.hear(
        told.company_changed(**company), told.invoice_changed(), told.balance_changed()
    )
    await bench.hear(told.scheduled(), replayed=True)


async def publish(bench: Bench) -> None:
    """What was on its way has left; then the report is published."""
    await bench.send_due()
    bench.post.sent.clear()
    published = told.an_inspection(revision=2, status="published")
    await bench.hear(InspectionPublishedV1(company_id=told.COMPANY, inspection=published))


def services_changed(revision=2, **changes):
    inspection = told.an_inspection(revision=revision, **changes)
    return InspectionServicesChangedV1(company_id=told.COMPANY, inspection=inspection)


def suppressed(bench: Bench) -> list[str]:
    return [event.reason for event in bench.desk.told if isinstance(event, EmailSuppressedV1)]


async def test_a_trial_account_mails_nobody_outside_and_says_so():
    bench = Bench()
    await a_booked(bench, trial=True)

    await bench.hear(services_changed(), told.recorded(), told.send_requested())
    await bench.send_due()

    assert bench.post.sent == []
    assert suppressed(bench) == ["trial_account"] * 3
    assert {mail.state for mail in bench.mails} == {MailState.SUPPRESSED}


async def test_upgrading_sends_nothing_that_was_suppressed():
    bench = Bench()
    await a_booked(bench, trial=True)
    await bench.hear(services_changed())

    await bench.hear(told.company_changed(trial=False, revision=2))
    bench.later(hours=1)
    await bench.send_due()

    assert bench.post.sent == []


async def test_staff_see_alerts_on_a_trial_account_too():
    bench = Bench()
    await a_booked(bench, trial=True)

    await bench.hear(told.recorded())

    assert "Ellen Park paid $625.00" in [alert.text for alert in bench.alerts]


async def test_an_added_fee_is_not_mailed_while_notifications_are_disabled_nor_afterwards():
    bench = Bench()
    await a_booked(bench)

    await bench.hear(services_changed(notifications_disabled=True))
    await bench.hear(
        InspectionPolicyChangedV1(
            company_id=told.COMPANY, inspection=told.an_inspection(revision=3)
        )
    )
    bench.later(hours=1)
    await bench.send_due()

    assert bench.post.sent == []
    assert suppressed(bench) == ["notifications_disabled"]


async def test_switching_on_again_lets_the_next_change_through():
    bench = Bench()
    await a_booked(bench)
    await bench.hear(services_changed(notifications_disabled=True))

    await bench.hear(services_changed(revision=3))
    await bench.send_due()

    assert [message.to_address for message in bench.post.sent] == ["ellen@example.com"]


async def test_an_invoice_sent_while_disabled_is_suppressed_and_staff_are_told():
    bench = Bench()
    await a_booked(bench)
    await bench.hear(
        InspectionPolicyChangedV1(
            company_id=told.COMPANY,
            inspection=told.an_inspection(revision=2, notifications_disabled=True),
        )
    )

    await bench.hear(told.send_requested())
    await bench.send_due()
    await bench.hear(*[e for e in bench.desk.told if isinstance(e, EmailSuppressedV1)])

    assert bench.post.sent == []
    assert "Invoice email was not sent" in [alert.text for alert in bench.alerts]


async def test_a_person_without_an_address_is_recorded_and_raised():
    bench = Bench()
    await bench.hear(told.company_changed())
    nameless = told.a_person(told.ELLEN, "client").model_copy(update={"email": ""})

    await bench.hear(told.scheduled(people=(nameless,)))

    assert [(mail.state, mail.reason) for mail in bench.mails] == [
        (MailState.SUPPRESSED, "no_address")
    ]


async def test_a_confirmation_overtaken_by_a_cancellation_is_not_sent():
    bench = Bench()
    await bench.hear(told.company_changed(), told.invoice_changed())
    cancelled = told.an_inspection(revision=2, status="cancelled", people=())

    await bench.hear(InspectionCancelledV1(company_id=told.COMPANY, inspection=cancelled))
    await bench.hear(told.scheduled())
    await bench.send_due()

    assert bench.post.sent == []
    assert {mail.reason for mail in bench.mails} == {"inspection_cancelled"}


def people_changed(revision, *kept):
    inspection = told.an_inspection(
        revision=revision, people=[one for one in told.PEOPLE if one.email in kept]
    )
    return InspectionPeopleChangedV1(company_id=told.COMPANY, inspection=inspection)


async def test_a_mail_that_waited_while_its_reader_left_the_people_box_is_not_sent():
    bench = Bench()
    await bench.hear(told.company_changed(), told.invoice_changed(), told.balance_changed())
    await bench.hear(told.scheduled())

    await bench.hear(people_changed(2, "ellen@example.com"))
    await bench.send_due()

    assert [message.to_address for message in bench.post.sent] == ["ellen@example.com"]
    reasons = {mail.reason for mail in bench.mails if mail.state is MailState.SKIPPED}
    assert reasons == {"left_inspection"}


async def test_a_refund_of_somebody_who_has_left_is_told_without_a_link():
    bench = Bench()
    await a_booked(bench)
    await bench.hear(people_changed(2, "marcus@example.com"), replayed=True)

    await bench.hear(told.refunded())
    await bench.send_due()

    [message] = bench.post.sent
    assert message.to_address == "ellen@example.com"
    assert bench.links.minted == []
    assert "doorstep.example" not in message.text


async def test_a_payer_who_has_left_keeps_the_link_of_his_own_invoice():
    bench = Bench()
    await a_booked(bench)
    await bench.hear(
        told.invoice_changed(told.an_agents_invoice()),
        people_changed(2, "ellen@example.com"),
        replayed=True,
    )

    await bench.hear(told.refunded(invoice_id=told.AGENT_INVOICE, payer=told.MARCUS))
    await bench.send_due()

    assert [minted["scope"] for minted in bench.links.minted] == ["invoice"]


async def test_a_guest_of_share_details_need_not_be_in_the_people_box():
    bench = Bench()
    await a_booked(bench)
    words = Words(subject="For you", body="{{ sign_and_pay }}")
    command = ShareDetails(
        company_id=told.COMPANY,
        inspection_id=told.INSPECTION,
        recipient="guest@example.com",
        words=words,
        key="key-12345",
        by="Priya",
    )

    await share_details(command, desks=bench.desks, now=bench.now)
    await bench.send_due()

    assert bench.links.minted[0]["about"] == {
        "inspection_id": told.INSPECTION,
        "people_revision": 1,
    }


async def test_no_mail_asks_for_money_after_it_was_paid():
    bench = Bench()
    await a_booked(bench)
    await bench.hear(told.returned(), told.send_requested(told.an_invoice()))

    await bench.hear(told.invoice_changed(told.paid(told.an_invoice())))
    await bench.send_due()

    assert bench.post.sent == []
    assert {mail.reason for mail in bench.mails} == {"nothing_due"}


async def test_payment_due_waits_ten_minutes_after_somebody_began_to_pay():
    bench = Bench()
    await a_booked(bench)
    await bench.hear(told.processing(method_label="Bank"))
    await publish(bench)
    bench.later(minutes=9)
    await bench.send_due()
    assert bench.post.sent == []

    bench.later(minutes=1)
    await bench.send_due()
    assert ["waiting for payment" in message.subject for message in bench.post.sent] == [True]


async def test_a_report_mail_held_back_says_ready_once_the_payment_arrived():
    bench = Bench()
    await a_booked(bench)
    await bench.hear(told.processing(method_label="Bank"))
    await publish(bench)
    await bench.send_due()
    assert bench.post.sent == [], "looked at before the payment is known"

    await bench.hear(
        told.invoice_changed(told.paid(told.an_invoice())),
        told.balance_changed(
            paid_cents=62500, balance_cents=0, report_released=True, balance_revision=2
        ),
    )
    bench.later(seconds=10)
    await bench.send_due()

    assert [message.subject for message in bench.post.sent] == [
        "Your inspection report for 1482 Alder Creek Rd is ready"
    ]
    assert "View report" in bench.post.sent[0].text
    assert "is due" not in bench.post.sent[0].text


@pytest.mark.parametrize(
    ("released", "subject"),
    [
        (True, "Your inspection report for 1482 Alder Creek Rd is ready"),
        (False, "Your report for 1482 Alder Creek Rd is waiting for payment"),
    ],
)
async def test_the_report_mail_leaves_when_billing_has_counted_the_published_report(
    released, subject
):
    """Whether it says `ready` is billing's word, and that comes after the report's."""
    bench = await a_published_one()
    assert bench.post.sent == []
    [mail] = [mail for mail in bench.mails if mail.kind is MailKind.REPORT_PUBLISHED]
    assert (mail.state, mail.reason) == (MailState.WAITING, "release_unknown")

    await bench.hear(
        told.balance_changed(published=True, report_released=released, balance_revision=3)
    )
    bench.later(seconds=1)
    await bench.send_due()

    assert [message.subject for message in bench.post.sent] == [subject]


async def test_the_report_mail_leaves_without_billings_word_after_ten_minutes():
    bench = await a_published_one()
    bench.later(minutes=9)
    await bench.send_due()
    assert bench.post.sent == []

    bench.later(minutes=1)
    await bench.send_due()

    assert ["waiting for payment" in message.subject for message in bench.post.sent] == [True]


async def a_published_one():
    """Billing has told everything but that it knows of the report."""
    bench = Bench()
    await a_booked(bench)
    await bench.hear(told.balance_changed(published=False, balance_revision=2))
    await publish(bench)
    await bench.send_due()
    return bench


@pytest.mark.parametrize(
    ("company", "inspection", "refusal"),
    [
        ({"trial": True}, {}, TrialAccountError),
        ({}, {"notifications_disabled": True}, NotificationsDisabledError),
    ],
)
async def test_an_explicit_send_that_would_be_suppressed_is_refused(company, inspection, refusal):
    bench = Bench()
    await bench.hear(told.company_changed(**company), told.scheduled(**inspection), replayed=True)
    command = ShareDetails(
        company_id=told.COMPANY,
        inspection_id=told.INSPECTION,
        recipient="anybody@example.com",
        words=Words(subject="Hello", body="{{ sign_and_pay }}"),
        key="key-1",
        by="Priya",
    )

    with pytest.raises(refusal):
        await share_details(command, desks=bench.desks, now=bench.now)
    with pytest.raises(refusal):
        await resend_payment_link(
            told.COMPANY, told.INSPECTION, key="k", by="P", desks=bench.desks, now=bench.now
        )
    assert bench.mails == []


async def test_resending_to_a_client_without_an_address_is_refused():
    bench = Bench()
    await bench.hear(told.company_changed(), told.scheduled(people=()), replayed=True)

    with pytest.raises(NoClientAddressError):
        await resend_payment_link(
            told.COMPANY, told.INSPECTION, key="k", by="P", desks=bench.desks, now=bench.now
        )


async def test_a_mail_whose_facts_never_come_is_forgotten_after_a_day():
    bench = Bench()
    await bench.hear(told.scheduled())

    bench.now += timedelta(hours=26)
    mails = await bench.send_due()

    assert {(mail.state, mail.reason) for mail in mails} == {(MailState.SKIPPED, "too_late")}

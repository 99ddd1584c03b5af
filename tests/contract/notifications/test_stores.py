"""What the use cases may rely on, shown of the stores in memory and of those in MongoDB."""

from dataclasses import replace
from datetime import timedelta

from services.notifications.domain.mail import MailState, Words
from services.notifications.domain.mailing import mails_for
from services.notifications.usecases.notice_event import notice_event
from services.notifications.usecases.ports import AlertFilter, KeptLetter, MailFilter
from shared.contracts.scheduling import InspectionServicesChangedV1
from tests.support import notifications_events as told
from tests.support.notifications_events import COMPANY, INSPECTION, NOW

SOON = timedelta(minutes=1)
KEPT = KeptLetter(subject="Subject", html="<p>x</p>", text="x")


async def hear(desks, *events, at=NOW):
    for event in events:
        await desks.together(
            lambda desk, event=event: notice_event(
                event,
                event_id=f"{event.name}:{event.aggregate_id}:{event.revision}",
                at=at,
                replayed=False,
                desk=desk,
                now=at,
            )
        )


async def a_claimed(desks):
    await hear(desks, told.company_changed(), told.scheduled())
    return await desks.reading.mails.claim(now=NOW, lease_until=NOW + SOON)


async def test_a_view_keeps_the_newest_state_in_any_order(desks):
    for revision in (2, 3, 1):
        inspection = told.an_inspection(revision=revision, number=f"HP-{revision}")
        event = InspectionServicesChangedV1(company_id=COMPANY, inspection=inspection)
        await desks.together(lambda desk, event=event: desk.views.keep(event, NOW))

    kept = await desks.reading.views.inspection(COMPANY, INSPECTION)
    assert kept == told.an_inspection(revision=3, number="HP-3")


async def test_a_situation_gathers_what_is_known(desks):
    await hear(
        desks,
        told.company_changed(),
        told.scheduled(),
        told.invoice_changed(),
        told.invoice_changed(told.an_agents_invoice()),
        told.balance_changed(),
        told.processing(method_label="Bank"),
    )

    about = await desks.reading.views.situation(COMPANY, INSPECTION, None)
    his = await desks.reading.views.situation(COMPANY, INSPECTION, told.AGENT_INVOICE)

    assert about.company == told.a_company()
    assert about.inspection == told.an_inspection()
    assert about.invoice == told.an_invoice()
    assert about.balance == told.balance_changed()
    assert about.last_attempt_at == NOW
    assert his.invoice == told.an_agents_invoice()


async def test_nothing_is_seen_across_companies(desks):
    mail = await a_claimed(desks)
    reading = desks.reading
    [alert] = await reading.feed.alerts(COMPANY, AlertFilter(), before_seq=None, limit=9)

    assert await reading.views.inspection("other", INSPECTION) is None
    assert (await reading.views.situation("other", INSPECTION, None)).inspection is None
    assert await reading.mails.mail("other", mail.mail_id) is None
    assert await reading.mails.of_inspection("other", INSPECTION) == []
    assert await reading.feed.alerts("other", AlertFilter(), before_seq=None, limit=9) == []
    assert await reading.feed.after("other", 0, 9) == []
    assert not await reading.feed.finish("other", alert.alert.alert_id, by="x", at=NOW)
    assert not await reading.mails.opened("other", "link-1", NOW)


async def test_the_same_mails_are_queued_once(desks):
    mails = mails_for(told.send_requested(), cause="c", now=NOW)

    first = await desks.together(lambda desk: desk.mails.queue(mails))
    second = await desks.together(lambda desk: desk.mails.queue(mails))

    assert first == mails
    assert second == []


async def test_a_mail_comes_back_as_it_was_stored(desks):
    await hear(desks, told.recorded(), told.send_requested())
    [invoice] = await desks.reading.mails.page(
        COMPANY, MailFilter(kind="invoice"), before=None, limit=9
    )
    [receipt] = await desks.reading.mails.page(
        COMPANY, MailFilter(kind="receipt"), before=None, limit=9
    )

    [expected] = mails_for(told.recorded(), cause="x", now=NOW)
    assert receipt.payment == expected.payment
    assert invoice.words == Words(
        subject="Invoice {{ invoice_number }}", body="Please pay {{ amount_due }}."
    )
    assert invoice.queued_at == NOW


async def test_a_claimed_mail_is_nobody_elses_until_its_lease_lapses(desks):
    first = await a_claimed(desks)
    second = await desks.reading.mails.claim(now=NOW, lease_until=NOW + SOON)
    none = await desks.reading.mails.claim(now=NOW, lease_until=NOW + SOON)
    again = await desks.reading.mails.claim(now=NOW + SOON, lease_until=NOW + 2 * SOON)

    assert none is None
    assert {first.mail_id, second.mail_id} == {
        mail.mail_id for mail in await desks.reading.mails.of_inspection(COMPANY, INSPECTION)
    }
    assert again.mail_id in {first.mail_id, second.mail_id}
    assert (first.attempts, again.attempts) == (1, 2)
    assert first.state is MailState.SENDING


async def test_a_postponed_mail_is_claimed_when_it_is_due_and_not_before(desks):
    mail = await a_claimed(desks)
    other = await desks.reading.mails.claim(now=NOW, lease_until=NOW + SOON)
    for held in (mail, other):
        after = held.postponed(NOW + 2 * SOON, reason="busy", counts=True)
        assert await desks.together(lambda desk, after=after: desk.mails.update(after))

    assert await desks.reading.mails.claim(now=NOW + SOON, lease_until=NOW) is None
    found = await desks.reading.mails.claim(now=NOW + 2 * SOON, lease_until=NOW + 3 * SOON)
    assert found.attempts == 2
    assert (await desks.reading.mails.counts(COMPANY, NOW)).retrying == 2


async def test_a_try_that_did_not_count_is_not_counted(desks):
    mail = await a_claimed(desks)
    after = mail.postponed(NOW, reason="facts_missing", counts=False)

    assert await desks.together(lambda desk: desk.mails.update(after))

    assert (await desks.reading.mails.mail(COMPANY, mail.mail_id)).attempts == 0


async def test_a_settled_mail_stays_settled(desks):
    mail = await a_claimed(desks)
    sent = mail.moved(MailState.SENT, at=NOW)
    assert await desks.together(lambda desk: desk.mails.update(sent, KEPT))

    late = mail.moved(MailState.BOUNCED, at=NOW, reason="late")
    assert not await desks.together(lambda desk: desk.mails.update(late))

    stored = await desks.reading.mails.mail(COMPANY, mail.mail_id)
    assert (stored.state, stored.subject) == (MailState.SENT, "Subject")
    assert await desks.reading.mails.letter(COMPANY, mail.mail_id) == KEPT
    assert (await desks.reading.mails.counts(COMPANY, NOW)).delivered == 1


async def test_a_link_opened_before_the_mail_was_settled_is_not_forgotten(desks):
    mail = await a_claimed(desks)
    await desks.reading.mails.note_link(mail, "link-1")
    assert await desks.reading.mails.opened(COMPANY, "link-1", NOW + SOON)
    assert await desks.reading.mails.opened(COMPANY, "link-1", NOW)

    await desks.together(lambda desk: desk.mails.update(mail.moved(MailState.SENT, at=NOW), KEPT))

    stored = await desks.reading.mails.mail(COMPANY, mail.mail_id)
    assert stored.opened_at == NOW
    assert stored.link_ids == ("link-1",)


async def test_the_log_is_filtered_and_paged(desks):
    await hear(desks, told.scheduled())
    await hear(desks, told.recorded(), at=NOW + SOON)
    log = desks.reading.mails

    newest = await log.page(COMPANY, MailFilter(), before=None, limit=1)
    assert [str(mail.kind) for mail in newest] == ["receipt"]
    older = await log.page(COMPANY, MailFilter(), before=newest[0].queued_at, limit=9)
    assert {str(mail.kind) for mail in older} == {"confirmation"}
    by_address = await log.page(
        COMPANY, MailFilter(address="MARCUS@example.com"), before=None, limit=9
    )
    assert [mail.recipient.name for mail in by_address] == ["Marcus Lee"]
    assert await log.page(COMPANY, MailFilter(state="bounced"), before=None, limit=9) == []
    assert len(await log.page(COMPANY, MailFilter(state="waiting"), before=None, limit=9)) == 3


async def test_the_feed_is_numbered_without_gaps_and_alerts_come_once(desks):
    await hear(desks, told.scheduled(), told.invoice_changed(), told.recorded(), told.recorded())
    feed = desks.reading.feed

    steps = await feed.after(COMPANY, 0, 50)
    assert [step.seq for step in steps] == [1, 2, 3]
    assert [bool(step.alert) for step in steps] == [True, False, True]
    assert steps[1].signals == ("payments:changed",)
    assert await feed.latest_seq(COMPANY) == 3
    assert [step.seq for step in await feed.after(COMPANY, 2, 50)] == [3]
    assert [step.seq for step in await feed.after(COMPANY, 0, 1)] == [1]
    newest_first = await feed.alerts(COMPANY, AlertFilter(), before_seq=None, limit=9)
    assert [item.seq for item in newest_first] == [3, 1]
    assert newest_first[0].alert.text == "Ellen Park paid $625.00"


async def test_what_waits_is_counted_until_somebody_is_done(desks):
    await hear(desks, told.returned(), told.scheduled())
    feed = desks.reading.feed
    asked = AlertFilter(waiting_only=True)
    [waiting] = await feed.alerts(COMPANY, asked, before_seq=None, limit=9)
    alert_id = waiting.alert.alert_id

    assert await feed.waiting(COMPANY, with_platform=False) == 1
    assert await feed.finish(COMPANY, alert_id, by="Priya", at=NOW)
    assert not await feed.finish(COMPANY, alert_id, by="Dana", at=NOW)
    assert await feed.waiting(COMPANY, with_platform=False) == 0
    [done] = await feed.about_inspection(COMPANY, INSPECTION)
    assert (done.done_by, done.done_at) == ("Priya", NOW)


async def test_each_person_has_seen_what_he_has_seen(desks):
    await hear(desks, told.scheduled(), told.recorded())
    feed = desks.reading.feed

    await feed.see(COMPANY, "priya", 2)
    await feed.see(COMPANY, "priya", 1)

    assert await feed.unread(COMPANY, "priya", with_platform=False) == 0
    assert await feed.unread(COMPANY, "dana", with_platform=False) == 2


async def test_own_texts_are_kept_and_removed(desks):
    texts = desks.reading.texts
    words = Words(subject="Own", body="{{ sign_and_pay }}")

    await texts.put(COMPANY, "confirmation", words, by="priya", at=NOW)
    await texts.put("other", "confirmation", replace(words, subject="Other"), by="x", at=NOW)
    assert await texts.changed(COMPANY) == {"confirmation": words}

    await texts.remove(COMPANY, "confirmation")
    assert await texts.changed(COMPANY) == {}

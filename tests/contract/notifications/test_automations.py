"""The automations a company keeps, in memory and in MongoDB."""

from dataclasses import replace

from services.notifications.domain.automation import STANDARD, Addressee, Automation, Trigger
from services.notifications.domain.mail import Words
from tests.support.notifications_events import COMPANY, NOW

OWN = Automation(
    automation_id="own-1",
    name="Tell the insurer",
    trigger=Trigger.SCHEDULED,
    addressee=Addressee.ADDITIONAL,
    role_label="Insurer",
    portal_link=True,
    on=True,
    words=Words(subject="Hello", body="{{ sign_and_pay }}"),
)


async def test_a_company_begins_with_the_standard_set(desks):
    assert await desks.reading.automations.all(COMPANY) == list(STANDARD)
    assert await desks.reading.automations.one(COMPANY, "confirmation") == STANDARD[0]
    assert await desks.reading.automations.one(COMPANY, "own-1") is None


async def test_its_own_come_after_the_standard_set_and_as_they_were_kept(desks):
    kept = desks.reading.automations
    await kept.put(COMPANY, OWN, by="owner", at=NOW)

    assert await kept.all(COMPANY) == [*STANDARD, OWN]
    assert await kept.one(COMPANY, "own-1") == OWN


async def test_a_standard_one_switched_off_keeps_its_place(desks):
    kept = desks.reading.automations
    off = replace(STANDARD[2], on=False)
    await kept.put(COMPANY, off, by="owner", at=NOW)

    assert (await kept.all(COMPANY))[2] == off
    assert len(await kept.all(COMPANY)) == len(STANDARD)


async def test_another_company_sees_and_removes_nothing(desks):
    kept = desks.reading.automations
    await kept.put(COMPANY, OWN, by="owner", at=NOW)

    assert await kept.all("other") == list(STANDARD)
    assert await kept.one("other", "own-1") is None
    assert not await kept.remove("other", "own-1")
    assert await kept.remove(COMPANY, "own-1")
    assert await kept.all(COMPANY) == list(STANDARD)

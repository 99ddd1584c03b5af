"""Automations: whom they reach, what they may carry, and what a plan lets run."""

from dataclasses import replace

import pytest

from services.notifications.domain.automation import STANDARD_BY_ID, Addressee, Trigger
from services.notifications.domain.automation_texts import starting_words
from services.notifications.domain.mail import MailState, Words
from services.notifications.domain.refusals import (
    AdvancedAutomationsRequiredError,
    AutomationNotFoundError,
    AutomationWithoutLinkError,
    StandardAutomationError,
)
from services.notifications.usecases.remove_automation import remove_automation
from services.notifications.usecases.save_automation import AutomationWish, save_automation
from shared.contracts.scheduling import InspectionPublishedV1
from shared.problems import InvalidError
from tests.support import notifications_events as told
from tests.support.notifications_fakes import Bench

INSURER = "claims@nwmutual.example"


def wish(**changes) -> AutomationWish:
    fields = {
        "name": "Tell the insurer",
        "trigger": Trigger.SCHEDULED,
        "addressee": Addressee.ADDITIONAL,
        "role_label": "Insurer",
        "portal_link": False,
        "words": starting_words(Trigger.SCHEDULED, with_link=False),
        "on": True,
    }
    return AutomationWish(**(fields | changes))


async def save(bench: Bench, automation_id: str = "own-1", *, new: bool = True, **changes):
    return await save_automation(
        told.COMPANY,
        automation_id,
        wish(**changes),
        new=new,
        by="owner",
        desk=bench.desk,
        now=bench.now,
    )


async def a_company(**changes) -> Bench:
    bench = Bench()
    await bench.hear(told.company_changed(**changes), told.invoice_changed())
    return bench


async def test_an_advanced_automation_reaches_the_role_it_names_and_no_other():
    bench = await a_company()
    await save(bench)
    lawyer = told.PEOPLE[2].model_copy(
        update={"contact_id": "law", "role_label": "Attorney", "email": "law@example.com"}
    )

    await bench.hear(told.scheduled(people=(*told.PEOPLE, lawyer)))
    await bench.send_due()

    assert len(bench.post.to(INSURER)) == 1
    assert bench.post.to("law@example.com") == []


async def test_without_a_role_every_additional_person_is_reached():
    bench = await a_company()
    await save(bench, role_label="")
    lawyer = told.PEOPLE[2].model_copy(
        update={"contact_id": "law", "role_label": "Attorney", "email": "law@example.com"}
    )

    await bench.hear(told.scheduled(people=(*told.PEOPLE, lawyer)))
    await bench.send_due()

    assert len(bench.post.to(INSURER)) == len(bench.post.to("law@example.com")) == 1


async def test_a_persona_gets_no_link_and_no_amount_unless_the_automation_says_so():
    bench = await a_company()
    await save(bench)

    await bench.hear(told.scheduled())
    await bench.send_due()

    [sent] = bench.post.to(INSURER)
    assert "$" not in sent.text
    assert "/p/" not in sent.text
    assert all(minted["recipient"] != INSURER for minted in bench.links.minted)


async def test_a_persona_gets_the_portal_link_by_an_advanced_automation():
    """R46: a third party reaches the portal by an automation addressed to his persona."""
    bench = await a_company()
    await save(
        bench,
        trigger=Trigger.REPORT_PUBLISHED,
        portal_link=True,
        words=starting_words(Trigger.REPORT_PUBLISHED, with_link=True),
    )
    await bench.hear(told.scheduled(), replayed=True)

    await bench.hear(
        InspectionPublishedV1(
            company_id=told.COMPANY, inspection=told.an_inspection(revision=2, status="published")
        ),
        told.balance_changed(published=True),
    )
    bench.later(minutes=1)
    await bench.send_due()

    [sent] = bench.post.to(INSURER)
    assert "https://doorstep.example/p/token-" in sent.text
    assert {"inspection"} == {m["scope"] for m in bench.links.minted if m["recipient"] == INSURER}


@pytest.mark.parametrize(
    "changes",
    [
        {"addressee": Addressee.ADDITIONAL},
        {"addressee": Addressee.AGENT, "portal_link": True},
    ],
)
async def test_the_base_tier_reaches_client_and_agents_only(changes):
    """R50: refused with its code; nothing is kept."""
    bench = await a_company(plan="basic")

    with pytest.raises(AdvancedAutomationsRequiredError) as refused:
        await save(bench, **changes)

    assert (refused.value.code, refused.value.status) == ("advanced_automations_required", 403)
    assert bench.desk.automations.kept == {}


@pytest.mark.parametrize("addressee", [Addressee.CLIENT, Addressee.AGENT])
async def test_the_base_tier_may_write_its_own_to_client_and_agents(addressee):
    bench = await a_company(plan="basic")

    saved = await save(bench, addressee=addressee)

    assert not saved.advanced


async def test_after_a_downgrade_it_is_kept_and_does_not_run_and_the_log_says_so():
    bench = await a_company()
    await save(bench)
    await bench.hear(told.company_changed(plan="basic", revision=2))

    await bench.hear(told.scheduled())
    await bench.send_due()

    [mail] = [m for m in bench.mails if m.automation_id == "own-1"]
    assert (mail.state, mail.reason) == (MailState.SKIPPED, "advanced_automations_required")
    assert bench.post.to(INSURER) == []
    assert await bench.desk.automations.one(told.COMPANY, "own-1") is not None


async def test_a_payers_mail_leaves_with_every_automation_off_and_on_the_base_tier():
    """R51, R52: independent of automations."""
    bench = await a_company(plan="basic")
    for standard in STANDARD_BY_ID.values():
        await bench.desk.automations.put(
            told.COMPANY, replace(standard, on=False), by="x", at=bench.now
        )

    await bench.hear(told.scheduled(), told.invoice_changed(told.an_agents_invoice()))
    await bench.hear(told.send_requested(), told.recorded())
    await bench.send_due()

    assert {str(mail.kind) for mail in bench.mails} == {"invoice", "receipt"}
    assert len(bench.post.to("marcus@example.com")) == 1


async def test_a_standard_automation_can_be_switched_off_and_on_but_not_removed():
    bench = await a_company()
    await save(bench, "confirmation", new=False, on=False)

    await bench.hear(told.scheduled())

    assert {m.recipient.address for m in bench.mails} == {"marcus@example.com"}
    assert (await bench.desk.automations.one(told.COMPANY, "confirmation")).name == (
        "Booking confirmation"
    )
    with pytest.raises(StandardAutomationError):
        await remove_automation(told.COMPANY, "confirmation", desk=bench.desk)


async def test_paid_in_full_is_told_once():
    bench = await a_company()
    await save(
        bench,
        trigger=Trigger.PAID,
        words=starting_words(Trigger.PAID, with_link=False),
    )
    await bench.hear(told.scheduled(), replayed=True)
    done = {"paid_cents": 62500, "balance_cents": 0}

    await bench.hear(told.balance_changed(balance_revision=2))
    await bench.hear(told.balance_changed(**done, balance_revision=3))
    await bench.hear(told.balance_changed(**done, report_released=True, balance_revision=4))

    assert [m.automation_id for m in bench.mails if str(m.kind) == "paid_in_full"] == ["own-1"]


@pytest.mark.parametrize(
    "body", ["Open it:\n\n{{ sign_and_pay }}", "It costs {{ total }}.", "{{ payment_line }}"]
)
async def test_a_mail_without_link_may_promise_neither_button_nor_amounts(body):
    bench = await a_company()

    with pytest.raises(AutomationWithoutLinkError):
        await save(bench, words=Words(subject="Hello", body=body))


@pytest.mark.parametrize(
    "changes",
    [
        {"name": " "},
        {"name": "x" * 81},
        {"words": Words(subject="", body="x")},
        {"words": Words(subject="x", body="")},
        {"words": Words(subject="x", body="{{ card_number }}")},
    ],
)
async def test_bad_input_is_refused(changes):
    bench = await a_company()

    with pytest.raises(InvalidError):
        await save(bench, **changes)


async def test_one_click_twice_is_one_automation_and_a_foreign_id_is_not_found():
    bench = await a_company()
    first = await save(bench)

    assert await save(bench, name="Another name") == first
    with pytest.raises(AutomationNotFoundError):
        await save(bench, "other", new=False)
    with pytest.raises(AutomationNotFoundError):
        await remove_automation("other-company", "nobody's", desk=bench.desk)

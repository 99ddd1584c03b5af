"""A mail's way from the queue to a server that may refuse, stall or be away."""

from datetime import timedelta

import pytest

from services.notifications.domain.circuit import FAILURES_TO_OPEN, PAUSE, Circuit
from services.notifications.domain.delivery import RefusedForGood, TryLater
from services.notifications.domain.mail import LEGAL_MOVES, MailState
from services.notifications.domain.sending import retry_delay
from shared.contracts.notifications import EmailBouncedV1, EmailDeliveredV1
from shared.contracts.portal import LinkOpenedV1
from tests.support import notifications_events as told
from tests.support.notifications_fakes import Bench

BUSY = TryLater("451 later", asked=True)


async def a_bench(*answers) -> Bench:
    bench = Bench()
    await bench.hear(told.company_changed(), told.invoice_changed(), told.balance_changed())
    client = (told.a_person(told.ELLEN, "client"),)
    await bench.hear(told.scheduled(people=client))
    bench.post.answers = list(answers)
    return bench


def test_the_table_of_states_names_every_state():
    assert set(LEGAL_MOVES) == set(MailState)


async def test_an_accepted_mail_is_delivered_and_told_once():
    bench = await a_bench()

    [mail] = await bench.send_due()
    await bench.send_due()

    assert mail.state is MailState.SENT
    assert [type(event) for event in bench.desk.told if "email" in event.name] == [EmailDeliveredV1]
    assert len(bench.post.sent) == 1


async def test_a_busy_server_is_asked_again_with_growing_pauses():
    bench = await a_bench(BUSY, BUSY)
    await bench.send_due()
    bench.later(seconds=29)
    await bench.send_due()
    assert len(bench.post.sent) == 1

    bench.later(seconds=1)
    await bench.send_due()
    bench.later(seconds=60)
    [mail] = await bench.send_due()

    assert len(bench.post.sent) == 3
    assert mail.state is MailState.SENT
    assert len({message.mail_id for message in bench.post.sent}) == 1


async def test_a_server_that_never_gives_in_is_given_up_after_a_day():
    bench = await a_bench(*[BUSY] * 100)
    for _ in range(60):
        await bench.send_due()
        bench.later(minutes=30)

    [mail] = bench.mails
    assert mail.state is MailState.BOUNCED
    assert mail.reason == "gave up: 451 later"
    assert mail.settled_at <= told.NOW + timedelta(hours=24)
    assert len(bench.post.sent) < 20


async def test_a_refusal_for_good_bounces_and_staff_are_alerted():
    bench = await a_bench(RefusedForGood("550 no such user"))

    [mail] = await bench.send_due()
    bounced = [event for event in bench.desk.told if isinstance(event, EmailBouncedV1)]
    await bench.hear(*bounced)

    assert (mail.state, mail.reason) == (MailState.BOUNCED, "550 no such user")
    [alert] = [alert for alert in bench.alerts if alert.kind == "email_bounced"]
    assert alert.level == "needs_action"
    assert alert.action == "fix_address"


async def test_a_mail_waits_while_portal_cannot_give_a_link():
    bench = await a_bench()
    bench.links.away = True
    await bench.send_due()
    assert bench.post.sent == []

    bench.links.away = False
    bench.later(seconds=5)
    [mail] = await bench.send_due()

    assert mail.state is MailState.SENT
    assert mail.attempts == 1


BEHIND = {"total_cents": 47_500, "charge_cents": 47_500}
CREDITED = {"total_cents": 61_500, "charge_cents": 62_500}
OLDER = {"total_cents": 47_500}


@pytest.mark.parametrize("bill", [BEHIND, OLDER, {"total_cents": 80_000, "charge_cents": 80_000}])
async def test_prices_wait_for_the_bill_that_follows_the_order(bill):
    bench = Bench()
    await bench.hear(told.company_changed(), told.invoice_changed(), told.balance_changed(**bill))
    await bench.hear(told.scheduled(people=(told.a_person(told.ELLEN, "client"),)))
    await bench.send_due()
    assert bench.post.sent == []

    await bench.hear(told.balance_changed(balance_revision=2, charge_cents=62_500))
    bench.later(seconds=1)
    [mail] = await bench.send_due()
    assert mail.state is MailState.SENT


async def test_a_credit_is_no_bill_that_is_behind():
    bench = Bench()
    await bench.hear(
        told.company_changed(), told.invoice_changed(), told.balance_changed(**CREDITED)
    )
    await bench.hear(told.scheduled(people=(told.a_person(told.ELLEN, "client"),)))
    [mail] = await bench.send_due()
    assert mail.state is MailState.SENT


async def test_a_server_left_alone_costs_the_mail_no_try():
    bench = await a_bench()
    bench.post.answers = [TryLater("server_left_alone", asked=False, not_before=bench.now + PAUSE)]

    [mail] = await bench.send_due()

    assert (mail.attempts, mail.not_before) == (0, bench.now + PAUSE)


async def test_a_sender_that_died_is_followed_by_another_after_its_lease():
    bench = await a_bench()
    claimed = await bench.desk.mails.claim(
        now=bench.now, lease_until=bench.now + timedelta(minutes=1)
    )
    assert await bench.send_due() == []

    bench.later(minutes=1)
    [mail] = await bench.send_due()

    assert mail.mail_id == claimed.mail_id
    assert mail.state is MailState.SENT
    assert len(bench.post.sent) == 1


async def test_opening_the_link_shows_on_the_mail():
    bench = await a_bench()
    await bench.send_due()
    opened = LinkOpenedV1(
        company_id=told.COMPANY,
        link_id="link-1",
        scope="inspection",
        inspection_id=told.INSPECTION,
        invoice_id=None,
        recipient="ellen@example.com",
        opened_at=bench.now,
    )

    await bench.hear(opened)

    assert bench.mails[0].opened_at == told.NOW


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(0, 30), (1, 30), (2, 60), (3, 120), (10, 14400), (400, 14400)]
)
def test_pauses_double_up_to_four_hours(attempts, seconds):
    assert retry_delay(attempts) == timedelta(seconds=seconds)


def test_a_circuit_opens_after_failures_in_a_row_and_lets_one_try_through_per_pause():
    circuit = Circuit()
    for _ in range(FAILURES_TO_OPEN):
        assert circuit.allows(told.NOW)
        circuit = circuit.failed(told.NOW)

    assert not circuit.allows(told.NOW + PAUSE / 2)
    later = told.NOW + PAUSE
    assert circuit.allows(later)
    assert not circuit.trying(later).allows(later)
    assert circuit.again_at(told.NOW) == later


def test_a_circuit_closes_with_the_first_answer():
    circuit = Circuit()
    for _ in range(FAILURES_TO_OPEN):
        circuit = circuit.failed(told.NOW)

    assert circuit.succeeded().allows(told.NOW)
    assert Circuit().failed(told.NOW).succeeded() == Circuit()

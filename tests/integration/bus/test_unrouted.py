"""Events to which nobody listens are kept, alarmed, shown, and told again when somebody does."""

import argparse
import json

import pytest
from aiormq.exceptions import AMQPError
from prometheus_client import REGISTRY

from deploy.product import OPERATOR
from services.notifications.adapters.unrouted_queue import UnroutedQueue
from services.notifications.entrypoints.unrouted import UnroutedAlarm
from shared.contracts.portal import LinkOpenedV1
from shared.messaging.publisher import PublishFailedError
from shared.messaging.topology import UNROUTED
from shared.messaging.unrouted import UnroutedShelf
from shared.unrouted_commands import OPERATOR_URL, unrouted_commands
from tests.support import notifications_events as told
from tests.support.bus import effects, eventually, handled, opening, publish, remembering
from tests.support.notifications_fakes import Bench
from tests.support.shared_app import config


async def shelved(bus, *numbers, already=0):
    """The ids of events that nobody listened to, in their order."""
    async with bus.publisher("portal") as publisher:
        ids = [await publish(publisher, opening(number)) for number in numbers]
    await eventually(lambda: on_the_shelf(bus, already + len(ids)))
    return ids


async def on_the_shelf(bus, count):
    return await bus.ready(UNROUTED) == count


async def shown(bus):
    async with UnroutedShelf.opened(bus.rabbit_url("notifications")) as shelf:
        return await shelf.listed()


async def test_unrouted_events_are_shown_and_stay(bus):
    ids = await shelved(bus, 1, 2)
    for message in (await shown(bus), await shown(bus))[1]:
        assert message.type == LinkOpenedV1.name
        assert message.reason == "nobody listens to it"
        assert message.correlation_id
        assert message.subject.startswith("link/")
    assert [message.id for message in await shown(bus)] == ids


async def test_one_is_told_again_to_whoever_listens_by_now(bus):
    ids = await shelved(bus, 1, 2)
    async with bus.store("billing") as store:
        async with (
            bus.consumer("billing", store, remembering(store, LinkOpenedV1)),
            UnroutedShelf.opened(bus.rabbit_url(OPERATOR)) as shelf,
        ):
            assert await shelf.replay(event_id=ids[1]) == 1
            await eventually(lambda: handled(store, 1))
            assert await effects(store) == ["link-2"]
            await eventually(lambda: on_the_shelf(bus, 1))
            assert await shelf.replay() == 1
            await eventually(lambda: handled(store, 2))
        assert await effects(store) == ["link-2", "link-1"]
    await eventually(lambda: on_the_shelf(bus, 0))


async def test_one_to_which_still_nobody_listens_is_kept(bus):
    ids = await shelved(bus, 1)
    async with UnroutedShelf.opened(bus.rabbit_url(OPERATOR)) as shelf:
        assert await shelf.replay() == 1
    await eventually(lambda: on_the_shelf(bus, 1))
    assert [message.id for message in await shown(bus)] == ids


async def test_only_the_operator_tells_them_again_and_a_refusal_loses_nothing(bus):
    await shelved(bus, 1)
    async with UnroutedShelf.opened(bus.rabbit_url("notifications")) as shelf:
        with pytest.raises(PublishFailedError):
            await shelf.replay()
    await eventually(lambda: on_the_shelf(bus, 1))
    with pytest.raises(AMQPError):
        async with UnroutedShelf.opened(bus.rabbit_url("billing")) as shelf:
            await shelf.listed()


async def commanded(bus, *arguments):
    parser = argparse.ArgumentParser()
    settings = config("notifications", rabbit_url=bus.rabbit_url("notifications"))
    unrouted_commands(parser.add_subparsers(required=True), lambda: settings)
    args = parser.parse_args([*arguments, "--json"])
    await args.run(args)


async def test_the_command_line_shows_and_tells_again(bus, monkeypatch, capsys):
    ids = await shelved(bus, 1)
    await commanded(bus, "unrouted")
    assert [row["id"] for row in json.loads(capsys.readouterr().out)] == ids

    monkeypatch.delenv(OPERATOR_URL, raising=False)
    with pytest.raises(SystemExit, match=OPERATOR_URL):
        await commanded(bus, "replay-unrouted", "--all")
    monkeypatch.setenv(OPERATOR_URL, bus.rabbit_url(OPERATOR))
    with pytest.raises(SystemExit, match="no event nowhere on this shelf"):
        await commanded(bus, "replay-unrouted", "nowhere")
    capsys.readouterr()
    await commanded(bus, "replay-unrouted", ids[0])
    assert json.loads(capsys.readouterr().out) == [{"told": 1}]


def platform_alerts(bench):
    """What owners were told about the installation."""
    return [alert for alert in bench.alerts if alert.kind == "platform"]


async def test_the_alarm_counts_the_real_shelf_and_speaks_up_when_it_grows(bus):
    bench, shelf = Bench(), UnroutedQueue(bus.rabbit_url("notifications"))
    await bench.hear(told.company_changed())
    alarm = UnroutedAlarm(shelf, bench.desks, lambda: bench.now)
    try:
        await alarm.look()
        assert unrouted_messages() == 0
        assert platform_alerts(bench) == []
        await shelved(bus, 1, 2)
        await alarm.look()
        assert unrouted_messages() == 2
        (alert,) = platform_alerts(bench)
        assert alert.detail.startswith("2 on the shelf")
        await shelved(bus, 3, already=2)
        await alarm.look()
        assert unrouted_messages() == 3
        assert platform_alerts(bench) == [alert]
    finally:
        await shelf.close()


def unrouted_messages():
    return REGISTRY.get_sample_value("doorstep_unrouted_messages")

import json
from types import SimpleNamespace

import pytest

from shared.contracts.catalogue import ALL_EVENTS
from shared.messaging.reading import DeliveryReader
from tools.golden import golden
from tools.subscriptions import subscriptions

LISTENING = [
    pytest.param(service, event, id=f"{service} hears {event.name}")
    for service, events in subscriptions().items()
    for event in events
]


@pytest.mark.parametrize(("service", "event"), LISTENING)
def test_a_consumer_reads_the_published_sample(service, event):
    sample = golden(event.name)["sample"]
    message = SimpleNamespace(type=event.name, body=json.dumps(sample).encode(), headers={})

    delivery = DeliveryReader(subscriptions()[service]).read(message)

    assert type(delivery.event) is event
    assert delivery.envelope.id == sample["id"]
    assert delivery.event.model_dump(mode="json") == sample["data"]


@pytest.mark.parametrize(("service", "event"), LISTENING)
def test_a_consumer_listens_to_events_of_the_catalogue(service, event):
    assert ALL_EVENTS[event.name] is event


def test_nobody_binds_an_event_twice():
    for events in subscriptions().values():
        assert len(events) == len(set(events))


def test_every_event_has_somebody_who_listens():
    heard = {event.name for events in subscriptions().values() for event in events}

    assert set(ALL_EVENTS) - heard == set()

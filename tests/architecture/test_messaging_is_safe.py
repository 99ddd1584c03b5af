"""Nobody can publish or subscribe with the libraries' defaults, which lose messages.

FastStream publishes neither persistent nor mandatory unless told, and rejects a message whose
handler raised. So there is one place that does each, and these are its settings.
"""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# What starts a conversation with the broker -> the one place that may.
PLACES = {
    "RabbitBroker": "shared/messaging/consumer.py",
    "broker.subscriber": "shared/messaging/consumer.py",
    "broker.publisher": "",
    "broker.publish": "",
    "aio_pika.Message": "",
    "basic_publish": "shared/messaging/publisher.py",
    "aio_pika.connect_robust": "shared/messaging/publisher.py",
}


def calls() -> list[tuple[str, str, ast.Call]]:
    found = []
    for folder in ("services", "shared"):
        for path in (ROOT / folder).rglob("*.py"):
            place = str(path.relative_to(ROOT))
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call):
                    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                    found.append((place, name, node))
    return found


CALLS = calls()
PUBLISHER = (ROOT / "shared/messaging/publisher.py").read_text()


def settings(place: str, name: str) -> list[dict[str, str]]:
    return [
        {keyword.arg or "**": ast.unparse(keyword.value) for keyword in node.keywords}
        for where, called, node in CALLS
        if (where, called) == (place, name)
    ]


@pytest.mark.parametrize("call", PLACES)
def test_it_is_done_in_one_place(call: str):
    places = {where for where, _, node in CALLS if ast.unparse(node.func).endswith(call)}
    assert places <= {PLACES[call]}


def test_a_subscriber_acknowledges_by_hand_and_hears_of_returned_messages():
    (subscriber,) = [
        asked for asked in settings("shared/messaging/consumer.py", "subscriber") if asked
    ]
    assert subscriber["ack_policy"] == "AckPolicy.MANUAL"
    assert "on_return_raises=True" in subscriber["channel"]
    assert "prefetch_count=" in subscriber["channel"]


def test_the_queue_is_not_declared_by_the_consuming_broker():
    # It would put the consumer on a channel without our prefetch.
    (queue,) = settings("shared/messaging/consumer.py", "RabbitQueue")
    assert queue["declare"] == "False"
    assert queue["durable"] == "True"
    assert queue["queue_type"] == "QueueType.QUORUM"


def test_a_published_message_is_kept_confirmed_and_never_silently_dropped():
    (properties,) = settings("shared/messaging/publisher.py", "Properties")
    (channel,) = settings("shared/messaging/publisher.py", "channel")
    (sent,) = settings("shared/messaging/publisher.py", "basic_publish")
    assert properties["delivery_mode"] == "aio_pika.DeliveryMode.PERSISTENT"
    assert channel == {"publisher_confirms": "True", "on_return_raises": "True"}
    assert sent["mandatory"] == "True"
    assert "asyncio.timeout(PUBLISH_TIMEOUT_SECONDS)" in PUBLISHER


def test_every_queue_is_durable_and_of_the_replicated_kind():
    declared = settings("shared/messaging/topology.py", "declare_queue")
    assert declared
    for queue in declared:
        assert queue["durable"] == "True"
        assert "_DURABLE_QUORUM" in queue["arguments"]

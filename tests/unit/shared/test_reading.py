import json
from types import SimpleNamespace

import pytest

from shared.contracts.billing import PaymentRecordedV1
from shared.contracts.portal import LinkOpenedV1
from shared.messaging.reading import DeliveryReader, UnknownVersionError
from shared.messaging.subscription import PermanentError
from tools.golden import golden

READER = DeliveryReader((LinkOpenedV1,))
SAMPLE = golden(LinkOpenedV1.name)["sample"]


def message(body, type_=LinkOpenedV1.name, headers=None):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return SimpleNamespace(body=raw, type=type_, headers=headers or {})


def test_a_message_becomes_its_typed_event_with_its_envelope_and_trace():
    delivery = READER.read(message(SAMPLE, headers={"traceparent": "00-ab-cd-01", "x-attempt": 2}))

    assert delivery.event.link_id == SAMPLE["data"]["link_id"]
    assert delivery.envelope.correlation_id == SAMPLE["correlation_id"]
    assert delivery.trace == {"traceparent": "00-ab-cd-01"}


def test_a_message_whose_type_was_lost_is_known_by_its_envelope():
    assert type(READER.read(message(SAMPLE, type_=None)).event) is LinkOpenedV1


@pytest.mark.parametrize("type_", ["portal.link_opened.v2", "portal.link_opened.v10"])
def test_a_version_this_release_does_not_know_waits_for_the_next(type_):
    with pytest.raises(UnknownVersionError, match=type_):
        READER.read(message(SAMPLE, type_=type_))


@pytest.mark.parametrize(
    ("body", "type_"),
    [
        pytest.param(b"", LinkOpenedV1.name, id="nothing"),
        pytest.param(b"not json", LinkOpenedV1.name, id="not json"),
        pytest.param(b"\xff\xfe\x00", LinkOpenedV1.name, id="not text"),
        pytest.param(b"[]", LinkOpenedV1.name, id="a list"),
        pytest.param(b"not json", None, id="no type and not json"),
        pytest.param({**SAMPLE, "data": {}}, LinkOpenedV1.name, id="empty data"),
        pytest.param({**SAMPLE, "id": None}, LinkOpenedV1.name, id="no id"),
        pytest.param({**SAMPLE, "time": "2026-03-14T15:09:26"}, LinkOpenedV1.name, id="no zone"),
        pytest.param(SAMPLE, PaymentRecordedV1.name, id="an event we never asked for"),
        pytest.param({**SAMPLE, "type": "no.such.v1"}, None, id="a fact we never asked for"),
    ],
)
def test_what_can_never_be_read_is_dead_at_once(body, type_):
    with pytest.raises(PermanentError):
        READER.read(message(body, type_))


def test_the_reason_names_the_fields_and_not_their_values():
    broken = {**SAMPLE, "data": {**SAMPLE["data"], "opened_at": "maria@example.com"}}

    with pytest.raises(PermanentError, match="opened_at") as refused:
        READER.read(message(broken))
    assert "maria" not in str(refused.value)

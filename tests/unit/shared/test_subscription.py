import pytest

from shared.contracts.event import Envelope
from shared.contracts.portal import AgreementSignedV1, LinkOpenedV1
from shared.messaging.outbox import Outbox
from shared.messaging.subscription import ONE_BY_ONE_MAX, Delivery, one_by_one
from shared.telemetry import Cause, because_of, current_cause
from tools.samples import published, sample


def delivery(contract, **changes):
    envelope = published(contract).model_copy(update=changes)
    return Delivery(envelope=envelope, event=sample(contract))


async def test_each_event_goes_to_its_own_handler_in_the_order_of_arrival():
    handled = []

    async def opened(delivery, session):
        handled.append(("opened", session))

    async def signed(delivery, session):
        handled.append(("signed", session))

    subscription = one_by_one({LinkOpenedV1: opened, AgreementSignedV1: signed})
    await subscription.handle(
        [delivery(AgreementSignedV1), delivery(LinkOpenedV1), delivery(AgreementSignedV1)], "s"
    )

    assert handled == [("signed", "s"), ("opened", "s"), ("signed", "s")]
    assert subscription.events == (LinkOpenedV1, AgreementSignedV1)
    assert subscription.batch_max == ONE_BY_ONE_MAX


async def test_what_a_handler_does_carries_the_events_correlation_and_names_it_as_cause():
    causes = []

    async def opened(delivery, session):
        causes.append(current_cause())

    await one_by_one({LinkOpenedV1: opened}).handle(
        [delivery(LinkOpenedV1, id="e1", correlation_id="r1")], None
    )

    assert causes == [Cause("r1", "e1")]
    assert current_cause() is None


async def test_a_handler_that_fails_stops_the_batch_and_leaves_no_cause_behind():
    async def broken(delivery, session):
        raise LookupError

    with pytest.raises(LookupError):
        await one_by_one({LinkOpenedV1: broken}).handle([delivery(LinkOpenedV1)], None)
    assert current_cause() is None


class Rows:
    def __init__(self):
        self.kept = []

    async def insert_many(self, rows, session):
        self.kept += rows


async def test_an_event_is_kept_with_the_cause_it_was_told_because_of():
    rows = Rows()
    with because_of(Cause("r1", "e1")):
        await Outbox({"outbox": rows}, "portal").add([sample(LinkOpenedV1)], None)

    (row,) = rows.kept
    envelope = Envelope.model_validate_json(row["body"])
    assert (envelope.correlation_id, envelope.causation_id) == ("r1", "e1")
    assert (row["_id"], row["state"], row["type"]) == (envelope.id, "waiting", envelope.type)
    assert envelope.type == LinkOpenedV1.name


async def test_nobody_tells_what_is_not_theirs():
    with pytest.raises(ValueError, match="not billing's to tell"):
        await Outbox({"outbox": Rows()}, "billing").add([sample(LinkOpenedV1)], None)


async def test_every_telling_has_an_id_of_its_own_and_a_replay_says_so():
    rows = Rows()
    outbox = Outbox({"outbox": rows}, "portal")

    await outbox.add([sample(LinkOpenedV1)] * 2, None)
    await outbox.add([sample(LinkOpenedV1)], None, replayed=True)
    await outbox.add([], None)

    assert len({row["_id"] for row in rows.kept}) == 3
    assert [Envelope.model_validate_json(row["body"]).replayed for row in rows.kept] == [
        False,
        False,
        True,
    ]

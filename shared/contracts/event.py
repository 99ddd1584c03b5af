"""The base of every event and of the values inside one, and the envelope that carries it."""

from datetime import datetime
from typing import Any, ClassVar

from pydantic import AwareDatetime, BaseModel, ConfigDict


class Value(BaseModel):
    """A frozen part of an event. Unknown fields are ignored, so that an owner may add some."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Event(Value):
    """Something that happened, told by the one service that owns it.

    `name` is the type and the routing key (`owner.fact.vN`); `aggregate` the noun in the subject.
    """

    name: ClassVar[str]
    aggregate: ClassVar[str]

    company_id: str

    @property
    def aggregate_id(self) -> str:
        """The id of the thing this is about."""
        raise NotImplementedError

    @property
    def revision(self) -> int:
        """How many changes the thing has had; a view keeps the highest. 0 for one-time facts."""
        return 0


class Envelope(BaseModel):
    """What travels: an event with the names of CloudEvents 1.0 around it.

    `id` is the inbox key: the same fact sent again has the same id. `correlation_id` names the
    request that began it all, `causation_id` the event that led to this one. `replayed` marks
    the owner's re-telling of its present state: views take it, nobody sends a mail for it.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    specversion: str = "1.0"
    id: str
    source: str
    type: str
    time: AwareDatetime
    subject: str
    company_id: str
    correlation_id: str
    causation_id: str | None = None
    revision: int = 0
    replayed: bool = False
    data: Any


def wrap(
    event: Event,
    *,
    event_id: str,
    source: str,
    time: datetime,
    correlation_id: str,
    causation_id: str | None,
    replayed: bool = False,
) -> Envelope:
    """Put an event into its envelope."""
    return Envelope(
        id=event_id,
        source=f"doorstep/{source}",
        type=event.name,
        time=time,
        subject=f"{event.aggregate}/{event.aggregate_id}",
        company_id=event.company_id,
        correlation_id=correlation_id,
        causation_id=causation_id,
        revision=event.revision,
        replayed=replayed,
        data=event.model_dump(mode="json"),
    )

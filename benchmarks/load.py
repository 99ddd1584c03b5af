"""The events of the benchmarks: whole inspections that change, four times each."""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid4

from shared.contracts.event import wrap
from shared.contracts.scheduling import InspectionServicesChangedV1
from tools.samples import sample

CHANGES_EACH = 4


def events(count: int) -> Iterator[InspectionServicesChangedV1]:
    """Changes of count/4 inspections, one after the other and round again."""
    first = sample(InspectionServicesChangedV1)
    inspections = max(1, count // CHANGES_EACH)
    for n in range(count):
        change = {
            "inspection_id": f"inspection-{n % inspections}",
            "revision": n // inspections + 1,
        }
        yield first.model_copy(update={"inspection": first.inspection.model_copy(update=change)})


def bodies(count: int) -> Iterator[tuple[str, bytes]]:
    """The same as they travel: routing key and bytes."""
    for event in events(count):
        envelope = wrap(
            event,
            event_id=uuid4().hex,
            source="scheduling",
            time=datetime.now(UTC),
            correlation_id=uuid4().hex,
            causation_id=None,
        )
        yield event.name, envelope.model_dump_json().encode()

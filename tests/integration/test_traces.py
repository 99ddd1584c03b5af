"""With a collector, one click is one trace through all the services, which are not told of it."""

from collections.abc import Iterator

import pytest

from deploy.demo.office import eventually
from deploy.product import SERVICES
from tests.support.collector import Collector, listening
from tests.support.product import Company
from tests.support.stack import Stack


@pytest.fixture
def collector(stack: Stack) -> Iterator[Collector]:
    """Every service sends its spans here."""
    with listening() as collector:
        for service in SERVICES:
            stack.restart(service, **{f"{service.upper()}_TRACES_ENDPOINT": collector.url})
        yield collector


@pytest.mark.timeout(180)
def test_a_booking_is_followed_through_all_four_services(
    collector: Collector, company: Company
) -> None:
    booking = company.book()
    booking.link()  # the mail is sent, so everybody has done his part
    request = "POST /api/scheduling/v1/inspections"
    (click,) = eventually(lambda: collector.named(request), "scheduling tells of the request")

    def services() -> bool:
        return {span.service for span in collector.trace(click.trace_id)} == set(SERVICES)

    eventually(services, "the trace has been in every service", within=60)
    parents = {span.span_id: span for span in collector.trace(click.trace_id)}
    assert not click.parent_id
    for service in set(SERVICES) - {"scheduling"}:
        heard = [s for s in parents.values() if s.name == f"{service} consume"]
        assert click.span_id in {span.parent_id for span in heard}

    def from_billing() -> set[str]:
        told = [s for s in collector.trace(click.trace_id) if s.name.endswith(" consume")]
        billings = {s.span_id for s in told if s.service == "billing"}
        return {s.service for s in told if s.parent_id in billings}

    eventually(
        lambda: {"portal", "notifications"} <= from_billing(),
        "what billing told because of it is in the trace, too",
    )

    token = booking.link().rpartition("/")[2]
    booking.client()
    eventually(lambda: collector.named("GET /p/{token}"), "the portal tells of the request")
    assert token.encode() not in collector.told, "a link stands in no trace"
    assert booking.client_email.encode() not in collector.told

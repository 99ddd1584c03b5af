"""The appointment in the mails: one event in the calendar, moved and cancelled with the visit."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from icalendar import Calendar, Event

from tests.support.product import Booking, Company


def invitation(booking: Booking, subject: str) -> tuple[str, Event]:
    """What the calendar file of that mail asks for, and its only event."""
    mail = booking.mail(subject)
    (place,) = [
        place
        for place, file in enumerate(mail["attachments"])
        if file["content_type"] == "text/calendar"
    ]
    url = f"{booking.company.stack.sandbox}/sandbox/inbox/{mail['id']}/files/{place}"
    calendar = Calendar.from_ical(httpx.get(url).raise_for_status().content)
    (event,) = calendar.walk("VEVENT")
    return str(calendar["METHOD"]), event


@pytest.mark.timeout(120)
def test_confirming_moving_and_cancelling_are_one_event_with_a_rising_sequence(
    company: Company,
) -> None:
    office = company.office
    office.patch("scheduling/v1/company", {"email": "office@harbor.example"})
    starts_at = (datetime.now(UTC) + timedelta(days=5)).replace(second=0, microsecond=0)
    booking = company.book(starts_at=starts_at)
    method, first = invitation(booking, "is booked")
    assert (method, str(first["STATUS"])) == ("REQUEST", "CONFIRMED")
    assert first.start == starts_at
    assert "1482 Alder Creek Rd" in str(first["LOCATION"])
    assert str(first["ATTENDEE"]) == f"mailto:{booking.client_email}"

    later = starts_at + timedelta(days=2)
    office.post(f"{booking.path}/reschedule", {"starts_at": later.isoformat()})
    method, moved = invitation(booking, "New time")
    assert method == "REQUEST"
    assert (moved["UID"], moved.start) == (first["UID"], later)
    assert moved["SEQUENCE"] > first["SEQUENCE"]

    office.post(f"{booking.path}/cancel", {})
    method, gone = invitation(booking, "is cancelled")
    assert (method, str(gone["STATUS"])) == ("CANCEL", "CANCELLED")
    assert gone["UID"] == first["UID"]
    assert gone["SEQUENCE"] > moved["SEQUENCE"]

    other = company.book()
    assert invitation(other, "is booked")[1]["UID"] != first["UID"]

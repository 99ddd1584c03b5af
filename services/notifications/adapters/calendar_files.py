"""Appointments as iCalendar files: one for a mail or to keep, many for a feed."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from icalendar import Calendar, Event, vCalAddress, vText

from services.notifications.domain.calendar_feed import FeedKind
from services.notifications.domain.composing import full_name
from services.notifications.domain.delivery import CalendarFile
from services.notifications.domain.letter_facts import address
from services.notifications.domain.mail import Recipient
from shared.contracts.scheduling import Company, Inspection

REFRESH = timedelta(hours=1)


class ICalendarFiles:
    """One event per inspection: the same UID, a rising sequence, so calendars update it."""

    def invitation(
        self, inspection: Inspection, company: Company, to: Recipient, stamp: datetime
    ) -> CalendarFile:
        cancelled = inspection.status == "cancelled"
        method = "CANCEL" if cancelled else "REQUEST"
        if not company.email:
            method = "PUBLISH"  # a request needs somebody who asks
        event = _for_customers(_event(inspection, stamp), inspection, company)
        if company.email:
            event.add("organizer", _person(company.email, full_name(company)))
            guest = _person(to.address, to.name)
            guest.params["PARTSTAT"] = vText("ACCEPTED")
            guest.params["RSVP"] = vText("FALSE")
            event.add("attendee", guest)
        return CalendarFile(method=method, content=_alone(event, method))

    def appointment(self, inspection: Inspection, company: Company) -> bytes:
        event = _event(inspection, inspection.scheduled_at)
        return _alone(_for_customers(event, inspection, company), "PUBLISH")

    def feed(
        self, inspections: Sequence[Inspection], company: Company, name: str, kind: FeedKind
    ) -> bytes:
        calendar = _calendar()
        calendar.add("x-wr-calname", name)
        calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
        for inspection in inspections:
            # Only what the inspection itself says: the same state is the same file, byte for byte.
            event = _event(inspection, inspection.scheduled_at)
            if kind is FeedKind.STAFF:
                event.add("summary", f"{inspection.number}, {inspection.site.street}")
                event.add("description", _clients(inspection))
            else:
                _for_customers(event, inspection, company)
            calendar.add_component(event)
        return bytes(calendar.to_ical())


def _calendar() -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//Doorstep//notifications//EN")
    calendar.add("version", "2.0")
    return calendar


def _alone(event: Event, method: str) -> bytes:
    calendar = _calendar()
    calendar.add("method", method)
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def _for_customers(event: Event, inspection: Inspection, company: Company) -> Event:
    """Who comes; nothing of the other people."""
    event.add("summary", f"Inspection by {full_name(company)}")
    event.add("description", f"Inspector: {inspection.inspector.name}")
    return event


def _event(inspection: Inspection, stamp: datetime) -> Event:
    event = Event()
    event.add("uid", f"{inspection.inspection_id}@doorstep")
    event.add("sequence", inspection.revision)
    event.add("dtstamp", stamp)
    event.add("dtstart", inspection.starts_at)
    event.add("dtend", inspection.starts_at + timedelta(minutes=inspection.duration_minutes))
    event.add("location", address(inspection.site))
    event.add("status", "CANCELLED" if inspection.status == "cancelled" else "CONFIRMED")
    return event


def _person(mail: str, name: str) -> vCalAddress:
    person = vCalAddress(f"mailto:{mail}")
    if name:
        person.params["CN"] = vText(name)
    return person


def _clients(inspection: Inspection) -> str:
    people = [person for person in inspection.people if person.role == "client"]
    return "\n".join(
        ", ".join(part for part in (person.name, person.phone) if part) for person in people
    )

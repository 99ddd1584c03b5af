"""Appointments as iCalendar files."""

from datetime import datetime, timedelta

from icalendar import Calendar, Event

from services.notifications.domain.composing import full_name
from services.notifications.domain.letter_facts import address
from shared.contracts.scheduling import Company, Inspection


class ICalendarFiles:
    """One event per inspection: the same UID, a rising sequence, so calendars update it."""

    def invitation(self, inspection: Inspection, company: Company, stamp: datetime) -> bytes:
        event = Event()
        event.add("uid", f"{inspection.inspection_id}@doorstep")
        event.add("sequence", inspection.revision)
        event.add("dtstamp", stamp)
        event.add("dtstart", inspection.starts_at)
        event.add("dtend", inspection.starts_at + timedelta(minutes=inspection.duration_minutes))
        event.add("summary", f"Inspection by {full_name(company)}")
        event.add("location", address(inspection.site))
        event.add("description", f"Inspector: {inspection.inspector.name}")
        cancelled = inspection.status == "cancelled"
        event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
        calendar = Calendar()
        calendar.add("prodid", "-//Doorstep//notifications//EN")
        calendar.add("version", "2.0")
        calendar.add("method", "CANCEL" if cancelled else "PUBLISH")
        calendar.add_component(event)
        return bytes(calendar.to_ical())

"""The booking form: what was typed becomes a command, or errors beside the fields."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from services.scheduling.usecases._booking import NewLine, NewPerson
from services.scheduling.usecases.schedule_inspection import ScheduleInspection
from shared.ui import Form

CONTROL = {*map(chr, range(32)), "\x7f", "\x85", "\u2028", "\u2029"}


def one_line(form: Form, name: str, missing: str = "") -> str:
    """Return a text on one line; line breaks and other control characters are refused."""
    typed = form.text(name, missing, length_max=200)
    if CONTROL & set(typed):
        form.refuse(name, "Use one line of plain text")
    return typed


def instant(form: Form, time_zone: str) -> datetime | None:
    """Return date and time of the form as an instant; times the clock skips are refused."""
    day = form.day("date", "Enter the date")
    starts = form.clock("starts", "Enter when it starts")
    if day is None or starts is None:
        return None
    return existing(form, day, starts, time_zone)


def existing(form: Form, day: date, starts: time, time_zone: str) -> datetime | None:
    """Return the instant at which a clock in that zone shows this; refuse one it never shows."""
    wall = datetime.combine(day, starts, ZoneInfo(time_zone))
    instant_utc = wall.astimezone(UTC)
    if instant_utc.astimezone(wall.tzinfo).replace(tzinfo=None) != wall.replace(tzinfo=None):
        form.refuse("starts", "The clocks go forward on that day: this time does not exist")
        return None
    return instant_utc


def booking(
    form: Form, company_id: str, *, inspectors: list[str], zones: list[str], locked: bool
) -> ScheduleInspection | None:
    """Return the command, or None with the errors in the form."""
    # In the order of the page: the summary of errors is read from top to bottom.
    street = one_line(form, "street", "Enter the street address")
    city = one_line(form, "city", "Enter the city")
    time_zone = form.choice("time_zone", zones, "Choose the property's time zone")
    starts_at = instant(form, time_zone) if time_zone else None
    inspector = form.choice("inspector", inspectors, "Choose an inspector")
    people = _people(form)
    services = form.values("service")
    duration = form.whole("duration_minutes", "Choose how long it takes", minimum=15, maximum=1440)
    facts = {name: one_line(form, name) for name in ("region", "postal_code", "site_note")}
    if not form.ok or starts_at is None:
        return None
    return ScheduleInspection(
        company_id=company_id,
        street=street,
        city=city,
        starts_at=starts_at,
        duration_minutes=duration,
        time_zone=time_zone,
        inspector_id=inspector,
        people=people,
        lines=tuple(NewLine(kind="service", service_id=service) for service in services),
        require_payment=None if locked else form.has("require_payment"),
        notifications_disabled=form.has("quiet"),
        **facts,
    )


def _people(form: Form) -> tuple[NewPerson, ...]:
    people = [_client(form)]
    agent_name, agent_email = one_line(form, "agent_name"), form.email("agent_email")
    if agent_email and not agent_name:
        form.refuse("agent_name", "Enter the agent's name")
    if agent_name:
        people.append(
            NewPerson(
                role="agent",
                role_label="Buyer's agent",
                name=agent_name,
                email=agent_email,
                phone=one_line(form, "agent_phone"),
            )
        )
    other_name, other_email = one_line(form, "other_name"), form.email("other_email")
    if other_email and not other_name:
        form.refuse("other_name", "Enter the person's name")
    if other_name:
        label = one_line(form, "other_label") or "Additional person"
        people.append(
            NewPerson(role="additional", role_label=label, name=other_name, email=other_email)
        )
    return tuple(people)


def _client(form: Form) -> NewPerson:
    known = form.text("client_contact", length_max=64)
    if known:
        return NewPerson(role="client", contact_id=known)
    return NewPerson(
        role="client",
        name=one_line(form, "client_name", "Enter the client's name"),
        email=form.email("client_email", "Enter the client's email"),
        phone=one_line(form, "client_phone"),
    )

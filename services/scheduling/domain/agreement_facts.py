"""What the placeholders of an agreement become for one inspection."""

from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

from services.scheduling.domain.company import Company
from services.scheduling.domain.inspection import Inspection
from services.scheduling.domain.people import client_of
from shared.money import LOCALE, money


def agreement_facts(company: Company, inspection: Inspection) -> dict[str, str]:
    """Return a value for every placeholder; times are in the property's zone."""
    starts_at = inspection.starts_at.astimezone(ZoneInfo(inspection.time_zone))
    services = ", ".join(
        f"{line.name} ({money(line.amount_cents, inspection.currency)})"
        for line in inspection.lines
    )
    return {
        "client": client_of(inspection.people).name,
        "company": f"{company.name} {company.tagline}".strip(),
        "property": inspection.site.one_line,
        "date": format_date(starts_at, "MMMM d, y", locale=LOCALE),
        "time": f"{format_time(starts_at, 'h:mm a', locale=LOCALE)} {starts_at:%Z}",
        "inspector": inspection.inspector.name,
        "services": services or "none yet",
        "total": money(inspection.total_cents, inspection.currency),
        "number": inspection.number,
    }

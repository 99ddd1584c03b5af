"""The forms of account customers: what was typed becomes a command, or errors beside the fields."""

from collections.abc import Sequence
from datetime import time

from services.scheduling.domain.account import DEFAULT_TERMS_DAYS, TERMS_DAYS_MAX, CustomerAccount
from services.scheduling.domain.custom_fields import CustomFieldDefinition, CustomFieldKind
from services.scheduling.domain.jobs import Site
from services.scheduling.domain.recurring import Cadence
from services.scheduling.entrypoints.booking_form import one_line
from services.scheduling.entrypoints.pages_lines import amount
from services.scheduling.usecases._accounts import NewAccountPerson, NewSite
from services.scheduling.usecases.open_account import OpenAccount
from services.scheduling.usecases.start_recurring_service import StartRecurringService
from shared.ui import Form

CADENCES: list[tuple[Cadence, str]] = [
    ("weekly", "Every week"),
    ("every_2_weeks", "Every 2 weeks"),
    ("monthly", "Every month"),
    ("quarterly", "Every 3 months"),
    ("yearly", "Every year"),
]
KINDS: list[tuple[CustomFieldKind, str]] = [
    ("text", "Text"),
    ("number", "Number"),
    ("date", "Date"),
    ("choice", "Choice"),
]
SITE_FIELDS = ("region", "postal_code", "note")


def site_words(sites: Sequence[Site]) -> list[tuple[str, str]]:
    """Return the sites to choose from."""
    return [(site.site_id, site.one_line) for site in sites]


def terms_in(form: Form) -> int:
    """Return the typed payment terms in days."""
    sentence = f"Enter 0 to {TERMS_DAYS_MAX} days"
    days = form.whole("terms_days", sentence, minimum=0, maximum=TERMS_DAYS_MAX)
    return DEFAULT_TERMS_DAYS if days is None else days


def person_in(form: Form) -> NewAccountPerson:
    """Return the typed person: whoever signs in has a name and an address."""
    return NewAccountPerson(
        name=one_line(form, "person_name", "Enter the person's name"),
        email=form.email("email", "Enter the person's email"),
        phone=one_line(form, "phone"),
    )


def site_in(form: Form) -> NewSite:
    """Return the typed place."""
    street = one_line(form, "street", "Enter the street address")
    city = one_line(form, "city", "Enter the city")
    return NewSite(street=street, city=city, **{n: one_line(form, n) for n in SITE_FIELDS})


def new_account(form: Form, company_id: str) -> OpenAccount | None:
    """Return the command, or None with the errors in the form."""
    name = one_line(form, "name", "Enter the customer's name")
    address, terms_days = one_line(form, "address"), terms_in(form)
    person = person_in(form)
    sites = (site_in(form),) if form.value("street") or form.value("city") else ()
    if not form.ok:
        return None
    return OpenAccount(
        company_id=company_id,
        name=name,
        address=address,
        terms_days=terms_days,
        people=(person,),
        sites=sites,
    )


def new_recurring(
    form: Form, account: CustomerAccount, *, currency: str, inspectors: Sequence[str]
) -> StartRecurringService | None:
    """Return the command, or None with the errors in the form. No price: the catalogue's."""
    site = form.choice("site", [s.site_id for s in account.sites], "Choose a site")
    service = form.text("service", "Choose a service", length_max=64)
    price = amount(form, "price", currency) if form.value("price").strip() else None
    cadence = form.choice("cadence", [key for key, _ in CADENCES], "Choose how often")
    first_on = form.day("first_on", "Enter the day of the first visit")
    visit_at = form.clock("visit_at", "Enter when the visit begins")
    inspector = form.choice("inspector", inspectors, "Choose an inspector")
    if not form.ok or first_on is None or visit_at is None:
        return None
    return StartRecurringService(
        company_id=account.company_id,
        account_id=account.account_id,
        site_id=site,
        service_id=service,
        amount_cents=price,
        cadence=next(key for key, _ in CADENCES if key == cadence),
        first_on=first_on,
        visit_at=clock_text(visit_at),
        inspector_id=inspector,
    )


def clock_text(at: time) -> str:
    """Return a time of day as it is kept: `09:00`."""
    return f"{at:%H:%M}"


def values_in(form: Form, definitions: Sequence[CustomFieldDefinition]) -> dict[str, str]:
    """Return what was typed for each field of the company."""
    return {field.field_id: form.value(field.field_id) for field in definitions}


def choices_in(form: Form) -> tuple[str, ...]:
    """Return the choices, one on each line."""
    lines = (line.strip() for line in form.value("choices").splitlines())
    return tuple(line for line in lines if line)

"""People who keep booking and paying while something is being broken under them."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx

from deploy.demo.office import NotYetError, eventually
from tests.support.product import Booking, Client, Company

PATIENCE_SECONDS = 150.0
"""A mail whose sender was killed is sent again when its lease of 60 seconds has lapsed."""

AHEAD = 8
"""So many bookings wait to be paid at most."""


def persistently(act):
    """Do what a person does when a page does not come: try again."""

    def once():
        try:
            return act()
        except (httpx.HTTPError, AssertionError):
            return None

    return eventually(once, "it works at last", within=PATIENCE_SECONDS)


def book(company: Company, number: int) -> Booking:
    """Book with one key, so that trying again after a crash books once."""
    email = f"crash-{company.owner_email.split('@')[0]}-{number}@example.com"
    service_id = company.services["Full home inspection"]["service_id"]
    body = {
        "site": {"street": f"{number} Alder Creek Rd", "city": "Bend", "region": "OR"},
        "starts_at": "2027-02-01T09:00:00-08:00",
        "inspector_id": company.inspector_id,
        "people": [{"role": "client", "name": "Ellen Park", "email": email}],
        "lines": [{"kind": "service", "service_id": service_id}],
    }
    booked = persistently(
        lambda: company.office.post("scheduling/v1/inspections", body, f"booking-{email}")
    )
    return Booking(company, booked["inspection_id"], booked["number"], email)


def pay(client: Client) -> bool | None:
    """One try: look at the page, pay what it asks for."""
    if "Paid in full" in client.reload().text:
        return True
    if any("Pay $" in button for button in client.page.buttons):
        client.checkout()
        client.pay_by_card()
    try:
        client.wait("Paid in full")
    except NotYetError:
        return None
    return True


def sign(client: Client) -> bool | None:
    """One try: read the agreement, sign it unless that is done."""
    page = client.browser.open(f"{client.home}/agreement")
    if "Agreement signed" in page.text:
        return True
    client.browser.submit(page.form("Sign agreement"), signed_by="Ellen Park", accepted="on")
    return None


@dataclass
class Load:
    """What has been acknowledged so far."""

    bookings: list[Booking] = field(default_factory=list)
    paid: list[Booking] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)


def _book_on(company: Company, load: Load) -> None:
    while not load.ended.is_set():
        if len(load.bookings) < len(load.paid) + AHEAD:
            load.bookings.append(book(company, len(load.bookings)))
        else:
            load.ended.wait(0.1)


def _pay_on(load: Load) -> None:
    while not load.ended.is_set():
        if len(load.paid) == len(load.bookings):
            load.ended.wait(0.1)
            continue
        booking = load.bookings[len(load.paid)]
        client = persistently(booking.client)
        persistently(lambda client=client: pay(client))
        load.paid.append(booking)


@contextmanager
def business_under_way(company: Company) -> Iterator[Load]:
    """Keep booking, and paying by card what was booked, until the block ends.

    What is begun then is brought to its end; whoever gave up meanwhile fails the test.
    """
    load = Load()
    with ThreadPoolExecutor(2) as people:
        work = [people.submit(_book_on, company, load), people.submit(_pay_on, load)]
        try:
            yield load
        finally:
            load.ended.set()
        for person in work:
            person.result()

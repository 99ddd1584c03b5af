"""The People box of one inspection: clients, agents, and additional people (R39, R49)."""

from dataclasses import dataclass, replace
from typing import Literal

from services.scheduling.domain.refusals import (
    AlreadyInPeopleBoxError,
    BadFieldError,
    LastClientError,
    UnknownError,
)

PersonRole = Literal["client", "agent", "additional"]
PEOPLE_MAX = 30
USUAL_LABELS: dict[PersonRole, str] = {
    "client": "Client",
    "agent": "Buyer's agent",
    "additional": "Additional person",
}


@dataclass(frozen=True, kw_only=True)
class Person:
    """A contact in the part he plays here; name and address are as they are on the contact."""

    contact_id: str
    role: PersonRole
    role_label: str
    name: str
    email: str = ""
    phone: str = ""


People = tuple[Person, ...]


def client_of(people: People) -> Person:
    """Return the first client: the agreement and the client's invoice are addressed to him."""
    for person in people:
        if person.role == "client":
            return person
    raise LastClientError(field="client_name")


def person_in(people: People, contact_id: str) -> Person:
    """Return one person of the box."""
    for person in people:
        if person.contact_id == contact_id:
            return person
    raise UnknownError("This person is not in the People box", what="person")


def checked(people: People) -> People:
    """Return the people as a box: at least one client, everybody once."""
    client_of(people)
    if len({person.contact_id for person in people}) != len(people):
        raise AlreadyInPeopleBoxError
    if len(people) > PEOPLE_MAX:
        raise BadFieldError(f"The People box holds at most {PEOPLE_MAX} people", field="people")
    return people


def with_person(people: People, person: Person) -> People:
    """Add somebody."""
    return checked((*people, person))


def without_person(people: People, contact_id: str) -> People:
    """Remove somebody; the last client stays."""
    person_in(people, contact_id)
    return checked(tuple(person for person in people if person.contact_id != contact_id))


def with_changed_person(people: People, contact_id: str, **facts: str) -> People:
    """Correct somebody's part, name or address; somebody not in the box is refused."""
    person_in(people, contact_id)
    return checked(
        tuple(
            replace(person, **facts) if person.contact_id == contact_id else person  # type: ignore[arg-type]
            for person in people
        )
    )

"""Somebody outside the company is noted."""

from dataclasses import dataclass

from services.scheduling.domain.contact import Contact, CustomField
from services.scheduling.usecases._facts import about_contact
from services.scheduling.usecases.ports import Desk, Office, Secrets


@dataclass(frozen=True, kw_only=True)
class AddContact:
    """Who it is."""

    company_id: str
    name: str
    email: str = ""
    phone: str = ""
    custom_fields: tuple[CustomField, ...] = ()


async def add_contact(command: AddContact, *, office: Office, secrets: Secrets) -> Contact:
    """Write the contact and tell of it."""
    contact = Contact(
        contact_id=secrets.new_id(),
        company_id=command.company_id,
        name=command.name.strip(),
        email=command.email.strip(),
        phone=command.phone.strip(),
        custom_fields=command.custom_fields,
    )
    contact.check()

    async def work(desk: Desk) -> Contact:
        await desk.company(command.company_id)
        await desk.write(contact, events=[about_contact(contact)])
        return contact

    return await office.transaction(work)

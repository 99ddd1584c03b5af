"""What the use cases of account customers have in common: people as contacts, telling of both."""

from collections.abc import Callable
from dataclasses import dataclass

from services.scheduling.domain.account import AccountPerson, CustomerAccount
from services.scheduling.domain.contact import Contact
from services.scheduling.domain.jobs import Site
from services.scheduling.usecases._facts import about_account, about_contact
from services.scheduling.usecases.ports import Desk

NewId = Callable[[], str]


@dataclass(frozen=True, kw_only=True)
class NewAccountPerson:
    """Somebody who will sign in: a contact of the company, or (without id) a new one."""

    contact_id: str | None = None
    name: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, kw_only=True)
class NewSite:
    """A place of an account."""

    street: str
    city: str
    region: str = ""
    postal_code: str = ""
    note: str = ""

    def site(self, site_id: str) -> Site:
        """Return it as it is kept."""
        site = Site(
            site_id=site_id,
            street=self.street.strip(),
            city=self.city.strip(),
            region=self.region.strip(),
            postal_code=self.postal_code.strip(),
            note=self.note.strip(),
        )
        site.check()
        return site


async def account_person_for(
    desk: Desk, company_id: str, asked: NewAccountPerson, *, new_id: NewId
) -> AccountPerson:
    """Find the contact, or add one with its event, and return how the account names him."""
    if asked.contact_id:
        return as_account_person(await desk.contact(company_id, asked.contact_id))
    contact = Contact(
        contact_id=new_id(),
        company_id=company_id,
        name=asked.name.strip(),
        email=asked.email.strip(),
        phone=asked.phone.strip(),
    )
    contact.check()
    await desk.write(contact, events=[about_contact(contact)])
    return as_account_person(contact)


def as_account_person(contact: Contact) -> AccountPerson:
    """Return how an account names a contact."""
    return AccountPerson(
        contact_id=contact.contact_id,
        name=contact.name,
        email=contact.email,
        phone=contact.phone,
    )


async def keep(desk: Desk, after: CustomerAccount, *, before: CustomerAccount | None) -> None:
    """Write a changed account and tell of it; no change writes and tells nothing."""
    if after == before:
        return
    company = await desk.company(after.company_id)
    told = about_account(after, company.custom_fields)
    await desk.write(after, before=before, events=[told])


async def correct_accounts(desk: Desk, contact: Contact) -> None:
    """Let every account the contact signs in for follow his corrected name and address."""
    for before in await desk.accounts_with(contact.company_id, contact.contact_id):
        after = before.with_changed_person(as_account_person(contact))
        await keep(desk, after, before=before)

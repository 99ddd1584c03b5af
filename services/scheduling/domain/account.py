"""A customer with many sites and invoices: who may sign in for it, and where jobs are done."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.scheduling.domain.custom_fields import Definitions, with_values
from services.scheduling.domain.jobs import AccountRef, Site
from services.scheduling.domain.refusals import (
    AccountInactiveError,
    BadFieldError,
    ChangedMeanwhileError,
    EmailTwiceError,
    LastAccountPersonError,
    UnknownError,
)

TERMS_DAYS_MAX = 365
DEFAULT_TERMS_DAYS = 30
ACCOUNT_PEOPLE_MAX = 50
SITES_MAX = 500


@dataclass(frozen=True, kw_only=True)
class AccountPerson:
    """A contact who may sign in for the account; it has an address."""

    contact_id: str
    name: str
    email: str
    phone: str = ""

    def check(self) -> None:
        """Refuse somebody who could not sign in."""
        if not self.name.strip():
            raise BadFieldError("Enter the person's name", field="person_name")
        if not self.email.strip():
            raise BadFieldError("Enter the person's email: it signs in", field="email")


@dataclass(frozen=True, kw_only=True)
class CustomerAccount:
    """One account customer. The first person is written to about money."""

    account_id: str
    company_id: str
    name: str
    people: tuple[AccountPerson, ...]
    address: str = ""
    terms_days: int = DEFAULT_TERMS_DAYS
    """Invoices are due this many days after they are issued."""
    sites: tuple[Site, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    """Of the company's custom fields, by field id."""
    active: bool = True
    created_at: datetime
    revision: int = 1

    @property
    def ref(self) -> AccountRef:
        """How inspections name it."""
        return AccountRef(account_id=self.account_id, name=self.name, terms_days=self.terms_days)

    @property
    def primary(self) -> AccountPerson:
        """Who is written to about money, and is the client of its inspections."""
        return self.people[0]

    def must_be_at(self, revision: int | None) -> None:
        """Refuse a change that was decided on an older state; None means any state will do."""
        if revision is not None and revision != self.revision:
            raise ChangedMeanwhileError(revision=self.revision)

    def must_be_active(self) -> None:
        """Refuse new work for an account that was closed."""
        if not self.active:
            raise AccountInactiveError(field="account_id")

    def site(self, site_id: str) -> Site:
        """Return one of its sites; another account's is unknown here."""
        for site in self.sites:
            if site.site_id == site_id:
                return site
        raise UnknownError("This site is not one of the account's", what="site")

    def person(self, contact_id: str) -> AccountPerson:
        """Return one of its people."""
        for person in self.people:
            if person.contact_id == contact_id:
                return person
        raise UnknownError("This person is not on the account", what="person")

    def changed(self, **facts: object) -> "CustomerAccount":
        """Return the account with other facts; None leaves a fact as it is."""
        return self._next(**{name: value for name, value in facts.items() if value is not None})

    def with_person(self, person: AccountPerson) -> "CustomerAccount":
        """Let somebody sign in for it too."""
        return self._next(people=(*self.people, person))

    def with_changed_person(self, person: AccountPerson) -> "CustomerAccount":
        """Correct somebody's name or address."""
        self.person(person.contact_id)
        return self._next(
            people=tuple(
                person if known.contact_id == person.contact_id else known for known in self.people
            )
        )

    def with_primary(self, contact_id: str) -> "CustomerAccount":
        """Make somebody the first: invoices go to him from now on."""
        first = self.person(contact_id)
        rest = tuple(known for known in self.people if known.contact_id != contact_id)
        return self._next(people=(first, *rest))

    def without_person(self, contact_id: str) -> "CustomerAccount":
        """Take somebody's access away; the last one stays."""
        self.person(contact_id)
        return self._next(
            people=tuple(known for known in self.people if known.contact_id != contact_id)
        )

    def with_site(self, site: Site) -> "CustomerAccount":
        """Add a place."""
        return self._next(sites=(*self.sites, site))

    def with_changed_site(self, site: Site) -> "CustomerAccount":
        """Correct a place; what is booked there keeps the address it was booked with."""
        self.site(site.site_id)
        return self._next(
            sites=tuple(site if known.site_id == site.site_id else known for known in self.sites)
        )

    def without_site(self, site_id: str) -> "CustomerAccount":
        """Take a place away; what is booked there stays."""
        self.site(site_id)
        return self._next(sites=tuple(site for site in self.sites if site.site_id != site_id))

    def with_values(self, definitions: Definitions, typed: Mapping[str, str]) -> "CustomerAccount":
        """Fill in custom fields; raises BadFieldError or UnknownError for what cannot be."""
        return self._next(values=with_values(definitions, self.values, typed))

    def check(self) -> None:
        """Refuse what cannot be an account."""
        if not self.name.strip():
            raise BadFieldError("Enter the customer's name", field="name")
        if not 0 <= self.terms_days <= TERMS_DAYS_MAX:
            raise BadFieldError(
                f"Enter payment terms from 0 to {TERMS_DAYS_MAX} days", field="terms_days"
            )
        self._check_people()
        if len(self.sites) > SITES_MAX:
            raise BadFieldError(f"An account may have at most {SITES_MAX} sites", field="street")
        for site in self.sites:
            site.check()

    def _check_people(self) -> None:
        if not self.people:
            raise LastAccountPersonError
        if len(self.people) > ACCOUNT_PEOPLE_MAX:
            raise BadFieldError(
                f"An account may have at most {ACCOUNT_PEOPLE_MAX} people", field="email"
            )
        for person in self.people:
            person.check()
        if len({person.email.casefold() for person in self.people}) != len(self.people):
            raise EmailTwiceError(field="email")

    def _next(self, **facts: object) -> "CustomerAccount":
        after = replace(self, **facts)  # type: ignore[arg-type]  # names are this class's fields
        if after == self:
            return self
        after.check()
        return replace(after, revision=self.revision + 1)

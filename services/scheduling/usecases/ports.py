"""What scheduling's use cases need from outside.

`Office` opens a transaction, `Desk` is what can be read and written inside it. `Door` is sign-in,
`Reports` keeps report files, `Lookups` answers the pages' questions outside any transaction.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, TypeVar

from services.scheduling.domain.access import ApiKey, Attempts, Session
from services.scheduling.domain.account import AccountPerson, CustomerAccount
from services.scheduling.domain.agreement import Agreement
from services.scheduling.domain.catalogue import Service
from services.scheduling.domain.company import Company
from services.scheduling.domain.contact import Contact
from services.scheduling.domain.inspection import Inspection
from services.scheduling.domain.recurring import RecurringService
from services.scheduling.domain.staff import StaffMember
from services.scheduling.domain.standing import Balance, KnownInvoice
from shared.contracts.event import Event

T = TypeVar("T")

Record = (
    Company
    | StaffMember
    | Contact
    | Service
    | Inspection
    | Agreement
    | ApiKey
    | CustomerAccount
    | RecurringService
)
"""What is kept with a revision, so that nobody overwrites what somebody else just wrote."""


class Desk(Protocol):
    """One transaction. Reads raise UnknownError for what is not this company's."""

    async def company(self, company_id: str) -> Company: ...
    async def staff_member(self, company_id: str, staff_id: str) -> StaffMember: ...
    async def team(self, company_id: str) -> Sequence[StaffMember]: ...
    async def contact(self, company_id: str, contact_id: str) -> Contact: ...
    async def service(self, company_id: str, service_id: str) -> Service: ...
    async def inspection(self, company_id: str, inspection_id: str) -> Inspection: ...
    async def agreement(self, company_id: str, agreement_id: str) -> Agreement: ...
    async def api_key(self, company_id: str, key_id: str) -> ApiKey: ...
    async def account(self, company_id: str, account_id: str) -> CustomerAccount: ...
    async def recurring(self, company_id: str, recurring_id: str) -> RecurringService: ...

    async def recurring_of(self, company_id: str, account_id: str) -> Sequence[RecurringService]:
        """An account's recurring services, ended ones too, at most 500."""
        ...

    async def accounts_with(self, company_id: str, contact_id: str) -> Sequence[CustomerAccount]:
        """The accounts this contact may sign in for."""
        ...

    async def scheduled_with(self, company_id: str, contact_id: str) -> Sequence[Inspection]:
        """Scheduled inspections with this contact in the People box, at most 500."""
        ...

    async def invoices_of(self, company_id: str, inspection_id: str) -> Sequence[KnownInvoice]:
        """What billing told about the invoices of one inspection."""
        ...

    async def open_third_party_invoices(self, company_id: str) -> int:
        """How many third-party invoices of the company are not paid and not void."""
        ...

    async def next_number(self, company_id: str, count: int = 1) -> int:
        """The first of the next `count` numbers; a transaction that fails gives them back."""
        ...

    async def next_order_number(self, company_id: str) -> int:
        """The next order number, from 1; without gaps as well."""
        ...

    async def write(
        self, after: Record, *, before: Record | None = None, events: Sequence[Event] = ()
    ) -> None:
        """Add a record, or replace the one that is still as `before` was; tell the events.

        Raises ChangedMeanwhileError when it is not, EmailTakenError for a second account.
        """
        ...

    async def add_all(self, records: Sequence[Record], events: Sequence[Event]) -> None:
        """Add many new records at once; tell the events."""
        ...

    async def remember(self, fact: Balance | KnownInvoice, events: Sequence[Event] = ()) -> None:
        """Keep what billing told and tell the events, unless something newer is already known."""
        ...

    async def end_sessions(self, company_id: str, staff_id: str) -> None:
        """Sign somebody out everywhere."""
        ...

    async def note_rebuild(self, rebuild_id: str) -> None:
        """Note that everything is to be told again; noting it twice is once."""
        ...


class Office(Protocol):
    """Where transactions come from."""

    async def transaction(self, work: Callable[[Desk], Awaitable[T]]) -> T:
        """Run `work`; all of it happens or nothing. It may run more than once."""
        ...

    async def tell_next_batch(self, told: Callable[[Record, Company], Event | None]) -> bool:
        """Tell the next records (each with its company) of a noted rebuild again.

        False when nothing is left.
        """
        ...

    async def due_recurring(
        self, until: date, *, after: str = "", limit: int = 100
    ) -> Sequence[RecurringService]:
        """Active recurring services of all companies whose next visit is due until that day.

        In the order of their ids, those behind the id `after`.
        """
        ...


class Door(Protocol):
    """Accounts, sessions and wrong passwords."""

    async def account(self, email: str) -> StaffMember | None: ...
    async def member(self, company_id: str, staff_id: str) -> StaffMember | None: ...
    async def key(self, key_id: str) -> ApiKey | None: ...
    async def session(self, secret_hash: str) -> Session | None: ...
    async def keep_session(self, session: Session) -> None: ...
    async def drop_session(self, secret_hash: str) -> None: ...
    async def attempts(self, account: str, address: str, *, since: datetime) -> Attempts: ...
    async def note_failure(self, account: str, address: str, *, at: datetime) -> None: ...
    async def forget_failures(self, account: str, address: str) -> None: ...


class Passwords(Protocol):
    """Slow hashing, off the event loop and bounded."""

    async def hash_of(self, password: str) -> str: ...

    async def fits(self, password: str, password_hash: str | None) -> bool:
        """Compare; None (no such account) takes as long as a wrong password."""
        ...


class Secrets(Protocol):
    """Random names and secrets."""

    def new_id(self) -> str: ...
    def new_secret(self) -> str: ...

    def digest(self, secret: str) -> str:
        """The form in which a 256-bit secret is kept."""
        ...


class Mint(Protocol):
    """Makes the short tokens the services verify by themselves."""

    def staff_token(self, member: StaffMember, session_id: str) -> str:
        """For the browser's cookie."""
        ...

    def bearer_token(self, member: StaffMember, session_id: str) -> str:
        """For the APIs."""
        ...

    def key_token(self, key: ApiKey) -> str: ...


class Reports(Protocol):
    """Report files, and the judge of what may become one."""

    async def refuse_unsafe(self, content: bytes) -> None:
        """Raise UnsafeReportError for scripts, launches, attachments, or a file that is broken."""
        ...

    async def keep(self, company_id: str, report_id: str, content: bytes) -> None: ...
    async def forget(self, company_id: str, report_id: str) -> None: ...

    def read(self, company_id: str, report_id: str) -> AsyncIterator[bytes]:
        """The file in pieces; raises UnknownError when this company has no such file."""
        ...


@dataclass(frozen=True, kw_only=True)
class ListedInspection:
    """One row of the schedule or the list."""

    inspection: Inspection
    balance: Balance | None


@dataclass(frozen=True, kw_only=True)
class InspectionList:
    """Inspections in order, and the cursor of what follows."""

    rows: Sequence[ListedInspection]
    next_cursor: str | None


@dataclass(frozen=True, kw_only=True)
class ListedAccount:
    """One row of the list of accounts; its sites are only counted."""

    account_id: str
    name: str
    people: tuple[AccountPerson, ...]
    """The first one at most."""
    site_count: int
    terms_days: int
    active: bool


class Lookups(Protocol):
    """Questions of the pages and of the API; each names its company."""

    async def company(self, company_id: str) -> Company: ...
    async def team(self, company_id: str) -> Sequence[StaffMember]: ...
    async def services(self, company_id: str) -> Sequence[Service]: ...
    async def api_keys(self, company_id: str) -> Sequence[ApiKey]: ...
    async def inspection(self, company_id: str, inspection_id: str) -> Inspection: ...
    async def agreement_of(self, company_id: str, inspection_id: str) -> Agreement | None: ...
    async def balance_of(self, company_id: str, inspection_id: str) -> Balance | None: ...
    async def invoices_of(self, company_id: str, inspection_id: str) -> Sequence[KnownInvoice]: ...
    async def open_third_party_invoices(self, company_id: str) -> int: ...

    async def contacts(
        self, company_id: str, *, text: str = "", cursor: str | None = None, limit: int = 50
    ) -> tuple[Sequence[Contact], str | None]: ...

    async def contact(self, company_id: str, contact_id: str) -> Contact: ...
    async def account(self, company_id: str, account_id: str) -> CustomerAccount: ...

    async def accounts(
        self, company_id: str, *, text: str = "", cursor: str | None = None, limit: int = 25
    ) -> tuple[Sequence[ListedAccount], str | None]:
        """Accounts by name, and the cursor of what follows."""
        ...

    async def recurring(self, company_id: str, recurring_id: str) -> RecurringService: ...
    async def recurring_of(
        self, company_id: str, account_id: str | None
    ) -> Sequence[RecurringService]:
        """An account's, or (None) all of the company, ended ones too; at most 500."""
        ...

    async def order(self, company_id: str, order_id: str) -> Sequence[Inspection]:
        """The inspections of one order by number; raises UnknownError when there are none."""
        ...

    async def visits(
        self, company_id: str, account_id: str, *, since: datetime | None, limit: int = 10
    ) -> Sequence[ListedInspection]:
        """An account's inspections: those to come from then, or (None) the latest first."""
        ...

    async def between(
        self, company_id: str, *, since: datetime, until: datetime, inspector_id: str | None = None
    ) -> Sequence[ListedInspection]:
        """What is on in that time, earliest first, at most 500."""
        ...

    async def search(
        self,
        company_id: str,
        *,
        text: str = "",
        status: str | None = None,
        account_id: str | None = None,
        cursor: str | None = None,
        limit: int = 25,
    ) -> InspectionList:
        """Inspections by number, address or person, latest first; or those of one account."""
        ...

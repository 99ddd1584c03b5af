"""Scheduling's ports in memory. tests/contract/scheduling holds them to what MongoDB does."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime
from typing import Any

from services.scheduling.domain.access import ApiKey, Attempts, Session
from services.scheduling.domain.company import FIRST_NUMBER, Company
from services.scheduling.domain.inspection import Inspection
from services.scheduling.domain.recurring import RecurringService
from services.scheduling.domain.refusals import (
    ChangedMeanwhileError,
    EmailTakenError,
    UnknownError,
    UnsafeReportError,
)
from services.scheduling.domain.staff import StaffMember
from services.scheduling.domain.standing import Balance, KnownInvoice
from shared.contracts.event import Event
from shared.idempotency import Answer, IdempotencyKeyReusedError
from tests.support.scheduling_memory import KEY_OF, RETOLD, Memory, MemoryLookups


class MemoryDesk(MemoryLookups):
    """Writing, on a copy that is kept only when all went well."""

    async def next_number(self, company_id: str, count: int = 1) -> int:
        number = self.memory.numbers[company_id]
        self.memory.numbers[company_id] = number + count
        return number

    async def next_order_number(self, company_id: str) -> int:
        self.memory.orders[company_id] = self.memory.orders.get(company_id, 0) + 1
        return self.memory.orders[company_id]

    async def add_all(self, records: Sequence[Any], events: Sequence[Event]) -> None:
        for record in records:
            await self.write(record)
        self.memory.events.extend(events)

    async def write(
        self, after: Any, *, before: Any | None = None, events: Sequence[Event] = ()
    ) -> None:
        rows = self.memory.records[type(after)]
        key = getattr(after, KEY_OF[type(after)])
        present = rows.get(key)
        if (present.revision if present else None) != (before.revision if before else None):
            raise ChangedMeanwhileError
        if isinstance(after, StaffMember) and any(
            row.email == after.email and row.staff_id != key for row in rows.values()
        ):
            raise EmailTakenError(field="email")
        if isinstance(after, Company) and before is None:
            self.memory.numbers[key] = FIRST_NUMBER
        if isinstance(after, Inspection) and after.recurring_id:
            visit = (after.recurring_id, after.recurring_on)
            others = [row for row in rows.values() if row.inspection_id != key]
            if visit in {(row.recurring_id, row.recurring_on) for row in others}:
                raise ChangedMeanwhileError
        rows[key] = after
        self.memory.events.extend(events)

    async def remember(self, fact: Balance | KnownInvoice, events: Sequence[Event] = ()) -> None:
        balance = isinstance(fact, Balance)
        known: dict[str, Any] = self.memory.balances if balance else self.memory.invoices
        key = fact.inspection_id if balance else fact.invoice_id
        if key not in known or known[key].revision < fact.revision:
            known[key] = fact
            self.memory.events.extend(events)

    async def end_sessions(self, company_id: str, staff_id: str) -> None:
        self.memory.sessions = {
            secret: session
            for secret, session in self.memory.sessions.items()
            if (session.company_id, session.staff_id) != (company_id, staff_id)
        }

    async def note_rebuild(self, rebuild_id: str) -> None:
        if rebuild_id not in self.memory.rebuilds:
            self.memory.rebuilds.append(rebuild_id)


class MemoryOffice:
    """Transactions."""

    def __init__(self, memory: Memory, note: Any = None) -> None:
        self.memory = memory
        self._note = note

    def noting(self, note: Any) -> "MemoryOffice":
        return MemoryOffice(self.memory, note)

    def desk(self, session: Any = None) -> MemoryDesk:
        return MemoryDesk(self.memory)

    async def transaction(self, work: Callable[[MemoryDesk], Awaitable[Any]]) -> Any:
        trial = self.memory.copied()
        result = await work(MemoryDesk(trial))
        if self._note is not None:
            await self._note(result, None)
        vars(self.memory).update(vars(trial))
        return result

    async def due_recurring(
        self, until: date, *, after: str = "", limit: int = 100
    ) -> list[RecurringService]:
        rows = self.memory.records[RecurringService]
        due = [
            row
            for key, row in sorted(rows.items())
            if key > after and row.next_on is not None and row.next_on <= until
        ]
        return due[:limit]

    async def tell_next_batch(self, told: Callable[[Any, Company], Event | None]) -> bool:
        if not self.memory.rebuilds:
            return False
        self.memory.rebuilds.pop(0)
        for kind in RETOLD:
            companies = self.memory.records[Company]
            rows = self.memory.records[kind].values()
            events = [told(row, companies[row.company_id]) for row in rows]
            self.memory.retold.extend(event for event in events if event is not None)
        return True


class MemoryDoor:
    """Sign-in."""

    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        self.failures: list[tuple[str, str, datetime]] = []

    async def account(self, email: str) -> StaffMember | None:
        rows = self.memory.records[StaffMember].values()
        return next((row for row in rows if row.email == email), None)

    async def member(self, company_id: str, staff_id: str) -> StaffMember | None:
        found = self.memory.records[StaffMember].get(staff_id)
        return found if found and found.company_id == company_id else None

    async def key(self, key_id: str) -> ApiKey | None:
        return self.memory.records[ApiKey].get(key_id)

    async def session(self, secret_hash: str) -> Session | None:
        return self.memory.sessions.get(secret_hash)

    async def keep_session(self, session: Session) -> None:
        self.memory.sessions[session.secret_hash] = session

    async def drop_session(self, secret_hash: str) -> None:
        self.memory.sessions.pop(secret_hash, None)

    async def attempts(self, account: str, address: str, *, since: datetime) -> Attempts:
        recent = [(who, where) for who, where, at in self.failures if at >= since]
        return Attempts(
            by_account_and_address=recent.count((account, address)),
            by_address=sum(where == address for _, where in recent),
        )

    async def note_failure(self, account: str, address: str, *, at: datetime) -> None:
        self.failures.append((account, address, at))

    async def forget_failures(self, account: str, address: str) -> None:
        self.failures = [row for row in self.failures if row[:2] != (account, address)]


class PlainPasswords:
    """No slow hashing in tests."""

    async def hash_of(self, password: str) -> str:
        return f"hash of {password}"

    async def fits(self, password: str, password_hash: str | None) -> bool:
        return password_hash == f"hash of {password}"


class CountedSecrets:
    """Names and secrets that can be foreseen."""

    def __init__(self) -> None:
        self.count = 0

    def new_id(self) -> str:
        self.count += 1
        return f"id{self.count}"

    def new_secret(self) -> str:
        self.count += 1
        return f"secret-number-{self.count:06}"

    def digest(self, secret: str) -> str:
        return f"digest of {secret}"


class PlainMint:
    """Tokens that say what is in them."""

    def staff_token(self, member: StaffMember, session_id: str) -> str:
        return f"staff {member.staff_id} {member.role} {session_id}"

    def bearer_token(self, member: StaffMember, session_id: str) -> str:
        return f"bearer {member.staff_id} {member.role} {session_id}"

    def key_token(self, key: ApiKey) -> str:
        return f"key {key.key_id} {' '.join(key.scopes)}"


class MemoryReports:
    """Report files; whatever contains `/JavaScript` is judged unsafe."""

    def __init__(self) -> None:
        self.files: dict[tuple[str, str], bytes] = {}

    async def refuse_unsafe(self, content: bytes) -> None:
        if b"/JavaScript" in content:
            raise UnsafeReportError(field="report")

    async def keep(self, company_id: str, report_id: str, content: bytes) -> None:
        self.files[company_id, report_id] = content

    async def forget(self, company_id: str, report_id: str) -> None:
        self.files.pop((company_id, report_id), None)

    async def read(self, company_id: str, report_id: str) -> Any:
        if (company_id, report_id) not in self.files:
            raise UnknownError(what="report")
        yield self.files[company_id, report_id]


class MemoryKeys:
    """Idempotency keys."""

    def __init__(self) -> None:
        self.answers: dict[tuple[str, str], tuple[str, Answer]] = {}

    async def recall(self, company_id: str, key: str, request_hash: str) -> Answer | None:
        known = self.answers.get((company_id, key))
        if known is None:
            return None
        if known[0] != request_hash:
            raise IdempotencyKeyReusedError
        return known[1]

    async def remember(
        self, company_id: str, key: str, request_hash: str, answer: Answer, session: Any
    ) -> None:
        self.answers[company_id, key] = (request_hash, answer)

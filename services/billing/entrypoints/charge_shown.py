"""A dry run: what a charge run would charge on which method, what it leaves out, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.billing.domain.attempt import Attempt
from services.billing.domain.charge_tries import last_vain_try, why_in_vain
from services.billing.domain.company import Company, Settings
from services.billing.domain.limits import SMALLEST_CHARGE_CENTS
from services.billing.domain.methods import Autopay, SavedMethod, method_of
from services.billing.domain.statement import StatementRow
from services.billing.entrypoints.parts import Parts
from services.billing.usecases.list_chargeable import list_chargeable
from services.billing.usecases.ports import OpenBooks, Work
from services.billing.usecases.ports_accounts import Chargeable
from shared.money import money
from shared.ui.formats import short_day

NO_METHOD = "No card or bank account on file that can be charged"
OTHER_CURRENCY = "In another currency: one run charges one currency"
METHODS = (("", "Any method"), ("card", "Card"), ("bank", "Bank account"), ("none", "No method"))


@dataclass(frozen=True, kw_only=True)
class Planned:
    """One invoice with what it would be charged to, or why it would not."""

    row: Chargeable
    method: SavedMethod | None
    why: str = ""
    tried: str = ""
    """What became of the last charge of this method, if it was in vain."""

    @property
    def kind(self) -> str:
        """`card`, `bank` or `none`, as the filter says it."""
        if self.method is None:
            return "none"
        return "bank" if self.method.bank else "card"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """All that waits, oldest first. Amounts in cents."""

    rows: tuple[Planned, ...]

    @property
    def charged(self) -> tuple[Planned, ...]:
        """What would be charged."""
        return tuple(one for one in self.rows if not one.why)

    @property
    def left_out(self) -> tuple[Planned, ...]:
        """What would not."""
        return tuple(one for one in self.rows if one.why)

    @property
    def total_cents(self) -> int:
        """What the run would bring."""
        return sum(one.row.balance_cents for one in self.charged)

    @property
    def by_method(self) -> list[tuple[str, int, int]]:
        """`Cards` and `Bank accounts`: how many invoices, how much."""
        found = []
        for kind, words in (("card", "Cards"), ("bank", "Bank accounts")):
            cents = [one.row.balance_cents for one in self.charged if one.kind == kind]
            if cents:
                found.append((words, len(cents), sum(cents)))
        return found

    def only(self, invoice_ids: Sequence[str]) -> "Plan":
        """The part of it that was ticked."""
        wanted = set(invoice_ids)
        return Plan(rows=tuple(one for one in self.rows if one.row.invoice_id in wanted))

    def filtered(self, *, account_id: str = "", kind: str = "") -> "Plan":
        """The part of one account, or of one kind of method."""
        return Plan(
            rows=tuple(
                one
                for one in self.rows
                if account_id in {"", one.row.account_id} and kind in {"", one.kind}
            )
        )


async def plan_of(
    parts: Parts,
    company_id: str,
    company: Company | None,
    settings: Settings,
    *,
    due_by: date | None = None,
) -> Plan:
    """What waits to be charged now, by the very rules of the run (R84, C25)."""
    rows = await list_chargeable(company_id=company_id, books=parts.books, due_by=due_by)
    ids = sorted({row.account_id for row in rows})
    enrolled = {one.account_id: one for one in await parts.lists.autopays(company_id, ids)}
    every = await parts.lists.methods_of_accounts(company_id, ids)
    chosen = {
        account_id: method_of(
            enrolled.get(account_id),
            [method for method in every if method.account_id == account_id],
            settings.stripe_account_id,
        )
        for account_id in ids
    }
    currency = company.currency if company else "USD"
    zone = company.time_zone if company else "UTC"
    tries = await parts.books.write(_tries(company_id, rows))
    return Plan(
        rows=tuple(_planned(row, chosen[row.account_id], currency, tries, zone) for row in rows)
    )


def _tries(company_id: str, rows: Sequence[Chargeable]) -> Work[list[Attempt]]:
    async def look(books: OpenBooks) -> list[Attempt]:
        return await books.tries_without_payer(company_id, [row.inspection_id for row in rows])

    return look


def not_waiting(row: StatementRow, autopay: Autopay) -> str:
    """Why an open invoice of an account is not among the invoices to charge (C25)."""
    if not autopay.enrolled:
        return "The customer is not in autopay"
    if row.processing_cents:
        return "A bank payment is on its way"
    if row.held:
        return "Somebody is paying it now"
    if not row.payable:
        return "Not payable yet: due after publish or at closing"
    if row.balance_cents < SMALLEST_CHARGE_CENTS:
        return f"Less than {money(SMALLEST_CHARGE_CENTS, row.currency)} cannot be charged"
    return "The job was created before the customer enrolled"


def _planned(
    row: Chargeable,
    method: SavedMethod | None,
    currency: str,
    tries: Sequence[Attempt],
    zone: str,
) -> Planned:
    if row.currency != currency:
        return Planned(row=row, method=method, why=OTHER_CURRENCY)
    if method is None:
        return Planned(row=row, method=None, why=NO_METHOD)
    vain = last_vain_try(tries, row.invoice_id, method)
    return Planned(row=row, method=method, tried=_tried(vain, zone) if vain else "")


def _tried(attempt: Attempt, zone: str) -> str:
    """Return `Tried Nov 3: Insufficient funds.`."""
    return f"Tried {short_day(attempt.created_at, zone)}: {why_in_vain(attempt)}"

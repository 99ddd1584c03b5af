"""What staff look through of account customers, straight from the books in memory."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from services.billing.adapters.mongo_shapes import invoice_document, value
from services.billing.domain.account import Account
from services.billing.domain.account_refusals import (
    AccountNotFoundError,
    AccountPaymentNotFoundError,
    ChargeRunNotFoundError,
    OrderNotFoundError,
)
from services.billing.domain.account_statement import PaidBy, Posted
from services.billing.domain.attempt import Attempt
from services.billing.domain.bill import Bill
from services.billing.domain.charge_run import ChargeRun, RunItem
from services.billing.domain.ledger import expected, prepaid, receivable
from services.billing.domain.methods import Autopay, SavedMethod
from services.billing.domain.refund import Refund, RefundState
from services.billing.domain.statement import StatementRow


def behind(before: str, rows: list[Any], key: str) -> list[Any]:
    """What follows the row of that id; all, if there is none."""
    ids = [getattr(row, key) for row in rows]
    return rows[ids.index(before) + 1 :] if before in ids else rows


class MemoryAccountLists:
    """The same queries as the database's lists of accounts."""

    _books: Any

    async def account(self, company_id: str, account_id: str) -> Account:
        for account in await self.accounts(company_id, 1000):
            if account.account_id == account_id:
                return account
        raise AccountNotFoundError

    async def accounts(self, company_id: str, limit: int) -> list[Account]:
        return sorted(self._kept(Account, company_id), key=lambda one: one.name)[:limit]

    async def statement_rows(
        self, company_id: str, account_id: str, since: date | None, until: date
    ) -> list[StatementRow]:
        rows = self._invoices(company_id, account_id)
        return [row for row in rows if (since or date.min) <= row.issued_on <= until]

    async def open_rows(self, company_id: str, account_id: str) -> list[StatementRow]:
        rows = self._invoices(company_id, account_id)
        return [row for row in rows if row.balance_cents or row.processing_cents]

    async def every_row(self, company_id: str, account_id: str) -> list[StatementRow]:
        return self._invoices(company_id, account_id)

    async def ledger_of(
        self, company_id: str, account_id: str, invoice_ids: Sequence[str]
    ) -> list[Posted]:
        state = self._books.state
        names = {prepaid(account_id)}
        for name in map(receivable, invoice_ids):
            names |= {name, expected(name)}
        found = [
            Posted(entry=entry, at=state.posted_at[entry.entry_id])
            for entry in state.ledger.values()
            if entry.company_id == company_id and names & {leg.account for leg in entry.legs}
        ]
        return sorted(found, key=lambda one: (one.at, one.entry.entry_id))

    async def paid_by(
        self, company_id: str, payment_ids: Sequence[str], time_zone: str
    ) -> dict[str, PaidBy]:
        bills = self._books.state.bills.values()
        made = {
            payment.attempt_id: payment
            for bill in bills
            for invoice in bill.invoices
            for payment in invoice.payments
        }
        made |= {a.attempt_id: a for a in self._attempts(company_id)}
        zone = ZoneInfo(time_zone)
        return {
            key: PaidBy(
                receipt_number=made[key].receipt_number,
                method_label=made[key].method_label,
                paid_on=made[key].paid_at.astimezone(zone).date() if made[key].paid_at else None,
            )
            for key in payment_ids
        }

    async def order_bills(self, company_id: str, order_id: str) -> list[Bill]:
        found = [
            bill
            for bill in self._books.state.bills.values()
            if bill.company_id == company_id
            and bill.booking.account
            and bill.booking.account.order_id == order_id
        ]
        if not found:
            raise OrderNotFoundError
        return sorted(found, key=lambda bill: bill.booking.number)

    async def account_payment(self, company_id: str, payment_id: str) -> Attempt:
        found: Attempt | None = self._books.state.attempts.get(payment_id)
        if found is None or found.company_id != company_id or found.account_id is None:
            raise AccountPaymentNotFoundError
        return found

    async def account_payments(
        self, company_id: str, account_id: str, limit: int, *, before: str = ""
    ) -> list[Attempt]:
        found = [a for a in self._attempts(company_id) if a.account_id == account_id]
        return behind(before, found, "attempt_id")[:limit]

    async def refunds_given(self, company_id: str, attempt_ids: Sequence[str]) -> list[Refund]:
        found = [
            refund
            for refund in self._books.state.refunds.values()
            if refund.company_id == company_id
            and refund.attempt_id in attempt_ids
            and refund.state is RefundState.SUCCEEDED
        ]
        return sorted(found, key=lambda refund: refund.created_at)

    async def prepayments(
        self,
        company_id: str,
        *,
        account_id: str = "",
        only_open: bool = False,
        before: str = "",
        limit: int = 100,
    ) -> list[Attempt]:
        found = [
            attempt
            for attempt in self._attempts(company_id)
            if attempt.prepaid
            and account_id in {"", attempt.account_id}
            and (attempt.unapplied_cents or not only_open)
        ]
        return behind(before, found, "attempt_id")[:limit]

    async def methods(self, company_id: str, account_id: str) -> list[SavedMethod]:
        return await self.methods_of_accounts(company_id, [account_id])

    async def methods_of_accounts(
        self, company_id: str, account_ids: list[str]
    ) -> list[SavedMethod]:
        found = [
            method
            for method in self._kept(SavedMethod, company_id)
            if method.account_id in account_ids and not method.removed
        ]
        return sorted(found, key=lambda method: method.created_at)

    async def autopay(self, company_id: str, account_id: str) -> Autopay:
        known = await self.autopays(company_id, [account_id])
        return known[0] if known else Autopay(account_id=account_id, company_id=company_id)

    async def autopays(self, company_id: str, account_ids: list[str]) -> list[Autopay]:
        return [one for one in self._kept(Autopay, company_id) if one.account_id in account_ids]

    async def runs(self, company_id: str, limit: int, *, before: str = "") -> list[ChargeRun]:
        found = self._kept(ChargeRun, company_id)
        newest = sorted(found, key=lambda run: (run.started_at, run.run_id), reverse=True)
        return behind(before, newest, "run_id")[:limit]

    async def run(self, company_id: str, run_id: str) -> ChargeRun:
        for run in self._kept(ChargeRun, company_id):
            if run.run_id == run_id:
                return run
        raise ChargeRunNotFoundError

    async def run_items(
        self, run_id: str, *, state: str = "", after: int = -1, limit: int = 100
    ) -> list[RunItem]:
        every = [r for (kind, _), r in self._books.state.records.items() if kind is RunItem]
        found = [
            item
            for item in every
            if item.run_id == run_id and item.position > after and state in {"", item.state.value}
        ]
        return sorted(found, key=lambda item: item.position)[:limit]

    def _kept(self, kind: type[Any], company_id: str) -> list[Any]:
        records = self._books.state.records.items()
        return [r for (known, _), r in records if known is kind and r.company_id == company_id]

    def _attempts(self, company_id: str) -> list[Attempt]:
        found = [a for a in self._books.state.attempts.values() if a.company_id == company_id]
        return sorted(found, key=lambda one: (one.created_at, one.attempt_id), reverse=True)

    def _invoices(self, company_id: str, account_id: str) -> list[StatementRow]:
        rows = [
            invoice_document(bill, bill.client_invoice)
            for bill in self._books.state.bills.values()
            if bill.company_id == company_id
            and bill.booking.account
            and bill.booking.account.account_id == account_id
        ]
        found = [value(StatementRow, row, key="invoice_id") for row in rows]
        return sorted(found, key=lambda row: (row.issued_on, row.number))

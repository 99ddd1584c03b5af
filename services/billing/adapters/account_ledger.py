"""What an account's statement is made of: its invoices, its part of the ledger, its payments."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from services.billing.adapters.mongo_shapes import bill_value, value
from services.billing.domain.account_statement import PaidBy, Posted
from services.billing.domain.ledger import Entry, expected, prepaid, receivable
from services.billing.domain.statement import StatementRow
from shared.mongo import Store

_NAMES_AT_ONCE = 5_000


class AccountLedger:
    """Queries of one company and account each; all of them by an index."""

    _store: Store

    async def every_row(self, company_id: str, account_id: str) -> list[StatementRow]:
        """All the account's invoices, void ones too, oldest first."""
        query = {"company_id": company_id, "account_id": account_id}
        found = self._store["invoices"].find(query).sort("sort", 1)
        return [value(StatementRow, row, key="invoice_id") async for row in found]

    async def ledger_of(
        self, company_id: str, account_id: str, invoice_ids: Sequence[str]
    ) -> list[Posted]:
        """Every entry that moved the account's balance, in the order they were written."""
        owed = [receivable(invoice_id) for invoice_id in invoice_ids]
        names = [prepaid(account_id), *owed, *(expected(name) for name in owed)]
        found: dict[str, Posted] = {}
        for first in range(0, len(names), _NAMES_AT_ONCE):
            some = names[first : first + _NAMES_AT_ONCE]
            query = {"legs.account": {"$in": some}, "company_id": company_id}
            async for row in self._store["ledger"].find(query):
                found[row["_id"]] = Posted(entry=value(Entry, row, key="entry_id"), at=row["at"])
        return sorted(found.values(), key=lambda one: (one.at, one.entry.entry_id))

    async def paid_by(
        self, company_id: str, payment_ids: Sequence[str], time_zone: str
    ) -> dict[str, PaidBy]:
        """How these payments were made, and when."""
        zone = ZoneInfo(time_zone)
        wanted = {"_id": {"$in": list(payment_ids)}, "company_id": company_id}
        fields = {"receipt_number": 1, "method_label": 1, "paid_at": 1}
        attempts = self._store["attempts"].find(wanted, fields)
        known = {
            row["_id"]: _paid(row["receipt_number"], row["method_label"], row["paid_at"], zone)
            async for row in attempts
        }
        by_hand = [payment_id for payment_id in payment_ids if payment_id not in known]
        query = {"payment_ids": {"$in": by_hand}, "company_id": company_id}
        async for row in self._store["bills"].find(query):
            for invoice in bill_value(row).invoices:
                for made in invoice.payments:
                    said = _paid(made.receipt_number, made.method_label, made.paid_at, zone)
                    known.setdefault(made.attempt_id, said)
        return known


def _paid(number: str, label: str, at: datetime | None, zone: ZoneInfo) -> PaidBy:
    paid_on = at.astimezone(zone).date() if at else None
    return PaidBy(receipt_number=number, method_label=label, paid_on=paid_on)

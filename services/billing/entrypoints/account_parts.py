"""What is looked through of one account customer."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Protocol

from fastapi import Query

from services.billing.domain.account import Account
from services.billing.domain.account_statement import PaidBy, Posted
from services.billing.domain.attempt import Attempt
from services.billing.domain.bill import Bill
from services.billing.domain.charge_run import ChargeRun, RunItem
from services.billing.domain.methods import Autopay, SavedMethod
from services.billing.domain.refund import Refund
from services.billing.domain.statement import StatementRow

Before = Annotated[str, Query(max_length=80)]
"""Behind which row a page of a list begins, by its id; empty for the first page."""


class AccountLists(Protocol):
    """Queries of one company and account each."""

    async def account(self, company_id: str, account_id: str) -> Account:
        """Raises AccountNotFoundError."""

    async def accounts(self, company_id: str, limit: int) -> list[Account]:
        """By name."""

    async def statement_rows(
        self, company_id: str, account_id: str, since: date | None, until: date
    ) -> list[StatementRow]:
        """The account's invoices issued in that time, oldest first."""

    async def open_rows(self, company_id: str, account_id: str) -> list[StatementRow]:
        """Those on which something is due or on its way, oldest first."""

    async def every_row(self, company_id: str, account_id: str) -> list[StatementRow]:
        """All the account's invoices, void ones too, oldest first."""

    async def ledger_of(
        self, company_id: str, account_id: str, invoice_ids: Sequence[str]
    ) -> list[Posted]:
        """Every entry that moved the account's balance, in the order they were written."""

    async def paid_by(
        self, company_id: str, payment_ids: Sequence[str], time_zone: str
    ) -> dict[str, PaidBy]:
        """How these payments were made, and when."""

    async def order_bills(self, company_id: str, order_id: str) -> list[Bill]:
        """The bills of an order's children, by number. Raises OrderNotFoundError."""

    async def account_payment(self, company_id: str, payment_id: str) -> Attempt:
        """Raises AccountPaymentNotFoundError."""

    async def account_payments(
        self, company_id: str, account_id: str, limit: int, *, before: str = ""
    ) -> list[Attempt]:
        """Newest first, behind the payment `before`."""

    async def refunds_given(self, company_id: str, attempt_ids: Sequence[str]) -> list[Refund]:
        """Those of these account payments that went through, oldest first."""

    async def prepayments(
        self,
        company_id: str,
        *,
        account_id: str = "",
        only_open: bool = False,
        before: str = "",
        limit: int = 100,
    ) -> list[Attempt]:
        """Payments of which something was paid in advance, newest first, behind `before`."""

    async def methods(self, company_id: str, account_id: str) -> list[SavedMethod]:
        """On file, oldest first."""

    async def methods_of_accounts(
        self, company_id: str, account_ids: list[str]
    ) -> list[SavedMethod]:
        """The same of many accounts."""

    async def autopays(self, company_id: str, account_ids: list[str]) -> list[Autopay]:
        """The enrolments there are of these accounts."""

    async def autopay(self, company_id: str, account_id: str) -> Autopay:
        """The enrolment, or that there is none."""

    async def runs(self, company_id: str, limit: int, *, before: str = "") -> list[ChargeRun]:
        """Newest first, behind the run `before`."""

    async def run(self, company_id: str, run_id: str) -> ChargeRun:
        """Raises ChargeRunNotFoundError."""

    async def run_items(
        self, run_id: str, *, state: str = "", after: int = -1, limit: int = 100
    ) -> list[RunItem]:
        """A run's invoices in their order, behind the position `after`."""

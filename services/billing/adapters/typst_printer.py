"""Invoices and receipts as PDF, set beside the service and kept by the bill's revision."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from pymongo import ASCENDING, IndexModel

from services.billing.adapters.account_papers import account_receipt_words, order_words
from services.billing.adapters.paper_words import invoice_words, receipt_words
from services.billing.adapters.statement_paper import statement_words
from services.billing.domain.account import Account
from services.billing.domain.account_statement import AccountStatement
from services.billing.domain.attempt import Attempt
from services.billing.domain.bill import Bill
from services.billing.domain.company import Company
from services.billing.domain.invoice import Invoice
from services.billing.domain.payment import Payment
from services.billing.domain.refusals import PaperUnavailableError
from shared.mongo import Collection, Store

TYPESETTER = "services.billing.adapters.typesetting"
PATIENCE_SECONDS = 30
KEPT = timedelta(days=30)
AT_ONCE = 2
"""Setting a page takes a core for some milliseconds; requests go on beside it."""

COLLECTIONS: tuple[Collection, ...] = (
    Collection(
        "documents",
        indexes=(
            IndexModel(
                [("at", ASCENDING)], name="expire", expireAfterSeconds=int(KEPT.total_seconds())
            ),
        ),
    ),
)

log = structlog.get_logger()


class TypstPrinter:
    """Sets a paper once per state of the bill."""

    def __init__(self, store: Store) -> None:
        """The service's own store keeps the finished papers."""
        self._store = store
        self._room = asyncio.Semaphore(AT_ONCE)

    async def invoice(self, bill: Bill, invoice: Invoice, company: Company | None) -> bytes:
        name = f"invoice:{invoice.invoice_id}:{bill.revision}:{_letterhead(company)}"
        return await self._kept(name, "invoice.typ", invoice_words(bill, invoice, company))

    async def receipt(
        self, bill: Bill, invoice: Invoice, payment: Payment, company: Company | None
    ) -> bytes:
        name = f"receipt:{payment.payment_id}:{bill.revision}:{_letterhead(company)}"
        words = receipt_words(bill, invoice, payment, company)
        return await self._kept(name, "receipt.typ", words)

    async def order(self, bills: Sequence[Bill], company: Company | None) -> bytes:
        account = bills[0].booking.account
        state = sum(bill.revision for bill in bills)
        order_id = account.order_id if account else bills[0].inspection_id
        name = f"order:{order_id}:{len(bills)}.{state}:{_letterhead(company)}"
        return await self._kept(name, "invoice.typ", order_words(bills, company))

    async def account_receipt(self, attempt: Attempt, company: Company | None) -> bytes:
        name = f"receipt:{attempt.attempt_id}:{attempt.revision}:{_letterhead(company)}"
        return await self._kept(name, "receipt.typ", account_receipt_words(attempt, company))

    async def statement(
        self, account: Account, statement: AccountStatement, *, company: Company | None
    ) -> bytes:
        words = await asyncio.to_thread(statement_words, account, statement, company=company)
        async with self._room:
            return await typeset_beside("statement.typ", words)

    async def _kept(self, name: str, paper: str, words: dict[str, Any]) -> bytes:
        known = await self._store["documents"].find_one({"_id": name})
        if known:
            return bytes(known["pdf"])
        async with self._room:
            pdf = await typeset_beside(paper, words)
        row = {"pdf": pdf, "at": datetime.now(UTC)}
        await self._store["documents"].replace_one({"_id": name}, row, upsert=True)
        return pdf


async def typeset_beside(paper: str, words: dict[str, Any]) -> bytes:
    """The PDF of a paper, set in a process of its own. Raises PaperUnavailableError."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", TYPESETTER, paper, stdin=PIPE, stdout=PIPE, stderr=PIPE
    )
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            pdf, complaint = await process.communicate(json.dumps(words).encode())
    except TimeoutError as error:
        process.kill()
        raise PaperUnavailableError from error
    if process.returncode:
        log.error("paper_not_set", paper=paper, complaint=complaint.decode()[-300:])
        raise PaperUnavailableError
    return pdf


def _letterhead(company: Company | None) -> int:
    return company.revision if company else 0

"""Invoices and receipts as PDF, set by typst in a thread and kept by the bill's revision."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import typst
from pymongo import ASCENDING, IndexModel

from services.billing.adapters.paper_words import invoice_words, receipt_words
from services.billing.domain.bill import Bill
from services.billing.domain.company import Company
from services.billing.domain.invoice import Invoice
from services.billing.domain.payment import Payment
from shared.mongo import Collection, Store

PAPERS = Path(__file__).parent / "papers"
FONTS = Path(__file__).parent / "fonts"
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

    async def _kept(self, name: str, paper: str, words: dict[str, Any]) -> bytes:
        known = await self._store["documents"].find_one({"_id": name})
        if known:
            return bytes(known["pdf"])
        async with self._room:
            pdf = await asyncio.to_thread(typeset, paper, words)
        row = {"pdf": pdf, "at": datetime.now(UTC)}
        await self._store["documents"].replace_one({"_id": name}, row, upsert=True)
        return pdf


def typeset(paper: str, words: dict[str, Any]) -> bytes:
    """The PDF of a paper with these words. Blocking."""
    pdf = typst.compile(
        str(PAPERS / paper),
        root=str(PAPERS),
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"data": json.dumps(words)},
    )
    if not isinstance(pdf, bytes):
        raise TypeError(paper)
    return pdf


def _letterhead(company: Company | None) -> int:
    return company.revision if company else 0

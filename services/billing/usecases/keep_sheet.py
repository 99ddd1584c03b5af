"""Finish changed bills: count revisions, write the charges, tell everybody, close stale pages."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from services.billing.domain.bill import Bill, changed_invoices, revised
from services.billing.domain.gate import report_released
from services.billing.domain.invoice import Gate, Invoice
from services.billing.domain.ledger import Entry
from services.billing.domain.told import balance_changed, invoice_changed, surplus_arisen
from services.billing.usecases.ports import OpenBooks, Sheet
from shared.contracts.event import Event


async def keep_sheet(books: OpenBooks, sheet: Sheet, *, now: datetime) -> Bill:
    """Write the bill, the ledger and the news together; return the bill as it now is."""
    await keep_sheets(books, [sheet], now=now)
    return sheet.bill


async def keep_sheets(
    books: OpenBooks,
    sheets: Sequence[Sheet],
    *,
    now: datetime,
    entries: Sequence[Entry] = (),
    events: Sequence[Event] = (),
) -> None:
    """The same for the bills of one payment; `entries` and `events` belong to none of them."""
    changed = [sheet for sheet in sheets if _counted(sheet)]
    posted, told = list(entries), []
    for sheet in changed:
        posted += [*_charges(sheet), *sheet.entries]
        told += [*_states(sheet), *sheet.events, *_surpluses(sheet)]
    if changed:
        await books.keep_bills([(sheet.before, sheet.bill) for sheet in changed])
    await books.post(posted, now)
    await books.announce([*told, *events])
    for sheet in changed:
        await _close_stale_pages(books, sheet.bill, now)


def _counted(sheet: Sheet) -> bool:
    """Count the revisions up; False if there is nothing to write."""
    after = revised(sheet.before, sheet.bill)
    if after == sheet.before and not sheet.entries and not sheet.events:
        return False
    sheet.bill = after
    return True


def _known(sheet: Sheet) -> dict[str, Invoice]:
    return {i.invoice_id: i for i in sheet.before.invoices} if sheet.before else {}


def _charges(sheet: Sheet) -> list[Entry]:
    """One entry for each invoice whose total moved."""
    known, entries = _known(sheet), []
    for invoice in sheet.bill.invoices:
        before = known.get(invoice.invoice_id)
        delta_cents = invoice.total_cents - (before.total_cents if before else 0)
        if delta_cents:
            entries.append(sheet.book.charged(invoice.invoice_id, invoice.revision, delta_cents))
    return entries


def _states(sheet: Sheet) -> list[Event]:
    events: list[Event] = [
        invoice_changed(sheet.bill, i) for i in changed_invoices(sheet.before, sheet.bill)
    ]
    if events or sheet.before is None or _release(sheet.before) != _release(sheet.bill):
        events.append(balance_changed(sheet.bill))
    return events


def _release(bill: Bill) -> tuple[bool, bool]:
    """What is told even if no invoice changes: who writes of the report waits for both."""
    return bill.booking.published, report_released(bill)


def _surpluses(sheet: Sheet) -> list[Event]:
    known = _known(sheet)
    return [
        surplus_arisen(sheet.bill, invoice)
        for invoice in sheet.bill.invoices
        if invoice.invoice_id in known
        and invoice.surplus_cents > known[invoice.invoice_id].surplus_cents
    ]


async def _close_stale_pages(books: OpenBooks, bill: Bill, now: datetime) -> None:
    """A page that asks for another amount than is due must not stay open."""
    for invoice in bill.invoices:
        held = invoice.reservation
        payable = invoice.gate is Gate.OPEN and not invoice.voided
        if held is None or (payable and held.fits(invoice.balance_cents)):
            continue
        attempt = await books.attempt(bill.company_id, held.attempt_id)
        if attempt.live and not attempt.expire_wanted:
            stale = replace(attempt, expire_wanted=True, next_check_at=now)
            await books.keep_attempt(attempt, stale)

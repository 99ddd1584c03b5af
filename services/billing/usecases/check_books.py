"""Recompute every invoice from the ledger and the division: the books agree with themselves."""

from dataclasses import dataclass

from services.billing.domain.bill import Bill, shares_of, total_of
from services.billing.usecases.ports import Books


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Something that should be equal and is not (cents)."""

    where: str
    what: str
    expected_cents: int
    found_cents: int


async def check_books(*, books: Books) -> list[Difference]:
    """Return every difference; an empty list is the only good answer."""
    found = (
        []
        if (sum_of_all := await books.ledger_sum()) == 0
        else [Difference(where="ledger", what="sum", expected_cents=0, found_cents=sum_of_all)]
    )
    async for bill in books.every_bill():
        found += await _of_bill(bill, books)
    return found


async def _of_bill(bill: Bill, books: Books) -> list[Difference]:
    wanted: dict[str, int] = {}
    for invoice in bill.invoices:
        owed = invoice.total_cents - invoice.paid_cents
        wanted[f"receivable:{invoice.invoice_id}"] = owed
        wanted[f"expected:{invoice.invoice_id}"] = -invoice.processing_cents
    written = await books.ledger_balances(list(wanted))
    shares = zip(bill.invoices, shares_of(bill), strict=True)
    pairs = [
        *((account, cents, written.get(account, 0)) for account, cents in wanted.items()),
        *((f"total:{i.invoice_id}", total_of(i, cents), i.total_cents) for i, cents in shares),
    ]
    return [
        Difference(where=bill.inspection_id, what=what, expected_cents=should, found_cents=is_)
        for what, should, is_ in pairs
        if should != is_
    ]

"""Write money that came another way; the pages that ask for the same money are closed before it.

A page left open for a moment longer could be paid in that moment, and the customer would have paid
twice.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import structlog

from services.billing.domain.attempt import ON_A_PAGE, Attempt
from services.billing.usecases.close_page import close_page
from services.billing.usecases.ports import Books, Clock, GatewayError, OpenBooks, PaymentGateway
from services.billing.usecases.start_checkout import TRIES

T = TypeVar("T")
log = structlog.get_logger()


class _PagesOpenError(Exception):
    """Nothing was written: these pages ask for what has just come."""

    def __init__(self, pages: Sequence[Attempt]) -> None:
        self.pages = pages


async def write_received(
    work: Callable[[OpenBooks], Awaitable[T]],
    *,
    company_id: str,
    paid: Callable[[T], Sequence[str]],
    books: Books,
    gateway: PaymentGateway,
    clock: Clock,
) -> T:
    """Return what `work` wrote; `paid` names the invoices in it.

    Whatever a page was paid in its last moment is on the books before, so `work` may then refuse.
    A processor that does not answer holds up nobody: the money is here, and the reconciler closes
    the pages.
    """

    async def unless_pages_are_open(open_books: OpenBooks) -> T:
        written = await work(open_books)
        pages = await _stale_pages(open_books, company_id, paid(written))
        if pages:
            raise _PagesOpenError(pages)
        return written

    for _ in range(TRIES):  # another payer may open the next page as soon as one is closed
        try:
            return await books.write(unless_pages_are_open)
        except _PagesOpenError as error:
            if not await _close(error.pages, books=books, gateway=gateway, clock=clock):
                break
    return await books.write(work)


async def _close(
    pages: Sequence[Attempt], *, books: Books, gateway: PaymentGateway, clock: Clock
) -> bool:
    """Close them; False when the processor does not answer."""
    try:
        for page in pages:
            await close_page(page, books=books, gateway=gateway, clock=clock)
    except GatewayError as error:
        log.warning("pages_closed_later", reason=type(error).__name__)
        return False
    return True


async def _stale_pages(
    books: OpenBooks, company_id: str, invoice_ids: Sequence[str]
) -> list[Attempt]:
    """The pages that ask for another amount than is due now that the money is written."""
    bills = await books.bills_of(company_id, invoice_ids)
    invoices = (invoice for bill in bills for invoice in bill.invoices)
    held = {i.reservation.attempt_id for i in invoices if i.reservation}
    attempts = [await books.attempt(company_id, attempt_id) for attempt_id in sorted(held)]
    return [a for a in attempts if a.expire_wanted and a.state in ON_A_PAGE]

"""Somebody emptied their view: tell the present state of everything again."""

from collections.abc import Awaitable, Callable, Sequence

from services.billing.domain.bill import Bill
from services.billing.domain.told import balance_changed, invoice_changed
from services.billing.usecases.announce_settings import settings_told
from services.billing.usecases.ports import Books, OpenBooks
from shared.contracts.event import Event


async def tell_again(*, company_id: str, books: Books, own_accounts: bool) -> int:
    """Announce every bill of the company, its settings, and its accounts' money and methods.

    All of it is marked as repeated. Return how many bills there are.
    """
    told = 0
    async for bill in books.bills(company_id):
        await books.write(_telling(bill))
        told += 1

    async def tell_settings(open_books: OpenBooks) -> None:
        settings = await open_books.settings(company_id)
        company = await open_books.company(company_id)
        event = settings_told(settings, company, own_accounts=own_accounts)
        await open_books.announce([event], replayed=True)

    await books.write(tell_settings)
    async for news in books.account_news(company_id):
        await books.write(_announcing(news))
    return told


def _announcing(news: Sequence[Event]) -> Callable[[OpenBooks], Awaitable[None]]:
    async def tell(open_books: OpenBooks) -> None:
        await open_books.announce(news, replayed=True)

    return tell


def _telling(stale: Bill) -> Callable[[OpenBooks], Awaitable[None]]:
    async def tell(open_books: OpenBooks) -> None:
        bill = await open_books.bill(stale.company_id, stale.inspection_id) or stale
        events = [invoice_changed(bill, invoice) for invoice in bill.invoices]
        await open_books.announce([*events, balance_changed(bill)], replayed=True)

    return tell

"""What the routes and loops of billing work with; built once in main."""

import asyncio
from dataclasses import dataclass, field
from typing import Annotated, Protocol

from fastapi import Depends, Request

from services.billing.domain.attempt import Attempt
from services.billing.domain.bill import Bill
from services.billing.domain.company import Company, Settings
from services.billing.domain.listing import InvoicePage, InvoiceQuery, StatusTotal
from services.billing.domain.refund import Refund
from services.billing.entrypoints.account_parts import AccountLists
from services.billing.usecases.ports import (
    Books,
    Clock,
    EventInbox,
    InvoiceLinks,
    NewId,
    OpenBooks,
    PaymentGateway,
    Printer,
)
from services.billing.usecases.ports_split_rules import SplitRules
from services.billing.usecases.report_by_payer import Figures
from shared.idempotency import IdempotencyKeys
from shared.mongo import Session


class BusBooks(Books, Protocol):
    """The books, which can also be opened inside the transaction of an arriving event."""

    def within(self, session: Session) -> OpenBooks:
        """The books inside that transaction."""


class Rebuilds(Protocol):
    """Wishes of other services to be told everything again."""

    async def note(self, company_id: str, rebuild_id: str, session: Session) -> None:
        """Keep the wish."""

    async def next_company(self) -> tuple[str, str] | None:
        """The id and company of the oldest wish."""

    async def fulfilled(self, wish_id: str) -> None:
        """Forget it."""


class Lists(AccountLists, Protocol):
    """What staff look through, one company each."""

    async def bill(self, company_id: str, inspection_id: str) -> Bill:
        """Raises BillNotFoundError."""

    async def bill_of_invoice(self, company_id: str, invoice_id: str) -> Bill:
        """Raises InvoiceNotFoundError."""

    async def bill_of_payment(self, company_id: str, payment_id: str) -> Bill:
        """Raises PaymentNotFoundError."""

    async def invoices(self, company_id: str, query: InvoiceQuery) -> InvoicePage:
        """One page of the company's invoices."""

    async def totals(self, company_id: str) -> dict[str, StatusTotal]:
        """By status."""

    async def attempts(self, company_id: str, inspection_id: str) -> list[Attempt]:
        """Every try to pay for this inspection, newest first."""

    async def refunds(self, company_id: str, inspection_id: str) -> list[Refund]:
        """Every refund of this inspection, newest first."""

    async def company(self, company_id: str) -> Company | None:
        """What scheduling told of the company."""

    async def settings(self, company_id: str) -> Settings:
        """The billing settings, or the defaults."""


class Bell:
    """Rouses the worker of provider events as soon as one is stored."""

    def __init__(self) -> None:
        """Silent at first."""
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """There is work."""
        self._rung.set()

    async def wait(self, seconds: float) -> None:
        """Return when rung, or after that time."""
        try:
            async with asyncio.timeout(seconds):
                await self._rung.wait()
        except TimeoutError:
            return
        finally:
            self._rung.clear()


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The adapters, by role."""

    books: BusBooks
    inbox: EventInbox
    gateway: PaymentGateway
    printer: Printer
    lists: Lists
    reports: Figures
    rebuilds: Rebuilds
    split_rules: SplitRules
    links: InvoiceLinks
    keys: IdempotencyKeys
    clock: Clock
    new_id: NewId
    own_accounts: bool
    bell: Bell = field(default_factory=Bell)
    runs_bell: Bell = field(default_factory=Bell)
    """Rung when a charge run begins or goes on."""


def parts_of(request: Request) -> Parts:
    """The parts of the service that answers."""
    parts: Parts = request.app.state.parts
    return parts


UsedParts = Annotated[Parts, Depends(parts_of)]

"""One company, one open bill of $800.00, a clock and a pretended card processor."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from services.billing.domain.attempt import Attempt
from services.billing.domain.bill import Bill
from services.billing.domain.booking import Booking
from services.billing.domain.payment import Method
from services.billing.domain.refund import Refund
from services.billing.usecases.keep_sheet import keep_sheet
from services.billing.usecases.ports import Sheet
from services.billing.usecases.reconcile import reconcile
from services.billing.usecases.record_manual_payment import (
    RecordManualPayment,
    record_manual_payment,
)
from services.billing.usecases.refresh_attempt import refresh_attempt
from services.billing.usecases.refund_payment import RefundPayment, refund_payment
from services.billing.usecases.start_checkout import StartCheckout, start_checkout
from tests.support.billing_examples import COMPANY, INSPECTION, a_bill, a_booking, a_company
from tests.support.billing_fakes import Clock, MemoryBooks, MemoryInbox
from tests.support.billing_gateway_fake import Counter, FakeGateway
from tests.support.billing_oracle import totals_due


@dataclass
class Office:
    """Billing with everything it needs, and short words for what people do with it."""

    books: MemoryBooks = field(default_factory=MemoryBooks)
    gateway: FakeGateway = field(default_factory=FakeGateway)
    inbox: MemoryInbox = field(default_factory=MemoryInbox)
    clock: Clock = field(default_factory=Clock)
    new_id: Counter = field(default_factory=Counter)

    @property
    def bill(self) -> Bill:
        return self.books.bill

    async def open(self, **changes: Any) -> None:
        async def work(books):
            await books.keep_company(a_company())
            sheet = Sheet(before=None, bill=a_bill(**changes))
            await keep_sheet(books, sheet, now=self.clock())

        await self.books.write(work)

    async def change(self, step: Callable[[Bill], Bill]) -> None:
        async def work(books):
            bill = await books.bill(COMPANY, INSPECTION)
            await keep_sheet(books, Sheet(before=bill, bill=step(bill)), now=self.clock())

        await self.books.write(work)

    async def follow(self, **changes: Any) -> None:
        revision = self.bill.booking.revision + 1
        booking: Booking = a_booking(**{"revision": revision, **changes})
        await self.change(lambda bill: bill.following(booking))

    async def checkout(
        self, invoice_id: str = "invoice-client", amount_cents: int | None = None, key: str = "k"
    ) -> Attempt:
        if amount_cents is None:
            bill = await self.books.write(lambda books: books.bill_of(COMPANY, invoice_id))
            amount_cents = bill.invoice(invoice_id).balance_cents
        return await start_checkout(
            StartCheckout(
                company_id=COMPANY,
                invoice_id=invoice_id,
                amount_cents=amount_cents,
                success_url="https://portal.example/back",
                cancel_url="https://portal.example/cancel",
                request_key=key,
            ),
            books=self.books,
            gateway=self.gateway,
            clock=self.clock,
            new_id=self.new_id,
            own_accounts=False,
        )

    async def refresh(self, attempt: Attempt) -> Attempt:
        return await refresh_attempt(
            COMPANY,
            attempt.attempt_id,
            books=self.books,
            gateway=self.gateway,
            clock=self.clock,
        )

    async def paid_by_card(self) -> Attempt:
        attempt = await self.checkout()
        self.gateway.pay_by_card(attempt)
        return await self.refresh(attempt)

    async def paid_by_bank(self) -> Attempt:
        attempt = await self.checkout()
        self.gateway.pay_by_bank(attempt)
        return await self.refresh(attempt)

    async def reconcile(self) -> int:
        return await reconcile(books=self.books, gateway=self.gateway, clock=self.clock)

    async def refund(
        self,
        payment_id: str,
        cents: int,
        *,
        with_credit: bool = False,
        key: str = "r1",
        surplus_only: bool = False,
    ) -> Refund:
        return await refund_payment(
            RefundPayment(
                company_id=COMPANY,
                payment_id=payment_id,
                amount_cents=cents,
                with_credit=with_credit,
                reason="Sewer scope not done",
                requested_by="priya",
                request_key=key,
                surplus_only=surplus_only,
            ),
            books=self.books,
            gateway=self.gateway,
            clock=self.clock,
            new_id=self.new_id,
        )

    async def receive_cash(
        self, cents: int, *, invoice_id: str = "invoice-client", payment_id: str = "cash-1"
    ) -> Bill:
        return await record_manual_payment(
            RecordManualPayment(
                company_id=COMPANY,
                invoice_id=invoice_id,
                payment_id=payment_id,
                amount_cents=cents,
                method=Method.CASH,
                reference="",
                received_at=self.clock(),
                note="",
                client_note="",
                recorded_by="priya",
            ),
            books=self.books,
            gateway=self.gateway,
            clock=self.clock,
        )

    def balanced(self) -> None:
        """What must hold at every moment."""
        bill = self.bill
        assert [i.total_cents for i in bill.invoices] == totals_due(bill)
        assert sum(self.books.accounts_of_ledger.values()) == 0
        for invoice in bill.invoices:
            owed = self.books.accounts_of_ledger.get(f"receivable:{invoice.invoice_id}", 0)
            assert owed == invoice.total_cents - invoice.paid_cents
            held = self.books.accounts_of_ledger.get(f"expected:{invoice.invoice_id}", 0)
            assert -held == invoice.processing_cents


Opening = Callable[..., Awaitable[Office]]


@pytest.fixture
async def office() -> Office:
    it = Office()
    await it.open()
    return it


@pytest.fixture
async def splitting(office: Office) -> Office:
    """The open bill of $800.00: home 475, radon 150, sewer 175; the company may split."""

    async def allow(books: Any) -> None:
        await books.keep_company(a_company(allow_deferred=False))

    await office.books.write(allow)
    return office


@pytest.fixture
def opening() -> Opening:
    async def make(**changes: Any) -> Office:
        it = Office()
        await it.open(**changes)
        return it

    return make

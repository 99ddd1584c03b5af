"""An account with many open invoices, and short words for what people do with its money."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from services.billing.domain.attempt import Attempt
from services.billing.domain.bill import Bill, opened
from services.billing.domain.company import PortalRules, Settings
from services.billing.domain.invoice import Invoice
from services.billing.domain.methods import SavedMethod
from services.billing.domain.payment import Method
from services.billing.usecases.keep_sheet import keep_sheet
from services.billing.usecases.pay_invoices import PayInvoices, pay_invoices
from services.billing.usecases.ports import Sheet
from services.billing.usecases.work_off_events import work_off_events
from tests.support.billing_account_fakes import ACCOUNT, an_account, of_account
from tests.support.billing_examples import COMPANY, a_booking, a_company, a_line
from tests.unit.billing.conftest import Office

FIRST_DAY = date(2026, 11, 1)


@dataclass
class AccountOffice(Office):
    """Billing for one property manager."""

    async def open_account(self, cents: list[int], **rules: Any) -> None:
        """One invoice for each amount, `inv-1` the oldest; each of $n in whole cents."""

        async def work(books):
            await books.keep_company(a_company(allow_deferred=False))
            portal = PortalRules(**rules)
            await books.keep_settings(Settings(company_id=COMPANY, portal=portal))
            await books.keep(an_account())

        await self.books.write(work)
        for number, amount in enumerate(cents, 1):
            await self.open_invoice(number, amount)

    async def open_invoice(
        self, number: int, cents: int, *, account_id: str = ACCOUNT, **changes: Any
    ) -> None:
        account = of_account(account_id, **changes.pop("account", {}))
        booking = a_booking(
            number=f"HP-{number:04d}",
            lines=(a_line("visit", cents),),
            account=account,
            **changes,
        )
        bill = opened(
            company_id=COMPANY,
            inspection_id=f"job-{number}",
            invoice_id=f"inv-{number}",
            booking=booking,
            issued_on=FIRST_DAY + timedelta(days=number // 10),
        )

        async def work(books):
            await keep_sheet(books, Sheet(before=None, bill=bill), now=self.clock())

        await self.books.write(work)

    async def bill_of(self, number: int) -> Bill:
        return await self.books.write(lambda books: books.bill_of(COMPANY, f"inv-{number}"))

    async def invoice(self, number: int) -> Invoice:
        return (await self.bill_of(number)).client_invoice

    def wish(self, *numbers: int, **changes: Any) -> PayInvoices:
        given: dict[str, Any] = {
            "company_id": COMPANY,
            "account_id": ACCOUNT,
            "attempt_id": "apay-1",
            "contact_id": "ann",
            "payer_name": "Ann Alder",
            "payer_email": "ann@example.com",
            "amount_cents": 0,
            "invoice_ids": tuple(f"inv-{number}" for number in numbers),
            "success_url": "https://portal.example/back",
            "cancel_url": "https://portal.example/cancel",
            "request_key": "k",
        }
        return PayInvoices(**{**given, **changes})

    async def start(self, command: PayInvoices) -> Attempt:
        return await pay_invoices(
            command,
            books=self.books,
            gateway=self.gateway,
            clock=self.clock,
            own_accounts=False,
        )

    async def pay(self, *numbers: int, **changes: Any) -> Attempt:
        """Pay these invoices in full by card on the page."""
        invoices = [await self.invoice(number) for number in numbers]
        amount = sum(invoice.balance_cents for invoice in invoices)
        started = await self.start(self.wish(*numbers, **{"amount_cents": amount, **changes}))
        self.gateway.pay_by_card(started)
        return await self.refresh(started)

    async def on_file(self, method_id: str = "pm-1", kind: Method = Method.CARD) -> SavedMethod:
        method = SavedMethod(
            method_id=method_id,
            company_id=COMPANY,
            account_id=ACCOUNT,
            customer_id="cus-1",
            on=None,
            kind=kind,
            label="Visa ending 4242" if kind is Method.CARD else "Bank account ending 6789",
            expires="04/2029",
            is_default=True,
            created_at=self.clock(),
        )
        await self.books.write(lambda books: books.keep(method))
        self.gateway.put_on_file("setup", method_id, kind)
        return method

    async def listen(self) -> int:
        return await work_off_events(
            books=self.books,
            inbox=self.inbox,
            gateway=self.gateway,
            clock=self.clock,
            own_accounts=False,
        )

    async def kept(self, kind: type[Any], key: str) -> Any:
        return await self.books.write(lambda books: books.find(kind, COMPANY, key))

    async def attempt(self, attempt_id: str) -> Attempt:
        return await self.books.write(lambda books: books.attempt(COMPANY, attempt_id))

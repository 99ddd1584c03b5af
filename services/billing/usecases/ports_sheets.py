"""The bills that one payment touches, open on one desk and written together."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Protocol

from services.billing.domain.allocation import Allocation
from services.billing.domain.attempt import Attempt, AttemptState
from services.billing.domain.bill import Bill
from services.billing.domain.invoice import Invoice
from services.billing.domain.ledger import Book, Entry, prepaid, receivable
from services.billing.domain.payment import Payment
from services.billing.domain.refusals import InvoiceNotFoundError
from services.billing.usecases.ports import Sheet
from shared.contracts.event import Event

Part = Allocation | None
"""A part of a payment: what pays one invoice, or (None) what is paid in advance."""


class Work(Protocol):
    """What is noted about a part: money facts and news go to the sheet it belongs to."""

    entries: list[Entry]
    events: list[Event]


@dataclass(slots=True, kw_only=True)
class Desk:
    """An attempt being moved, with a sheet for each bill it pays into."""

    before: Attempt
    attempt: Attempt
    sheets: dict[str, Sheet]
    entries: list[Entry] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    attempt_kept: bool = True

    @classmethod
    def of(cls, attempt: Attempt, bills: list[Bill]) -> "Desk":
        """Begin with everything as it is."""
        sheets = {bill.inspection_id: Sheet.of(bill) for bill in bills}
        return cls(before=attempt, attempt=attempt, sheets=sheets)

    @classmethod
    def by_hand(cls, bill: Bill, invoice: Invoice, payment: Payment) -> "Desk":
        """For money received by hand on one invoice: no try to pay is on the books."""
        part = Allocation(
            invoice_id=invoice.invoice_id,
            invoice_number=invoice.number,
            inspection_id=bill.inspection_id,
            payment_id=payment.payment_id,
            amount_cents=payment.amount_cents,
        )
        attempt = Attempt(
            attempt_id=payment.payment_id,
            company_id=bill.company_id,
            allocations=(part,),
            payer=invoice.payer,
            description="",
            amount_cents=payment.amount_cents,
            currency=bill.booking.currency,
            state=AttemptState.SUCCEEDED,
            request_key="",
            success_url="",
            cancel_url="",
            created_at=bill.booking.starts_at,
            expires_at=bill.booking.starts_at,
            by_hand=True,
        )
        return replace(cls.of(attempt, [bill]), attempt_kept=False)

    @property
    def book(self) -> Book:
        """The company's book in the payment's currency."""
        return Book(company_id=self.attempt.company_id, currency=self.attempt.currency)

    def sheet_of(self, part: Allocation) -> Sheet:
        """The sheet of the bill it pays into. Raises InvoiceNotFoundError."""
        try:
            return self.sheets[part.inspection_id]
        except KeyError:
            raise InvoiceNotFoundError from None

    def invoice_of(self, part: Allocation) -> Invoice:
        """The invoice it pays, as it now is."""
        return self.sheet_of(part).bill.invoice(part.invoice_id)

    def parts(self) -> Iterator[tuple[Part, Payment]]:
        """Every part that is on the books, with what it now is there."""
        for allocation in self.attempt.allocations:
            payment = self.invoice_of(allocation).payment(allocation.payment_id)
            if payment:
                yield allocation, payment
        if self.attempt.prepaid and self.attempt.paid_at:
            yield None, self.attempt.prepaid

    def part_of(self, payment_id: str) -> tuple[Part, Payment] | None:
        """The part that is this payment."""
        found = (pair for pair in self.parts() if pair[1].payment_id == payment_id)
        return next(found, None)

    def put(self, part: Part, payment: Payment) -> None:
        """Write the part's next state; an allocation's invoice is free for another try."""
        if part is None:
            self.attempt = replace(self.attempt, prepaid=payment)
            return
        sheet = self.sheet_of(part)
        invoice = self.invoice_of(part).released_from(self.attempt.attempt_id)
        sheet.bill = sheet.bill.with_invoice(invoice.with_payment(payment))

    def take_away(self, part: Allocation) -> None:
        """The part never came: its invoice is open again."""
        sheet = self.sheet_of(part)
        invoice = self.invoice_of(part).released_from(self.attempt.attempt_id)
        held = invoice.payment(part.payment_id)
        if held and not held.settled:
            invoice = invoice.without_payment(part.payment_id)
        sheet.bill = sheet.bill.with_invoice(invoice)

    def work_of(self, part: Part) -> Work:
        """Where the part's entries and events are noted."""
        return self if part is None else self.sheet_of(part)

    def owed(self, part: Part) -> str:
        """The ledger account whose debt the part pays."""
        if part is None:
            return prepaid(self.attempt.account_id or "")
        return receivable(part.invoice_id)

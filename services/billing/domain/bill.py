"""The bill of one inspection: one document on which every promise about its money rests.

The invoices divide the bill. Third parties carve out their parts (`division`); the client's
invoice is always the remainder, so the invoices sum to the bill at every moment. Everything here
returns the next bill, already balanced.
"""

from dataclasses import dataclass, replace
from datetime import date

from services.billing.domain.booking import Booking
from services.billing.domain.division import divided
from services.billing.domain.gate import gate_of
from services.billing.domain.invoice import Invoice, InvoiceKind
from services.billing.domain.refusals import InvoiceNotFoundError


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """What one inspection costs, divided between its payers; the client's invoice comes first."""

    company_id: str
    inspection_id: str
    booking: Booking
    invoices: tuple[Invoice, ...]
    revision: int = 0

    @property
    def client_invoice(self) -> Invoice:
        """The remainder."""
        return self.invoices[0]

    @property
    def third_parties(self) -> tuple[Invoice, ...]:
        """The parts carved out, in the order of their making."""
        return self.invoices[1:]

    @property
    def total_cents(self) -> int:
        """All that is charged, credits deducted."""
        return sum(invoice.total_cents for invoice in self.invoices)

    @property
    def paid_cents(self) -> int:
        """Received and kept, from everybody."""
        return sum(invoice.paid_cents for invoice in self.invoices)

    @property
    def processing_cents(self) -> int:
        """On its way by bank, from everybody."""
        return sum(invoice.processing_cents for invoice in self.invoices)

    @property
    def balance_cents(self) -> int:
        """Due from everybody together."""
        return sum(invoice.balance_cents for invoice in self.invoices)

    @property
    def surplus_cents(self) -> int:
        """Waiting to be refunded, to everybody together."""
        return sum(invoice.surplus_cents for invoice in self.invoices)

    def invoice(self, invoice_id: str) -> Invoice:
        """The invoice of that id. Raises InvoiceNotFoundError."""
        for invoice in self.invoices:
            if invoice.invoice_id == invoice_id:
                return invoice
        raise InvoiceNotFoundError

    def invoice_paid_by(self, payment_id: str) -> Invoice | None:
        """The invoice this payment pays into."""
        found = (i for i in self.invoices if i.payment(payment_id) is not None)
        return next(found, None)

    def with_invoice(self, changed: Invoice) -> "Bill":
        """Put an invoice's next state (or a new third-party invoice) in, and balance the others."""
        if all(known.invoice_id != changed.invoice_id for known in self.invoices):
            return _balanced(replace(self, invoices=(*self.invoices, changed)))
        invoices = tuple(
            changed if known.invoice_id == changed.invoice_id else known for known in self.invoices
        )
        return _balanced(replace(self, invoices=invoices))

    def following(self, booking: Booking) -> "Bill":
        """Take a newer state of the inspection; an older one changes nothing (any order)."""
        if booking.revision <= self.booking.revision:
            return self
        return _balanced(replace(self, booking=booking))


def opened(
    *, company_id: str, inspection_id: str, invoice_id: str, booking: Booking, issued_on: date
) -> Bill:
    """The first bill of an inspection: everything on the client's invoice."""
    client = Invoice(
        invoice_id=invoice_id,
        number=booking.number,
        kind=InvoiceKind.CLIENT,
        payer=booking.client,
        total_cents=booking.charge_cents,
        gate=gate_of(booking, collect_now=False),
        issued_on=issued_on,
        due_on=due_date(booking, issued_on),
    )
    bill = Bill(
        company_id=company_id, inspection_id=inspection_id, booking=booking, invoices=(client,)
    )
    return _balanced(bill)


def due_date(booking: Booking, issued_on: date) -> date:
    """An account's invoice is due by its terms, a single client's on the day of the inspection."""
    return booking.account.due_on(issued_on) if booking.account else booking.starts_on


def revised(before: Bill | None, after: Bill) -> Bill:
    """Count the revisions up: of each invoice that changed to the eye, and of the bill."""
    if after == before:
        return after
    known = {i.invoice_id: i for i in before.invoices} if before else {}
    invoices = tuple(_counted(known.get(i.invoice_id), i) for i in after.invoices)
    revision = before.revision + 1 if before else 1
    return replace(after, invoices=invoices, revision=revision)


def changed_invoices(before: Bill | None, after: Bill) -> tuple[Invoice, ...]:
    """The invoices whose revision moved."""
    known = {i.invoice_id: i.revision for i in before.invoices} if before else {}
    return tuple(i for i in after.invoices if known.get(i.invoice_id) != i.revision)


def _counted(before: Invoice | None, after: Invoice) -> Invoice:
    if before and _as_seen(before) == _as_seen(after):
        return replace(after, revision=before.revision)
    return replace(after, revision=before.revision + 1 if before else 1)


def _as_seen(invoice: Invoice) -> Invoice:
    """Without what nobody outside sees."""
    return replace(invoice, reservation=None, revision=0)


def shares_of(bill: Bill) -> list[int]:
    """What each invoice asks for, its credit aside; the client's comes first and is the rest."""
    others = divided(bill.booking, bill.third_parties)
    return [bill.booking.charge_cents - sum(others), *others]


def total_of(invoice: Invoice, share_cents: int) -> int:
    """Its share less its credit, as far as there is something to deduct it from."""
    return share_cents - min(invoice.credit_cents, max(0, share_cents))


def _balanced(bill: Bill) -> Bill:
    """Divide the charge again."""
    invoices = (
        _refreshed(invoice, bill.booking, share_cents)
        for invoice, share_cents in zip(bill.invoices, shares_of(bill), strict=True)
    )
    return replace(bill, invoices=tuple(invoices))


def _refreshed(invoice: Invoice, booking: Booking, share_cents: int) -> Invoice:
    """An invoice with its new share; gate, payer and due date as they now are."""
    client = invoice.kind is InvoiceKind.CLIENT
    payer = booking.client if client else booking.person(invoice.payer.contact_id)
    changed = replace(
        invoice,
        total_cents=total_of(invoice, share_cents),
        payer=payer or invoice.payer,
        gate=gate_of(booking, collect_now=invoice.collect_now),
        voided=invoice.voided if not client else booking.cancelled and invoice.empty,
    )
    if client:  # paid or not: news in any order must lead to one state
        due_on = due_date(booking, invoice.issued_on)
        due_on = changed.deferral.closing_on if changed.deferral else due_on
        changed = replace(changed, due_on=due_on)
    paid_in_full = not client and changed.settled and changed.paid_cents > 0
    if paid_in_full and changed.capped_cents is None:
        changed = replace(changed, capped_cents=share_cents)
    return changed

"""What every invoice of a bill must ask for, worked out again from the rules in plain arithmetic.

Nothing of billing's own division is used here, so that it can be wrong without being believed.
"""

from services.billing.domain.bill import Bill
from services.billing.domain.invoice import Invoice

_WHOLE = 10_000


def totals_due(bill: Bill) -> list[int]:
    """The exact total of each invoice in cents, the client's (what the others leave) first."""
    charged = 0 if bill.booking.cancelled else sum(li.amount_cents for li in bill.booking.lines)
    left, parts = max(0, charged), []
    for invoice in bill.third_parties:
        parts.append(min(left, _asked(bill, invoice, charged)))
        left -= parts[-1]
    client, *others = bill.invoices
    shares = [(client, charged - sum(parts)), *zip(others, parts, strict=True)]
    return [share - min(max(0, share), invoice.credit_cents) for invoice, share in shares]


def _asked(bill: Bill, invoice: Invoice, charged: int) -> int:
    """A third party's wish: nothing when void, never more than once it was paid in full."""
    if invoice.voided or bill.booking.cancelled:
        return 0
    if invoice.fixed_cents is not None:
        wish = invoice.fixed_cents
    elif invoice.basis_points is not None:
        wish = (max(0, charged) * invoice.basis_points + _WHOLE // 2) // _WHOLE
    elif invoice.equal is not None:
        each, odd = divmod(max(0, charged), invoice.equal.parts)
        wish = each + (invoice.equal.position < odd)
    else:
        lines = {line.line_id: line.amount_cents for line in bill.booking.lines}
        wish = max(0, sum(lines.get(line_id, 0) for line_id in invoice.line_ids))
    return wish if invoice.capped_cents is None else min(wish, invoice.capped_cents)

"""What was paid beyond the bill, and from which payments it goes back (C16)."""

from services.billing.domain.invoice import Invoice


def surplus_to_refund(invoice: Invoice) -> int:
    """Cents of the surplus that nobody has asked to give back yet."""
    asked_cents = sum(payment.refunding_cents for payment in invoice.payments)
    return max(0, invoice.surplus_cents - asked_cents)


def surplus_refunds(invoice: Invoice) -> list[tuple[str, int]]:
    """`(payment_id, cents)` of each refund that gives the surplus back, the newest payment first.

    What a dispute or return keeps from being refunded is left out.
    """
    rest_cents = surplus_to_refund(invoice)
    found: list[tuple[str, int]] = []
    for payment in reversed(invoice.payments):
        cents = min(rest_cents, payment.refundable_cents)
        if cents:
            found.append((payment.payment_id, cents))
            rest_cents -= cents
    return found

"""Two gates: when an invoice may be paid, and when the report may be read."""

from typing import TYPE_CHECKING

from services.billing.domain.booking import Booking
from services.billing.domain.invoice import Gate, InvoiceStatus

if TYPE_CHECKING:
    from services.billing.domain.bill import Bill


def gate_of(booking: Booking, *, collect_now: bool) -> Gate:
    """Nobody pays before publish while the company collects after it (R8, C7).

    `collect_now` is the staff's exception for one invoice. Money by hand is never gated.
    """
    waiting = booking.release.collect_after_publish and not booking.published
    return Gate.UNTIL_PUBLISHED if waiting and not collect_now else Gate.OPEN


def report_released(bill: "Bill") -> bool:
    """Whether the report may be read: published, and nothing of the whole bill open (C8, C9).

    Money on its way by bank does not count as paid. Staff may unlock by hand unless the company
    collects after publish. A client who pays at closing reads at once, if all others have paid.
    """
    release = bill.booking.release
    if not bill.booking.published or bill.booking.cancelled:
        return False
    if not release.require_payment:
        return True
    if release.unlocked_by_staff and not release.locked:
        return True
    return all(
        invoice.settled or invoice.status is InvoiceStatus.DEFERRED for invoice in bill.invoices
    )

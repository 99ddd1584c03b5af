"""What the Payments box and the page Fees & Payments show of one bill."""

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from services.billing.domain.bill import Bill
from services.billing.domain.company import Company
from services.billing.domain.gate import report_released
from services.billing.domain.invoice import Invoice
from services.billing.domain.surplus import surplus_refunds, surplus_to_refund
from services.billing.entrypoints.frame import today_of
from services.billing.entrypoints.history import Happening, history
from services.billing.entrypoints.invoice_form import said
from services.billing.entrypoints.obstacles import obstacle_of
from services.billing.entrypoints.parts import Parts
from services.billing.entrypoints.split_shown import Part, parts_of_bill
from services.billing.entrypoints.words import bill_word
from shared.identity import Permission, Staff

PAGE = "/staff/billing/inspections/{inspection_id}/payments"
ACTIVITY = "/billing/fragments/inspections/{inspection_id}/payment-activity"
METHODS = [("cash", "Cash"), ("check", "Check"), ("card", "Card elsewhere"), ("other", "Other")]


@dataclass(frozen=True, kw_only=True)
class PayerGroup:
    """One payer: his part of the bill, and everything that happened with its money."""

    part: Part
    happenings: list[Happening]


@dataclass(frozen=True, kw_only=True)
class Surplus:
    """Of one invoice: not asked for yet, and how much of it can be given back now (cents)."""

    left_cents: int
    cents: int
    by_hand: bool


async def box_shown(parts: Parts, staff: Staff, bill: Bill) -> dict[str, object]:
    """The box on the inspection page."""
    company = await parts.lists.company(staff.company_id)
    rules = await parts.split_rules.of_company(staff.company_id)
    return {
        **_standing(bill, company, staff, parts.clock()),
        "obstacle": await obstacle_of(parts, bill, company),
        "said": said,
        "split_rules": [rule for rule in rules if rule.active],
    }


async def page_shown(parts: Parts, staff: Staff, bill: Bill) -> dict[str, object]:
    """The page, and what changes on it while it is open."""
    attempts = await parts.lists.attempts(staff.company_id, bill.inspection_id)
    refunds = await parts.lists.refunds(staff.company_id, bill.inspection_id)
    shown = await box_shown(parts, staff, bill)
    told = history(bill, attempts, refunds)
    split = parts_of_bill(bill, today_of(None, parts.clock(), bill.booking.time_zone))
    live = {part.invoice.invoice_id for part in split}
    return {
        **shown,
        "groups": [
            PayerGroup(
                part=part,
                happenings=[line for line in told if line.invoice_id == part.invoice.invoice_id],
            )
            for part in split
        ],
        "gone": [line for line in told if line.invoice_id not in live],
    }


def _standing(
    bill: Bill, company: Company | None, staff: Staff, now: datetime
) -> dict[str, object]:
    """What the box and the page both show."""
    today = today_of(company, now, bill.booking.time_zone)
    return {
        "bill": bill,
        "booking": bill.booking,
        "currency": bill.booking.currency,
        "zone": bill.booking.time_zone,
        "today": today,
        "word": bill_word(bill),
        "released": report_released(bill),
        "split": parts_of_bill(bill, today),
        "surplus_of": {invoice.invoice_id: _surplus(invoice) for invoice in bill.invoices},
        "resend_key": uuid4().hex,
        "may_bill": staff.may(Permission.BILL),
        "may_refund": staff.may(Permission.REFUND),
        "may_schedule": staff.may(Permission.SCHEDULE),
        "page_url": PAGE.format(inspection_id=bill.inspection_id),
        "activity_url": ACTIVITY.format(inspection_id=bill.inspection_id),
    }


def _surplus(invoice: Invoice) -> Surplus:
    planned = surplus_refunds(invoice)
    paid_by_hand = [p for p, _ in planned if (found := invoice.payment(p)) and not found.online]
    return Surplus(
        left_cents=surplus_to_refund(invoice),
        cents=sum(cents for _, cents in planned),
        by_hand=bool(paid_by_hand),
    )

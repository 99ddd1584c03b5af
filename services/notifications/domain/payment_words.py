"""How a mail says what is due: amount, day and sentence, for each state of the invoice."""

from datetime import date

from services.notifications.domain.situation import Situation
from services.notifications.domain.wording import day
from shared.money import money

COLLECTED_LATER = "Payment to be collected after inspection is published"  # R8, byte for byte


def total_cents(situation: Situation) -> int:
    """What this reader's invoice comes to; before billing has one, what was ordered."""
    if situation.invoice is not None:
        return situation.invoice.total_cents
    lines = situation.inspection.lines if situation.inspection else ()
    return sum(line.amount_cents for line in lines)


def currency(situation: Situation) -> str:
    """The company's currency."""
    return situation.company.currency if situation.company else "USD"


def total(situation: Situation) -> str:
    """The total in words for people."""
    return money(total_cents(situation), currency(situation))


def amount_due(situation: Situation) -> str:
    """What can be paid now."""
    due = situation.invoice.balance_cents if situation.payment == "due" and situation.invoice else 0
    return money(due, currency(situation))


def due_date(situation: Situation) -> str:
    """When it is due, or nothing."""
    return day(situation.invoice.due_on) if situation.invoice else ""


def payment_line(situation: Situation) -> str:
    """One sentence: what is due and when, or why nothing is."""
    match situation.payment:
        case "later":
            return COLLECTED_LATER
        case "due":
            return f"{amount_due(situation)} is due on {due_date(situation)}."
        case "processing":
            return "Your payment is being processed, so please do not pay again."
        case "settled":
            return "Nothing is due."
        case _:
            return f"The total is {total(situation)}."


def headline(situation: Situation) -> tuple[str, str]:
    """The line above the amount, and the amount, as the letter's panel shows them."""
    invoice = situation.invoice
    match situation.payment:
        case "later":
            return COLLECTED_LATER, total(situation)
        case "due":
            return f"Payment due {due_date(situation)}", amount_due(situation)
        case "processing" if invoice is not None:
            return "Processing", money(invoice.processing_cents, invoice.currency)
        case "settled":
            return "Nothing due", total(situation)
        case _:
            return "Total", total(situation)


def expected(on: date | None) -> str:
    """When a bank transfer should have arrived, if the bank says."""
    return day(on) if on else "in a few working days"

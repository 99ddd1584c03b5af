"""Texts for account customers and reminders, as a company starts with them."""

from services.notifications.domain.merge_tags import BUTTON_MARK
from services.notifications.domain.text_shape import HELLO, text

ACCOUNT_TEXTS = (
    text(
        "sign_in_link",
        "Sign-in link",
        "Somebody of a customer account who wants to sign in",
        "Sign in to {{ account_name }} at {{ company_name }}",
        HELLO,
        "Use the button to sign in. It works once and for a short time only. If you did not ask "
        "for it, you can ignore this email.",
        BUTTON_MARK,
    ),
    text(
        "ticket_reply",
        "Answer to a ticket",
        "The customer, when staff answer a ticket; answering the email answers the ticket",
        "[{{ ticket_number }}] {{ ticket_subject }}",
        HELLO,
        "{{ ticket_message }}",
        "{{ ticket_answered_by }}, {{ company_name }}",
        "You can simply reply to this email.",
    ),
    text(
        "autopay_on",
        "Autopay confirmed",
        "The account's first person, when it is enrolled in autopay",
        "Autopay is on for {{ account_name }}",
        HELLO,
        "{{ account_name }} is enrolled in autopay. Invoices of work booked from now on are "
        "charged to your default payment method. Invoices you have already stay as they are.",
        BUTTON_MARK,
    ),
    text(
        "autopay_off",
        "Autopay ended",
        "The account's first person, when it leaves autopay",
        "Autopay is off for {{ account_name }}",
        HELLO,
        "{{ account_name }} is no longer enrolled in autopay. You pay your invoices yourself "
        "from now on.",
        BUTTON_MARK,
    ),
    text(
        "method_removed",
        "Payment method removed",
        "The account's first person",
        "{{ payment_method }} was removed",
        HELLO,
        "{{ payment_method }} is no longer on file for {{ account_name }}. If this surprises you, "
        "call {{ company_phone }}.",
        BUTTON_MARK,
    ),
)
REMINDER_TEXTS = (
    text(
        "reminder_before",
        "Reminder, before the due date",
        "Whoever an open invoice is addressed to, as set under Reminders",
        "{{ amount_due }} is due on {{ due_date }}",
        HELLO,
        "This is a reminder of invoice {{ invoice_number }}: {{ amount_due }} is due on "
        "{{ due_date }}.",
        BUTTON_MARK,
    ),
    text(
        "reminder_due",
        "Reminder, on the due date",
        "Whoever an open invoice is addressed to, as set under Reminders",
        "{{ amount_due }} is due today",
        HELLO,
        "Invoice {{ invoice_number }} is due today. {{ amount_due }} is open.",
        BUTTON_MARK,
    ),
    text(
        "reminder_after",
        "Reminder, after the due date",
        "Whoever an open invoice is addressed to, as set under Reminders",
        "{{ amount_due }} was due on {{ due_date }}",
        HELLO,
        "Invoice {{ invoice_number }} was due on {{ due_date }} and {{ amount_due }} is still "
        "open. If you have paid already, please accept our thanks.",
        BUTTON_MARK,
    ),
)

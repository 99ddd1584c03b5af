"""The texts a company starts with. Each may be edited per company and reset to what stands here."""

from collections.abc import Mapping
from types import MappingProxyType

from services.notifications.domain.mail import Audience, Mail, MailKind
from services.notifications.domain.merge_tags import BUTTON_MARK
from services.notifications.domain.situation import Situation
from services.notifications.domain.standard_texts_accounts import ACCOUNT_TEXTS, REMINDER_TEXTS
from services.notifications.domain.text_shape import HELLO, StandardText, text

ALL = (
    text(
        "confirmation",
        "Booking confirmation",
        "The client, when an inspection is scheduled",
        "Your inspection at {{ property_street }} is booked",
        HELLO,
        "{{ company_name }} will inspect {{ property_address }} on {{ inspection_time }}. "
        "Your inspector is {{ inspector_name }}.",
        "{{ payment_line }} Use the button to sign the agreement and pay. Your report opens in the "
        "same place.",
        BUTTON_MARK,
    ),
    text(
        "confirmation_agent",
        "Booking confirmation, agent",
        "Agents, when an inspection is scheduled; without link and prices",
        "Inspection booked: {{ property_street }}",
        HELLO,
        "{{ company_name }} will inspect {{ property_address }} on {{ inspection_time }}. "
        "The inspector is {{ inspector_name }}.",
    ),
    text(
        "rescheduled",
        "Appointment changed",
        "The client, when time, place or inspector change",
        "New time for your inspection at {{ property_street }}",
        HELLO,
        "Your inspection of {{ property_address }} now takes place on {{ inspection_time }}. "
        "Your inspector is {{ inspector_name }}.",
        "If this does not suit you, call {{ company_phone }}.",
    ),
    text(
        "rescheduled_agent",
        "Appointment changed, agent",
        "Agents, when time, place or inspector change",
        "New time for the inspection at {{ property_street }}",
        HELLO,
        "The inspection of {{ property_address }} now takes place on {{ inspection_time }}. "
        "The inspector is {{ inspector_name }}.",
    ),
    text(
        "cancelled",
        "Inspection cancelled",
        "The client and agents",
        "The inspection at {{ property_street }} is cancelled",
        HELLO,
        "The inspection of {{ property_address }} on {{ inspection_time }} will not take place.",
        "If this surprises you, call {{ company_phone }}.",
    ),
    text(
        "services_changed",
        "Services or fees changed",
        "The client, when the order changes",
        "Your order for {{ property_street }} has changed",
        HELLO,
        "Your order now includes {{ services }}. The total is {{ total }}.",
        "{{ payment_line }}",
        BUTTON_MARK,
    ),
    text(
        "agreement_changed",
        "Agreement updated",
        "The client, when the agreement is issued again",
        "Please sign the updated agreement for {{ property_street }}",
        HELLO,
        "The agreement for your inspection has been updated. It replaces the earlier one, so "
        "please read and sign it again.",
        BUTTON_MARK,
    ),
    text(
        "report_payment_due",
        "Report published, payment due",
        "The client, when payment releases the report",
        "Your report for {{ property_street }} is waiting for payment",
        HELLO,
        "The inspection report for {{ property_address }} is finished. It opens as soon as the "
        "payment has arrived.",
        "{{ payment_line }}",
        BUTTON_MARK,
    ),
    text(
        "report_ready",
        "Report ready",
        "The client, when the report can be opened",
        "Your inspection report for {{ property_street }} is ready",
        HELLO,
        "The inspection report for {{ property_address }} is ready to read.",
        BUTTON_MARK,
    ),
    text(
        "payment_link",
        "Payment link",
        "The client, when staff choose Resend",
        "Your link to sign and pay for {{ property_street }}",
        HELLO,
        "Here is your link for the inspection of {{ property_address }} on {{ inspection_time }}.",
        "{{ payment_line }}",
        BUTTON_MARK,
    ),
    text(
        "new_link",
        "New link",
        "The client or payer who asked for a new link",
        "Your new link from {{ company_name }}",
        HELLO,
        "You asked for a new link. The earlier one no longer has to be used.",
        BUTTON_MARK,
    ),
    text(
        "share_details",
        "Share Details",
        "Anybody staff choose; starts the message they edit",
        "Inspection details for {{ property_street }}",
        "Hello,",
        "{{ company_name }} will inspect {{ property_address }} on {{ inspection_time }}. "
        "Use the button to see the details, sign the agreement and pay.",
        BUTTON_MARK,
    ),
    text(
        "invoice",
        "Invoice",
        "The payer of an invoice, when staff send it",
        "Invoice {{ invoice_number }} from {{ company_name }}",
        HELLO,
        "This is your invoice for {{ services }} at {{ property_address }}.",
        "{{ payment_line }}",
        BUTTON_MARK,
    ),
    text(
        "receipt",
        "Receipt",
        "Whoever paid",
        "Receipt {{ receipt_number }} for {{ payment_amount }}",
        HELLO,
        "We received {{ payment_amount }} from {{ payer_name }}, {{ payment_method }}. Thank you.",
        "The receipt and the invoice are behind the button, to read or to download.",
        BUTTON_MARK,
    ),
    text(
        "payment_processing",
        "Bank payment processing",
        "Whoever pays by bank",
        "Your bank payment of {{ payment_amount }} is on its way",
        HELLO,
        "Your bank payment of {{ payment_amount }} has been started. It usually takes a few "
        "working days. There is nothing more to do, and please do not pay again.",
        BUTTON_MARK,
    ),
    text(
        "payment_failed",
        "Payment failed",
        "Whoever tried to pay by bank",
        "Your payment of {{ payment_amount }} did not go through",
        HELLO,
        "Your payment of {{ payment_amount }} did not go through. {{ reason }} Nothing was taken.",
        "You can pay in another way with the button.",
        BUTTON_MARK,
    ),
    text(
        "payment_returned",
        "Payment returned",
        "Whoever paid by bank, when the bank takes it back",
        "Your bank returned the payment of {{ payment_amount }}",
        HELLO,
        "Your bank returned the payment of {{ payment_amount }}. {{ reason }} The amount is due "
        "again.",
        "You can pay in another way with the button.",
        BUTTON_MARK,
    ),
    text(
        "refund",
        "Refund",
        "Whoever paid",
        "Your refund of {{ payment_amount }}",
        HELLO,
        "We refunded {{ payment_amount }} to {{ payment_method }}. It can take five to ten days "
        "until it shows there.",
        BUTTON_MARK,
    ),
    *ACCOUNT_TEXTS,
    *REMINDER_TEXTS,
)
BY_KEY: Mapping[str, StandardText] = MappingProxyType({found.key: found for found in ALL})
AGENT_TEXTS = {MailKind.CONFIRMATION, MailKind.RESCHEDULED}


def text_key(mail: Mail, situation: Situation) -> str:
    """Which text a mail starts from."""
    if mail.kind is MailKind.REPORT_PUBLISHED:
        return "report_ready" if situation.report_open else "report_payment_due"
    if mail.kind is MailKind.REMINDER:
        return mail.text_key
    if mail.recipient.audience is Audience.AGENT and mail.kind in AGENT_TEXTS:
        return f"{mail.kind}_agent"
    return str(mail.kind)

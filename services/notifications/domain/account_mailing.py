"""Which mails account customers get: to be let in, about their payments, methods and tickets."""

from dataclasses import replace
from datetime import datetime

from services.notifications.domain.alerting_accounts import account_of
from services.notifications.domain.mail import (
    Audience,
    Mail,
    MailKind,
    PaymentFacts,
    Recipient,
    mail_id,
)
from shared.contracts.billing import Payer
from shared.contracts.billing_accounts import (
    AccountPayment,
    AccountPaymentChangedV1,
    AccountRefund,
    AccountRefundChangedV1,
    AutopayChangedV1,
    PaymentMethodChangedV1,
)
from shared.contracts.event import Event
from shared.contracts.portal import SignInLinkRequestedV1, TicketReplySentV1
from shared.contracts.scheduling_accounts import CustomerAccount

TO_THE_FIRST_PERSON = (AutopayChangedV1, PaymentMethodChangedV1)
OF_STATUS = {
    "succeeded": MailKind.RECEIPT,
    "processing": MailKind.PAYMENT_PROCESSING,
    "failed": MailKind.PAYMENT_FAILED,
    "returned": MailKind.PAYMENT_RETURNED,
}


def account_mails(
    event: Event, account: CustomerAccount | None, *, cause: str, now: datetime
) -> list[Mail]:
    """The mails an event about an account leads to; `account` as far as we were told of it."""
    match event:
        case SignInLinkRequestedV1():
            return [_sign_in(event, cause, now)]
        case TicketReplySentV1():
            return [_ticket_reply(event, cause, now)]
        case AccountPaymentChangedV1():
            return _payment(event.company_id, event.payment, cause, now)
        case AccountRefundChangedV1():
            return _refund(event.company_id, event.refund, cause, now)
        case AutopayChangedV1() | PaymentMethodChangedV1() if account is not None:
            return _notices(event, account, cause, now)
        case _:
            return []


def needs_account(event: Event) -> bool:
    """Whether the recipient is only known from the account itself."""
    if isinstance(event, PaymentMethodChangedV1):
        return event.method.removed
    return isinstance(event, AutopayChangedV1)


def contact_of(account: CustomerAccount | None, address: str) -> str | None:
    """Who of the account reads this address; only he may be given a link that signs in."""
    wanted = address.strip().casefold()
    people = account.people if account and account.active else ()
    return next((p.contact_id for p in people if p.email.strip().casefold() == wanted), None)


def _sign_in(event: SignInLinkRequestedV1, cause: str, now: datetime) -> Mail:
    return _mail(
        MailKind.SIGN_IN_LINK,
        Recipient(
            name=event.recipient_name, address=event.recipient.strip(), audience=Audience.CLIENT
        ),
        event,
        cause,
        now,
        values=(("account_name", event.account_name),),
    )


def _ticket_reply(event: TicketReplySentV1, cause: str, now: datetime) -> Mail:
    ticket = event.ticket
    return _mail(
        MailKind.TICKET_REPLY,
        Recipient(
            name=ticket.customer_name, address=event.recipient.strip(), audience=Audience.CLIENT
        ),
        event,
        cause,
        now,
        values=(
            ("account_name", ticket.account_name),
            ("ticket_number", ticket.number),
            ("ticket_subject", ticket.subject),
            ("ticket_message", event.text),
            ("ticket_answered_by", event.sent_by),
        ),
        reply_to=event.reply_to,
    )


def _payment(company_id: str, paid: AccountPayment, cause: str, now: datetime) -> list[Mail]:
    at_the_page = paid.origin == "customer" and paid.method == "card"
    if paid.status == "failed" and at_the_page:
        return []  # a declined card is answered on the page where it was typed
    facts = replace(_facts(paid), happened_at=paid.paid_at)
    return [_money_mail(OF_STATUS[paid.status], paid, facts, cause, now, company_id=company_id)]


def _refund(company_id: str, refund: AccountRefund, cause: str, now: datetime) -> list[Mail]:
    """One for the whole of it, whatever invoices it is of."""
    if refund.status != "succeeded":
        return []
    facts = _facts(refund)
    return [_money_mail(MailKind.REFUND, refund, facts, cause, now, company_id=company_id)]


def _facts(moved: AccountPayment | AccountRefund) -> PaymentFacts:
    return PaymentFacts(
        payment_id=moved.account_payment_id,
        amount_cents=moved.amount_cents,
        currency=moved.currency,
        method=moved.method,
        method_label=moved.method_label,
        payer=Payer(
            contact_id="", name=moved.payer_name, role_label="Client", email=moved.payer_email
        ),
        receipt_number=moved.receipt_number,
        reason=moved.reason,
        allocations=tuple((one.invoice_number, one.amount_cents) for one in moved.allocations),
        prepayment_cents=moved.prepayment_cents,
    )


def _money_mail(
    kind: MailKind,
    moved: AccountPayment | AccountRefund,
    facts: PaymentFacts,
    cause: str,
    now: datetime,
    *,
    company_id: str,
) -> Mail:
    address = moved.payer_email.strip()
    return Mail(
        mail_id=mail_id(cause=cause, kind=kind, address=address),
        company_id=company_id,
        kind=kind,
        recipient=Recipient(name=moved.payer_name, address=address, audience=Audience.PAYER),
        inspection_id=None,
        account_id=moved.account_id,
        payment=facts,
        queued_at=now,
        not_before=now,
    )


def _notices(
    event: AutopayChangedV1 | PaymentMethodChangedV1,
    account: CustomerAccount,
    cause: str,
    now: datetime,
) -> list[Mail]:
    if not account.people:
        return []
    first = account.people[0]
    to = Recipient(name=first.name, address=first.email.strip(), audience=Audience.CLIENT)
    values = [("account_name", account.name)]
    if isinstance(event, AutopayChangedV1):
        kind = MailKind.AUTOPAY_ON if event.enrolled else MailKind.AUTOPAY_OFF
    elif event.method.removed:
        kind = MailKind.METHOD_REMOVED
        values.append(("payment_method", event.method.label))
    else:
        return []
    return [_mail(kind, to, event, cause, now, values=tuple(values))]


def _mail(
    kind: MailKind,
    to: Recipient,
    event: Event,
    cause: str,
    now: datetime,
    *,
    values: tuple[tuple[str, str], ...],
    reply_to: str = "",
) -> Mail:
    return Mail(
        mail_id=mail_id(cause=cause, kind=kind, address=to.address or to.name),
        company_id=event.company_id,
        kind=kind,
        recipient=to,
        inspection_id=None,
        account_id=account_of(event),
        values=values,
        reply_to=reply_to,
        queued_at=now,
        not_before=now,
    )

"""What the other services tell of account customers, with names and amounts that add up."""

from datetime import timedelta
from typing import Any

from shared.contracts.billing_accounts import (
    AccountPayment,
    AccountPaymentChangedV1,
    AccountRefund,
    AccountRefundChangedV1,
    Allocation,
    AutopayChangedV1,
    ChargeRunChangedV1,
    PaymentMethodChangedV1,
    Prepayment,
    PrepaymentChangedV1,
    SavedMethod,
)
from shared.contracts.portal import (
    PortalSettingsChangedV1,
    SignInLinkRequestedV1,
    Ticket,
    TicketChangedV1,
    TicketReplySentV1,
)
from shared.contracts.scheduling import StaffMember, StaffMemberChangedV1
from shared.contracts.scheduling_accounts import (
    AccountPerson,
    CustomerAccount,
    CustomerAccountChangedV1,
)
from tests.support.notifications_events import COMPANY, NOW

ACCOUNT = "account-northwind"
NORA = AccountPerson(contact_id="nora", name="Nora Diaz", email="nora@northwind.example", phone="")
PRIYA, DANA = "staff-priya", "staff-dana"


def an_account(**changes: Any) -> CustomerAccount:
    fields: dict[str, Any] = {
        "account_id": ACCOUNT,
        "name": "Northwind Property Management",
        "people": (NORA,),
        "address": "",
        "terms_days": 30,
        "sites": (),
        "custom_fields": (),
        "active": True,
        "created_at": NOW,
        "revision": 1,
    }
    return CustomerAccount(**(fields | changes))


def account_changed(**changes: Any) -> CustomerAccountChangedV1:
    return CustomerAccountChangedV1(company_id=COMPANY, account=an_account(**changes))


def customers_see(**changes: Any) -> PortalSettingsChangedV1:
    """What the company shows its customers in the portal."""
    fields: dict[str, Any] = {
        "display_name": "",
        "tickets": False,
        "ticket_assignee_staff_id": None,
        "settings_revision": 1,
    }
    return PortalSettingsChangedV1(company_id=COMPANY, **(fields | changes))


def member(staff_id: str = PRIYA, **changes: Any) -> StaffMemberChangedV1:
    fields: dict[str, Any] = {
        "staff_id": staff_id,
        "name": staff_id.removeprefix("staff-").capitalize(),
        "email": f"{staff_id}@harborpine.example",
        "phone": "",
        "role": "office",
        "active": True,
        "revision": 1,
    }
    return StaffMemberChangedV1(company_id=COMPANY, staff_member=StaffMember(**(fields | changes)))


def account_paid(**changes: Any) -> AccountPaymentChangedV1:
    fields: dict[str, Any] = {
        "account_payment_id": "ap-1",
        "account_id": ACCOUNT,
        "status": "succeeded",
        "origin": "customer",
        "amount_cents": 30000,
        "refunded_cents": 0,
        "prepayment_cents": 5000,
        "currency": "USD",
        "method": "card",
        "method_label": "Visa ending 4242",
        "allocations": (
            Allocation(invoice_id="i-1", invoice_number="HP-1", amount_cents=10000),
            Allocation(invoice_id="i-2", invoice_number="HP-2", amount_cents=15000),
        ),
        "receipt_number": "R-9",
        "payer_name": NORA.name,
        "payer_email": NORA.email,
        "reason": "",
        "started_at": NOW,
        "paid_at": NOW,
        "revision": 1,
    }
    return AccountPaymentChangedV1(company_id=COMPANY, payment=AccountPayment(**(fields | changes)))


def account_refunded(status: str = "succeeded", **changes: Any) -> AccountRefundChangedV1:
    fields: dict[str, Any] = {
        "refund_id": "re-1",
        "account_payment_id": "ap-1",
        "account_id": ACCOUNT,
        "status": status,
        "amount_cents": 20000,
        "allocations": (
            Allocation(invoice_id="i-1", invoice_number="HP-1", amount_cents=3000),
            Allocation(invoice_id="i-2", invoice_number="HP-2", amount_cents=12000),
        ),
        "prepayment_cents": 5000,
        "currency": "USD",
        "method": "card",
        "method_label": "Visa ending 4242",
        "receipt_number": "R-9",
        "payer_name": NORA.name,
        "payer_email": NORA.email,
        "reason": "Not done",
        "requested_by": "Priya Raman",
        "placed_by_rule": False,
    }
    return AccountRefundChangedV1(company_id=COMPANY, refund=AccountRefund(**(fields | changes)))


def autopay(*, enrolled: bool = True, **changes: Any) -> AutopayChangedV1:
    fields: dict[str, Any] = {
        "company_id": COMPANY,
        "account_id": ACCOUNT,
        "account_name": "Northwind Property Management",
        "enrolled": enrolled,
        "enrolled_at": NOW - timedelta(days=1) if enrolled else None,
        "method_id": "m-1" if enrolled else None,
        "changed_by": "customer",
        "actor_name": NORA.name,
        "autopay_revision": 1,
    }
    return AutopayChangedV1(**(fields | changes))


def prepaid(**changes: Any) -> PrepaymentChangedV1:
    fields: dict[str, Any] = {
        "prepayment_id": "pp-1",
        "account_id": ACCOUNT,
        "account_payment_id": "ap-1",
        "amount_cents": 5000,
        "unapplied_cents": 5000,
        "applied": (),
        "currency": "USD",
        "received_at": NOW,
        "revision": 1,
    }
    return PrepaymentChangedV1(company_id=COMPANY, prepayment=Prepayment(**(fields | changes)))


def method(*, removed: bool = True, **changes: Any) -> PaymentMethodChangedV1:
    saved = SavedMethod(
        method_id="m-1",
        account_id=ACCOUNT,
        kind="card",
        label="Visa ending 4242",
        expires="04/2029",
        is_default=not removed,
        removed=removed,
        usable=not removed,
        revision=2 if removed else 1,
    )
    return PaymentMethodChangedV1(
        company_id=COMPANY,
        method=saved,
        changed_by=changes.get("changed_by", "customer"),
        actor_name=NORA.name,
    )


def charge_run(status: str, failed: int = 0, revision: int = 1) -> ChargeRunChangedV1:
    return ChargeRunChangedV1(
        company_id=COMPANY,
        run_id="run-1",
        status=status,  # type: ignore[arg-type]
        invoice_count=10,
        charged_count=10 - failed,
        failed_count=failed,
        charged_cents=90000,
        currency="USD",
        started_by="Priya",
        run_revision=revision,
    )


def a_ticket(**changes: Any) -> Ticket:
    fields: dict[str, Any] = {
        "ticket_id": "t-1",
        "number": "T-12",
        "account_id": ACCOUNT,
        "account_name": "Northwind Property Management",
        "contact_id": "nora",
        "customer_name": NORA.name,
        "kind": "question",
        "category": "General",
        "subject": "Gate code",
        "status": "open",
        "assignee_staff_id": None,
        "last_message_from": "customer",
        "last_message_at": NOW,
        "revision": 1,
    }
    return Ticket(**(fields | changes))


def ticket_changed(**changes: Any) -> TicketChangedV1:
    return TicketChangedV1(company_id=COMPANY, ticket=a_ticket(**changes))


def ticket_reply(text: str = "The code is 4821.") -> TicketReplySentV1:
    return TicketReplySentV1(
        company_id=COMPANY,
        message_id="message-1",
        ticket=a_ticket(last_message_from="staff"),
        recipient=NORA.email,
        reply_to="ticket+abc@mail.example",
        text=text,
        sent_by="Priya Raman",
    )


def sign_in(**changes: Any) -> SignInLinkRequestedV1:
    fields: dict[str, Any] = {
        "company_id": COMPANY,
        "request_id": "request-1",
        "account_id": ACCOUNT,
        "account_name": "Northwind Property Management",
        "contact_id": "nora",
        "recipient": NORA.email,
        "recipient_name": NORA.name,
        "requested_at": NOW,
    }
    return SignInLinkRequestedV1(**(fields | changes))

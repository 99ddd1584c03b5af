"""The customer confirms a payment over several invoices."""

from dataclasses import dataclass
from datetime import date, datetime

from services.portal.domain.account_selection import SELECTED_MAX
from services.portal.domain.refusals import PaymentRefusedError
from services.portal.usecases.admit_customer import Customer
from services.portal.usecases.ports_accounts import (
    AccountBilling,
    Accounts,
    Begun,
    BegunPayments,
    PaymentOrder,
    StartedPayment,
)
from services.portal.usecases.review_payment import PaymentWish, Review, review_payment
from shared.crash_points import crash_point


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What was confirmed, and where the customer comes back to."""

    wish: PaymentWish
    amount_cents: int
    prepay_rest: bool
    key: str
    done_url: str
    back_url: str


@dataclass(frozen=True, slots=True)
class PaymentPorts:
    """What paying needs from outside."""

    accounts: Accounts
    billing: AccountBilling
    begun: BegunPayments


async def pay_invoices(
    customer: Customer,
    confirmed: Confirmation,
    ports: PaymentPorts,
    *,
    today: date,
    now: datetime,
) -> StartedPayment:
    """Have billing take exactly what was shown. The same key again gives the same answer.

    Raises UnpayableError, UnknownAccountError (a method not theirs), PaymentRefusedError
    (`amount_changed` with the sum as it is now; `invoice_twice`, `too_many_invoices`,
    `invoice_not_found`), and UnavailableError; nothing is charged then, except that an
    UnavailableError may come after the charge: the same key asks again safely.
    """
    wish = confirmed.wish
    known = await ports.begun.find(customer.of.account_id, confirmed.key)
    if known is not None:
        return StartedPayment(known.payment_id, known.state, None)
    review = await review_payment(
        customer.of,
        wish,
        customer.terms,
        ports.accounts,
        today=today,
        currency=customer.company.company.currency,
    )
    if review.amount_cents != confirmed.amount_cents:
        raise PaymentRefusedError("amount_changed", amount_cents=review.amount_cents)
    _refuse_others(wish, review)
    if review.rest_cents and not confirmed.prepay_rest:
        raise PaymentRefusedError("prepayment_not_confirmed")
    started = await ports.billing.pay(customer.of, customer.person, _order(review, confirmed))
    crash_point("portal.account-payment-not-remembered")
    await ports.begun.remember(
        Begun(
            account_id=customer.of.account_id,
            key=confirmed.key,
            payment_id=started.payment_id,
            what="payment",
            amount_cents=review.amount_cents,
            started_at=now,
            state=started.remembered_as,
        )
    )
    return started


def _refuse_others(wish: PaymentWish, review: Review) -> None:
    """All that was confirmed is paid, or nothing is (C18): not the part of it that could be."""
    if wish.choice == "custom":
        return
    if len(set(wish.invoice_ids)) != len(wish.invoice_ids):
        raise PaymentRefusedError("invoice_twice")
    if len(wish.invoice_ids) > SELECTED_MAX:
        raise PaymentRefusedError("too_many_invoices")
    if set(wish.invoice_ids) != {one.invoice.invoice_id for one in review.covered}:
        raise PaymentRefusedError("invoice_not_found")


def _order(review: Review, confirmed: Confirmation) -> PaymentOrder:
    wish = confirmed.wish
    custom = wish.choice == "custom"
    return PaymentOrder(
        invoice_ids=None if custom else tuple(c.invoice.invoice_id for c in review.covered),
        custom_cents=wish.custom_cents if custom else None,
        prepay_rest=confirmed.prepay_rest,
        amount_cents=review.amount_cents,
        kind=wish.method.kind,
        method_id=wish.method.method_id,
        save_method=wish.save_method and wish.method.kind != "saved",
        success_url=confirmed.done_url,
        cancel_url=confirmed.back_url,
        key=confirmed.key,
    )

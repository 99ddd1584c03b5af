"""The customer pays in advance: money that pays no invoice until staff apply it (R89, R90)."""

from datetime import datetime

from services.portal.domain.refusals import AccountSwitchedOffError, UnpayableError
from services.portal.usecases.admit_customer import Customer
from services.portal.usecases.pay_invoices import PaymentPorts
from services.portal.usecases.ports_accounts import Begun, PaymentOrder, StartedPayment
from services.portal.usecases.review_payment import limit_words


async def prepay_account(
    customer: Customer, order: PaymentOrder, kind: str, ports: PaymentPorts, *, now: datetime
) -> StartedPayment:
    """Raises AccountSwitchedOffError, UnpayableError, PaymentRefusedError, UnavailableError."""
    terms = customer.terms
    if not terms.prepayments:
        raise AccountSwitchedOffError("Prepayments are not offered here.")
    if terms.too_much(kind, order.amount_cents):
        words = limit_words(kind, terms, customer.company.company.currency)
        raise UnpayableError("method", words, max_cents=terms.max_cents(kind))
    known = await ports.begun.find(customer.of.account_id, order.key)
    if known is not None:
        return StartedPayment(known.payment_id, known.state, None)
    started = await ports.billing.prepay(customer.of, customer.person, order)
    await ports.begun.remember(
        Begun(
            account_id=customer.of.account_id,
            key=order.key,
            payment_id=started.payment_id,
            what="prepayment",
            amount_cents=order.amount_cents,
            started_at=now,
            state=started.remembered_as,
        )
    )
    return started

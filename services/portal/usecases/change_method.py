"""Methods on file: which comes first, and which go."""

from datetime import datetime

from services.portal.domain.refusals import AccountSwitchedOffError, UnknownAccountError
from services.portal.usecases.admit_customer import Customer
from services.portal.usecases.ports_accounts import (
    AccountBilling,
    Accounts,
    Begun,
    BegunPayments,
    StartedPayment,
)
from shared.contracts.billing_accounts import SavedMethod

_OFF = {
    "card": "Cards on file are changed by the office.",
    "us_bank_account": "Bank accounts on file are changed by the office.",
}


async def change_method(
    customer: Customer, method_id: str, action: str, accounts: Accounts, billing: AccountBilling
) -> SavedMethod:
    """`default` puts it first; `remove` takes it off file (R87, R88).

    Raises UnknownAccountError for a method that is not theirs, AccountSwitchedOffError while the
    company does not allow it.
    """
    methods = await accounts.methods(customer.of)
    method = next((m for m in methods if m.method_id == method_id), None)
    if method is None:
        raise UnknownAccountError
    require_change(customer, method.kind)
    if action == "remove":
        await billing.remove_method(customer.of, customer.person, method_id)
    else:
        await billing.make_default(customer.of, customer.person, method_id)
    return method


def require_change(customer: Customer, kind: str) -> None:
    """Raises AccountSwitchedOffError unless methods of this kind are theirs to change."""
    if not customer.terms.may_change(kind):
        raise AccountSwitchedOffError(_OFF.get(kind, "There is no such kind of method."))


async def set_up_method(
    customer: Customer,
    kind: str,
    key: str,
    billing: AccountBilling,
    begun: BegunPayments,
    *,
    done_url: str,
    back_url: str,
    now: datetime,
) -> StartedPayment:
    """Begin to save a method without a payment. Raises AccountSwitchedOffError and billing's."""
    require_change(customer, kind)
    started = await billing.set_up(
        customer.of, customer.person, kind, success_url=done_url, cancel_url=back_url, key=key
    )
    await begun.remember(
        Begun(customer.of.account_id, key, started.payment_id, "setup", 0, now, started.status)
    )
    return started

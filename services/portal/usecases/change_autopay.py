"""Enrol in autopay, or leave it (R83-R86)."""

from services.portal.domain.account_money import usable_method
from services.portal.domain.refusals import AccountSwitchedOffError, UnpayableError
from services.portal.usecases.admit_customer import Customer
from services.portal.usecases.ports_accounts import AccountBilling, Accounts


async def change_autopay(
    customer: Customer,
    method_id: str | None,
    key: str,
    accounts: Accounts,
    billing: AccountBilling,
) -> None:
    """`method_id` enrols with that method; None leaves, which is always allowed.

    Raises AccountSwitchedOffError, UnknownAccountError (a method not theirs), UnpayableError,
    PaymentRefusedError, UnavailableError.
    """
    if method_id is not None:
        if not customer.terms.autopay:
            raise AccountSwitchedOffError("Autopay is not offered here.")
        methods = tuple(await accounts.methods(customer.of))
        if usable_method(methods, customer.terms, method_id) is None:
            raise UnpayableError("method", "Choose which card or bank account pays")
    await billing.set_autopay(
        customer.of,
        customer.person,
        enrolled=method_id is not None,
        method_id=method_id,
        key=key,
    )

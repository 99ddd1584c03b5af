"""Who an account is at the card processor: made once, before anything is saved for it."""

from dataclasses import replace

from services.billing.domain.account import Account
from services.billing.domain.account_refusals import AccountNotFoundError
from services.billing.domain.refusals import PaymentsUnavailableError
from services.billing.usecases.ports import Books, GatewayError, OpenBooks, PaymentGateway


async def ensure_customer(
    *, company_id: str, account_id: str, books: Books, gateway: PaymentGateway
) -> str:
    """The processor's customer id. Raises AccountNotFoundError, PaymentsUnavailableError."""

    async def look(open_books: OpenBooks) -> tuple[Account, str | None]:
        settings = await open_books.settings(company_id)
        found = await open_books.find(Account, company_id, account_id)
        if found is None:
            raise AccountNotFoundError
        return found, settings.stripe_account_id

    account, on = await books.write(look)
    if account.customer_id and account.customer_on == on:
        return account.customer_id
    try:
        customer_id = await gateway.ensure_customer(
            company_id=company_id,
            payer_id=account_id,
            name=account.name,
            email=account.email,
            account=on,
        )
    except GatewayError as error:
        raise PaymentsUnavailableError from error

    async def keep(open_books: OpenBooks) -> str:
        known = await open_books.find(Account, company_id, account_id) or account
        await open_books.keep(replace(known, customer_id=customer_id, customer_on=on))
        return customer_id

    return await books.write(keep)

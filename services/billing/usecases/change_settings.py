"""The owner changes how the company takes money online."""

from dataclasses import replace

from services.billing.domain.company import Settings
from services.billing.domain.provider import AccountStatus
from services.billing.usecases.announce_settings import announce_settings
from services.billing.usecases.ports import Books, OpenBooks, PaymentGateway


async def change_settings(
    *,
    company_id: str,
    online_wanted: bool,
    stripe_account_id: str | None,
    books: Books,
    gateway: PaymentGateway,
    own_accounts: bool,
) -> Settings:
    """Ask the processor what the account can do, then keep both. Raises GatewayError."""
    status = AccountStatus(charges_enabled=False, bank_payments=False)
    if stripe_account_id or not own_accounts:
        status = await gateway.account_status(stripe_account_id)

    async def change(open_books: OpenBooks) -> Settings:
        known = await open_books.settings(company_id)
        wanted = replace(
            known,
            online_wanted=online_wanted,
            stripe_account_id=stripe_account_id,
            charges_enabled=status.charges_enabled,
            bank_payments=status.bank_payments,
        )
        if wanted == known:
            return known
        company = await open_books.company(company_id)
        return await announce_settings(
            open_books, company=company, settings=wanted, own_accounts=own_accounts
        )

    return await books.write(change)

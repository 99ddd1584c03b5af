"""Look what a company's account at the processor can do, and tell it when it changed."""

from dataclasses import replace

from services.billing.domain.company import Settings
from services.billing.usecases.announce_settings import announce_settings
from services.billing.usecases.ports import Books, OpenBooks, PaymentGateway


async def refresh_account(
    account: str | None, *, books: Books, gateway: PaymentGateway, own_accounts: bool
) -> None:
    """Ask the processor and keep the answer for every company on that account."""
    status = await gateway.account_status(account)

    async def keep(open_books: OpenBooks) -> None:
        for settings in await open_books.settings_on(account):
            seen = replace(
                settings,
                charges_enabled=status.charges_enabled,
                bank_payments=status.bank_payments,
            )
            if seen != settings:
                await _keep(open_books, seen, own_accounts=own_accounts)

    await books.write(keep)


async def _keep(books: OpenBooks, settings: Settings, *, own_accounts: bool) -> None:
    company = await books.company(settings.company_id)
    await announce_settings(books, company=company, settings=settings, own_accounts=own_accounts)

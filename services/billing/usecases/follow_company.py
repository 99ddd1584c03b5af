"""A company was created or changed: keep its letterhead and policy, and whether it takes money."""

from services.billing.domain.company import Company, Provider
from services.billing.usecases.announce_settings import announce_settings
from services.billing.usecases.ports import OpenBooks
from shared.contracts import scheduling


async def follow_company(books: OpenBooks, *, told: scheduling.Company, own_accounts: bool) -> None:
    """Keep the newest state; tell the settings anew when what can be paid has changed."""
    known = await books.company(told.company_id)
    if known and known.revision >= told.revision:
        return
    company = Company(
        company_id=told.company_id,
        name=told.name,
        tagline=told.tagline,
        time_zone=told.time_zone,
        currency=told.currency,
        email=told.email,
        phone=told.phone,
        address=told.address,
        hue=told.hue,
        provider=Provider(told.policy.payments_provider),
        collect_after_publish=told.policy.collect_payment_after_publish,
        allow_deferred=told.policy.allow_deferred_payment,
        revision=told.revision,
        trial=told.trial,
        client_portal=told.offers_client_portal,
    )
    await books.keep_company(company)
    settings = await books.settings(told.company_id)
    before = settings.takes_money(known, own_accounts=own_accounts)
    if known is None or before != settings.takes_money(company, own_accounts=own_accounts):
        await announce_settings(
            books, company=company, settings=settings, own_accounts=own_accounts
        )

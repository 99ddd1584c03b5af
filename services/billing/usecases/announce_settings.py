"""Tell whether a company can take money online, when that has changed."""

from dataclasses import replace

from services.billing.domain.company import Company, Settings
from services.billing.usecases.ports import OpenBooks
from shared.contracts.billing import BillingSettingsChangedV1


async def announce_settings(
    books: OpenBooks, *, company: Company | None, settings: Settings, own_accounts: bool
) -> Settings:
    """Keep the settings with their next revision and tell them."""
    counted = replace(settings, revision=settings.revision + 1)
    await books.keep_settings(counted)
    await books.announce([settings_told(counted, company, own_accounts=own_accounts)])
    return counted


def settings_told(
    settings: Settings, company: Company | None, *, own_accounts: bool
) -> BillingSettingsChangedV1:
    """The settings as others may know them."""
    online = settings.takes_money(company, own_accounts=own_accounts)
    rules = settings.portal
    return BillingSettingsChangedV1(
        company_id=settings.company_id,
        online_payments=online,
        accepts_bank_payments=online and settings.bank_payments,
        settings_revision=settings.revision,
        clients_may_invite=rules.clients_may_invite,
        autopay=rules.autopay,
        card_changes=rules.card_changes,
        bank_changes=rules.bank_changes and settings.bank_payments,
        prepayments=rules.prepayments,
        card_max_cents=rules.card_max_cents,
        bank_max_cents=rules.bank_max_cents,
        billing_history=rules.billing_history,
    )

"""The owner changes what customers see and may do in the portal (R83-R94)."""

from dataclasses import replace

from services.billing.domain.company import PortalRules, Settings
from services.billing.usecases.announce_settings import announce_settings
from services.billing.usecases.ports import Books, OpenBooks
from shared.problems import PlanWithoutPortalError


async def change_portal_rules(
    *, company_id: str, rules: PortalRules, books: Books, own_accounts: bool
) -> Settings:
    """Keep and tell the rules; nothing is asked of the card processor. A repeat changes nothing.

    Raises PlanWithoutPortalError when the plan has no customer accounts and theirs would change.
    """

    async def change(open_books: OpenBooks) -> Settings:
        known = await open_books.settings(company_id)
        if known.portal == rules:
            return known
        company = await open_books.company(company_id)
        if company and not company.client_portal and not rules.same_for_accounts(known.portal):
            raise PlanWithoutPortalError
        return await announce_settings(
            open_books,
            company=company,
            settings=replace(known, portal=rules),
            own_accounts=own_accounts,
        )

    return await books.write(change)

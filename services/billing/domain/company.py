"""What billing knows of a company, and whether it can take money online."""

from dataclasses import dataclass
from enum import StrEnum


class Provider(StrEnum):
    """How a company takes payments (C5)."""

    INTEGRATED = "integrated"
    NONE = "none"
    THIRD_PARTY = "third_party"


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """The letterhead and the policy, as scheduling tells them."""

    company_id: str
    name: str
    tagline: str
    time_zone: str
    currency: str
    email: str
    phone: str
    address: str
    hue: int
    provider: Provider
    collect_after_publish: bool
    allow_deferred: bool
    revision: int

    @property
    def may_split(self) -> bool:
        """Third-party invoices need integrated payments and no deferred ones (R35, R36)."""
        return self.provider is Provider.INTEGRATED and not self.allow_deferred


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the company's owner set in billing, and what its Stripe account can do."""

    company_id: str
    online_wanted: bool = True
    stripe_account_id: str | None = None
    charges_enabled: bool = True
    bank_payments: bool = True
    revision: int = 0

    def takes_money(self, company: Company | None, *, own_accounts: bool) -> bool:
        """Whether a payer may pay online now.

        `own_accounts`: every company has its own Stripe account; without one it takes none.
        """
        if company is None or company.provider is not Provider.INTEGRATED:
            return False
        if own_accounts and not self.stripe_account_id:
            return False
        return self.online_wanted and self.charges_enabled

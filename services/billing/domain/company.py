"""What billing knows of a company, and whether it can take money online."""

from dataclasses import dataclass, replace
from enum import StrEnum

from services.billing.domain.payment import Method


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
    trial: bool = False
    """While true, no mail reaches clients and payers (R31)."""
    client_portal: bool = True
    """Whether its plan has customer accounts (R60, R77)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalRules:
    """What customers see and may do with money in the portal (R83-R94). Amounts in cents."""

    clients_may_invite: bool = False
    """A client may invite somebody of the People box to pay a part."""
    autopay: bool = False
    """Customers may enrol in autopay (R83)."""
    autopay_on_due_date: bool = False
    """Their invoices are charged by themselves on the due date (C24); else staff charge them."""
    card_changes: bool = False
    """Customers may update or remove a card on file (R87)."""
    bank_changes: bool = False
    """The same for a bank account (R88)."""
    prepayments: bool = False
    """Customers may see and make prepayments (R89)."""
    card_max_cents: int = 0
    """The most one card payment may be; 0: no limit (R91, C1)."""
    bank_max_cents: int = 0
    """The same for a bank account (R93)."""
    billing_history: bool = False
    """Customers may see payments and credits (R94)."""

    def same_for_accounts(self, other: "PortalRules") -> bool:
        """Whether both are the same to account customers: invitations are a single client's."""
        return replace(self, clients_may_invite=other.clients_may_invite) == other

    def max_cents(self, method: Method) -> int:
        """The limit of that method, 0 for none."""
        return self.bank_max_cents if method is Method.BANK else self.card_max_cents

    def allows(self, method: Method, amount_cents: int) -> bool:
        """Whether one payment by that method may be so large: exactly the limit may (C2)."""
        limit = self.max_cents(method)
        return limit == 0 or amount_cents <= limit

    def may_change(self, method: Method) -> bool:
        """Whether a customer may add, replace or remove a method of that kind on file."""
        return self.bank_changes if method is Method.BANK else self.card_changes


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the company's owner set in billing, and what its Stripe account can do."""

    company_id: str
    online_wanted: bool = True
    stripe_account_id: str | None = None
    charges_enabled: bool = True
    bank_payments: bool = True
    portal: PortalRules = PortalRules()
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

    def kinds(self, wanted: tuple[Method, ...] = (Method.CARD, Method.BANK)) -> tuple[Method, ...]:
        """Those of the wanted kinds that the company's account can take at all."""
        return tuple(kind for kind in wanted if kind is not Method.BANK or self.bank_payments)

"""Cards and bank accounts on file, and who lets the company charge them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.billing.domain.payment import Method


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedMethod:
    """One method of an account; the processor keeps the number, we keep how it is shown."""

    method_id: str
    company_id: str
    account_id: str
    customer_id: str
    on: str | None
    """The Stripe account it is kept on."""
    kind: Method
    label: str
    """`Visa ending 4242`, `Bank account ending 6789`."""
    expires: str = ""
    is_default: bool = False
    removed: bool = False
    usable: bool = True
    """False after the bank took the mandate back."""
    detached: bool = False
    """The processor has forgotten it too."""
    created_at: datetime
    renewed_at: datetime | None = None
    """When the network last told of another number or date: what failed before may work now."""
    revision: int = 1

    @property
    def bank(self) -> bool:
        """A bank account, not a card."""
        return self.kind is Method.BANK

    def chargeable_on(self, stripe_account: str | None) -> bool:
        """Whether it can be charged now."""
        return not self.removed and self.usable and self.on == stripe_account


@dataclass(frozen=True, slots=True, kw_only=True)
class Autopay:
    """An account's enrolment; jobs created after `enrolled_at` wait to be charged (C25)."""

    account_id: str
    company_id: str
    enrolled: bool = False
    enrolled_at: datetime | None = None
    method_id: str | None = None
    """None: the account's default method at the time."""
    revision: int = 0


def method_of(
    autopay: Autopay | None, methods: Sequence[SavedMethod], stripe_account: str | None
) -> SavedMethod | None:
    """What autopay charges now: the method of the enrolment, or the account's default."""
    if autopay is None or not autopay.enrolled:
        return None
    for method in methods:
        named = method.method_id == autopay.method_id if autopay.method_id else method.is_default
        if named and method.chargeable_on(stripe_account):
            return method
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """A hosted page on which a method is saved without charging."""

    setup_id: str
    company_id: str
    account_id: str
    customer_id: str
    on: str | None
    kind: Method
    actor_name: str
    session_id: str | None = None
    url: str | None = None
    method_id: str | None = None
    """What was saved."""
    over: bool = False
    created_at: datetime

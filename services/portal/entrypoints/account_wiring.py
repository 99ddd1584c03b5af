"""What the routes of account customers need, put together once at the start."""

from dataclasses import dataclass

from services.portal.usecases.pay_invoices import PaymentPorts
from services.portal.usecases.ports_accounts import (
    AccountBilling,
    AccountFiles,
    Accounts,
    BegunPayments,
    Profiles,
    SignIns,
)
from services.portal.usecases.ports_services import Services
from services.portal.usecases.ports_tickets import SettingsEditor, Team, Tickets


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountWiring:
    """Every port of the account pages."""

    accounts: Accounts
    services: Services
    sign_ins: SignIns
    settings: SettingsEditor
    billing: AccountBilling
    begun: BegunPayments
    files: AccountFiles
    profiles: Profiles
    tickets: Tickets
    team: Team

    @property
    def paying(self) -> PaymentPorts:
        """What paying needs."""
        return PaymentPorts(self.accounts, self.billing, self.begun)

"""The read model as pages use it, read from what the views hold."""

from dataclasses import dataclass
from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from shared.contracts.billing import (
    BillingSettingsChangedV1,
    InspectionBalanceChangedV1,
    Invoice,
    InvoiceLine,
)
from shared.contracts.jobs import Site
from shared.contracts.scheduling import AgreementIssuedV1, Company, Inspection


class Stored(BaseModel):
    """A frozen part of a view that is not one of the contracts' own."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class PeopleBox(Stored):
    """Whom the People box held at one revision: their addresses, folded."""

    addresses: tuple[str, ...]


class Assigned(Stored):
    """Lines of the bill that somebody else was asked to pay."""

    payer_name: str
    status: str
    lines: tuple[InvoiceLine, ...]


class Outcome(Stored):
    """The last time a payment of one invoice went one way."""

    payment_id: str
    amount_cents: int
    method_label: str
    reason: str
    expected_on: date | None
    at: datetime


class MoneyBack(Stored):
    """How far one refund or dispute of a payment of the invoice has come (cents)."""

    cents: int
    status: str
    at: datetime


class Amount(Stored):
    """What an invoice came to at one revision."""

    total_cents: int
    at: datetime


class Outcomes(Stored):
    """The last payment of one invoice that went each way; its refunds and disputes by id."""

    processing: Outcome | None = None
    recorded: Outcome | None = None
    failed: Outcome | None = None
    returned: Outcome | None = None
    refunds: dict[str, MoneyBack] = {}
    disputes: dict[str, MoneyBack] = {}


class Signature(Stored):
    """Which version of the agreement was signed, by whom and when."""

    agreement_id: str
    version: int
    signed_by: str
    signed_at: datetime


class CompanyView(Stored):
    """The company, and whether it takes money online."""

    company: Company
    collecting: BillingSettingsChangedV1 | None = None

    @property
    def takes_online_payments(self) -> bool:
        """`Pay` when true, `Learn More` when false (R12, R13).

        Until billing has told its settings, the company's own choice of provider decides.
        """
        if self.collecting is None:
            return self.company.policy.payments_provider == "integrated"
        return self.collecting.online_payments

    @property
    def takes_bank_payments(self) -> bool:
        """Whether the payer may also pay from a bank account."""
        return self.collecting is not None and self.collecting.accepts_bank_payments


class InspectionView(Stored):
    """Everything the client's page is made of. Parts whose events have not come are None."""

    company_id: str
    inspection: Inspection
    agreement: AgreementIssuedV1 | None = None
    signature: Signature | None = None
    invoice: Invoice | None = None
    balance: InspectionBalanceChangedV1 | None = None
    assigned: dict[str, Assigned] = {}
    outcomes: dict[str, Outcomes] = {}

    def outcomes_of(self, invoice_id: str) -> Outcomes:
        """What happened to the payments of one invoice."""
        return self.outcomes.get(invoice_id, Outcomes())

    @property
    def signed(self) -> bool:
        """Whether the agreement in force is the one that was signed (R58)."""
        return (
            self.agreement is not None
            and self.signature is not None
            and self.signature.agreement_id == self.agreement.agreement_id
            and self.signature.version == self.agreement.version
        )


class Property(Stored):
    """What a third party may know of the inspection: where and when (R34)."""

    site: Site
    starts_at: datetime
    time_zone: str
    status: str


class PayerView(Stored):
    """One third party's invoice, and nothing else (R43)."""

    company_id: str
    invoice: Invoice
    property: Property
    outcomes: Outcomes = Outcomes()
    amounts: dict[str, Amount] = {}
    """By revision, as far as they were told here."""


@dataclass(frozen=True, slots=True)
class Checkout:
    """A payment that was begun from one of our pages."""

    link_id: str
    key: str
    attempt_id: str
    invoice_id: str
    amount_cents: int
    started_at: datetime
    state: str
    """The last word of billing about it; `started` until asked."""

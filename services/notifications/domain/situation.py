"""What this service knows at the moment a mail is rendered: its views, read together."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shared.contracts.billing import InspectionBalanceChangedV1, Invoice
from shared.contracts.billing_accounts import AutopayChangedV1
from shared.contracts.scheduling import Company, Inspection
from shared.contracts.scheduling_accounts import CustomerAccount

PaymentState = Literal["later", "due", "processing", "settled", "unknown"]


@dataclass(frozen=True, kw_only=True)
class Situation:
    """The facts around one mail. A view that has not arrived yet is None."""

    company: Company | None
    inspection: Inspection | None = None
    invoice: Invoice | None = None
    """The mail's own invoice; for mails about the inspection, the client's."""
    balance: InspectionBalanceChangedV1 | None = None
    online_payments: bool = True
    account: CustomerAccount | None = None
    """The account customer the mail is written to, or the invoice is for."""
    autopay: AutopayChangedV1 | None = None
    disputed: bool = False
    """A payment of the invoice is being disputed."""
    charged_in_vain: bool = False
    """The method on file was charged for the invoice without the payer, and it brought no money."""
    reminders_paused: bool = False
    """Staff have paused the reminders of this invoice."""
    last_attempt_at: datetime | None = None
    """When somebody last began to pay for this inspection, as far as we were told."""

    @property
    def payment(self) -> PaymentState:
        """What the invoice asks for now (R8, R11, C23)."""
        if self.invoice is None:
            return "later" if self._collected_later else "unknown"
        if self.invoice.gate == "until_published":
            return "later"
        if self.invoice.balance_cents > 0 and self.invoice.status != "void":
            return "due"
        return "processing" if self.invoice.processing_cents > 0 else "settled"

    @property
    def report_open(self) -> bool:
        """Whether the report opens without a further payment (R15, C8)."""
        if self.inspection is not None and (
            not self.inspection.policy.require_payment or self.inspection.policy.unlocked_by_staff
        ):
            return True
        return self.balance is not None and self.balance.report_released

    @property
    def cancelled(self) -> bool:
        """Whether the inspection will not take place."""
        return self.inspection is not None and self.inspection.status == "cancelled"

    @property
    def _collected_later(self) -> bool:
        return (
            self.inspection is not None
            and self.inspection.policy.collect_payment_after_publish
            and self.inspection.status == "scheduled"
        )

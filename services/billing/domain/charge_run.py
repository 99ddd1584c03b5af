"""A bulk charge: every invoice a row of its own, written down before the first one is charged."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from services.billing.domain.attempt import Attempt, AttemptState
from shared.contracts.billing_accounts import ChargeRunChangedV1

MOST_IN_A_RUN = 1000


class RunStatus(StrEnum):
    """Staff may stop a run between two invoices, and go on."""

    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"


class ItemState(StrEnum):
    """How far one invoice of a run has come."""

    WAITING = "waiting"
    CHARGED = "charged"
    PROCESSING = "processing"
    """By bank: on its way."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunItem:
    """One invoice of a run. `code` and `reason` say why it failed."""

    item_id: str
    run_id: str
    company_id: str
    account_id: str
    account_name: str
    invoice_id: str
    invoice_number: str
    amount_cents: int
    currency: str
    state: ItemState = ItemState.WAITING
    code: str = ""
    reason: str = ""
    method_label: str = ""
    tries: int = 1
    position: int = 0

    @property
    def attempt_id(self) -> str:
        """The same for every repeat of one try, so that it charges once."""
        return f"{self.item_id}-{self.tries}"

    def after(self, attempt: Attempt) -> "RunItem":
        """What the attempt has come to; unchanged while nobody knows."""
        known = replace(self, method_label=attempt.method_label)
        if attempt.paid_at is not None:
            return replace(known, state=ItemState.CHARGED, code="", reason="")
        if attempt.state is AttemptState.PROCESSING:
            return replace(known, state=ItemState.PROCESSING, code="", reason="")
        if attempt.live:
            return self
        last = attempt.failures[-1] if attempt.failures else None
        return known.failed(
            last.code if last else "payment_failed",
            last.reason if last else "The payment did not go through",
        )

    def failed(self, code: str, reason: str) -> "RunItem":
        """Nothing was charged for it."""
        return replace(self, state=ItemState.FAILED, code=code, reason=reason)

    def again(self) -> "RunItem":
        """The next try of a failed one, as a new payment."""
        return replace(self, state=ItemState.WAITING, code="", reason="", tries=self.tries + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeRun:
    """The run's sums follow its items; `failed_count` goes down again with a retry."""

    run_id: str
    company_id: str
    status: RunStatus
    invoice_count: int
    total_cents: int
    currency: str
    started_by: str
    started_at: datetime
    automatic: bool = False
    charged_count: int = 0
    failed_count: int = 0
    charged_cents: int = 0
    revision: int = 1

    @property
    def left_count(self) -> int:
        """Not tried yet."""
        return self.invoice_count - self.charged_count - self.failed_count

    def moved(self, status: RunStatus) -> "ChargeRun":
        """Running, paused or finished."""
        return replace(self, status=status, revision=self.revision + 1)

    def counted(self, before: RunItem, after: RunItem) -> "ChargeRun":
        """The sums after one invoice moved; the last one ends the run."""
        sums = replace(
            self,
            charged_count=self.charged_count + _paid(after) - _paid(before),
            charged_cents=self.charged_cents + (_paid(after) - _paid(before)) * after.amount_cents,
            failed_count=self.failed_count + _failed(after) - _failed(before),
            revision=self.revision + 1,
        )
        if sums.left_count == 0:
            return replace(sums, status=RunStatus.FINISHED)
        return sums


def run_changed(run: ChargeRun) -> ChargeRunChangedV1:
    """The run is now like this."""
    return ChargeRunChangedV1(
        company_id=run.company_id,
        run_id=run.run_id,
        status=run.status.value,
        invoice_count=run.invoice_count,
        charged_count=run.charged_count,
        failed_count=run.failed_count,
        charged_cents=run.charged_cents,
        currency=run.currency,
        started_by=run.started_by,
        run_revision=run.revision,
    )


def _paid(item: RunItem) -> int:
    return 1 if item.state in {ItemState.CHARGED, ItemState.PROCESSING} else 0


def _failed(item: RunItem) -> int:
    return 1 if item.state is ItemState.FAILED else 0

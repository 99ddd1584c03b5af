"""How a company collects, which of its settings exclude one another, and when a report opens."""

from dataclasses import dataclass, replace
from typing import Literal

from services.scheduling.domain.refusals import (
    DeferredPaymentBlockedError,
    DeferredPaymentOnError,
    OpenThirdPartyInvoicesError,
    ReportLockedByPolicyError,
    RequirePaymentLockedError,
    ThirdPartyProviderError,
)

PaymentsProvider = Literal["integrated", "none", "third_party"]

BLOCKED_WHILE_COLLECTING_AFTER_PUBLISH = (
    "Blocked: Collect payment after publish is on. Turn it off first to allow deferred payment."
)
COLLECT_NEEDS_OWN_PAYMENTS = (
    "Collect payment after publish is not compatible with a third-party payment integration."
)


@dataclass(frozen=True, kw_only=True)
class PaymentPolicy:
    """The company-wide settings (R1, R2). Everything is off by default."""

    payments_provider: PaymentsProvider = "integrated"
    collect_payment_after_publish: bool = False
    allow_deferred_payment: bool = False

    def changed(
        self,
        *,
        payments_provider: PaymentsProvider | None = None,
        collect_payment_after_publish: bool | None = None,
        allow_deferred_payment: bool | None = None,
        open_third_party_invoices: int = 0,
    ) -> "PaymentPolicy":
        """Return the policy with the given settings; what is None stays.

        Raises the refusals of R7, R16, C5 and C6. The settings are judged as they will be
        together, so that one request may turn one of them off and another on.
        """
        after = PaymentPolicy(
            payments_provider=payments_provider or self.payments_provider,
            collect_payment_after_publish=_chosen(
                collect_payment_after_publish, self.collect_payment_after_publish
            ),
            allow_deferred_payment=_chosen(allow_deferred_payment, self.allow_deferred_payment),
        )
        after._refuse_exclusions(before=self)
        turns_deferred_on = after.allow_deferred_payment and not self.allow_deferred_payment
        if turns_deferred_on and open_third_party_invoices:
            count = open_third_party_invoices
            which = (
                "1 third-party invoice is" if count == 1 else f"{count} third-party invoices are"
            )
            raise OpenThirdPartyInvoicesError(
                f"Allow deferred payment cannot be turned on: {which} still open. "
                "Void them or wait until they are paid.",
                open_invoices=count,
            )
        return after

    def _refuse_exclusions(self, *, before: "PaymentPolicy") -> None:
        if not self.collect_payment_after_publish:
            return
        if self.payments_provider == "third_party":
            raise ThirdPartyProviderError(
                "Collect payment after publish does not work with a third-party payment "
                "integration. Turn one of them off first."
            )
        if self.allow_deferred_payment and before.allow_deferred_payment:
            raise DeferredPaymentOnError(
                "Allow deferred payment is on. Turn it off before turning on "
                "Collect payment after publish."
            )
        if self.allow_deferred_payment:
            raise DeferredPaymentBlockedError(
                "Allow deferred payment is blocked while Collect payment after publish is on."
            )


def _chosen(asked: bool | None, present: bool) -> bool:  # noqa: FBT001 - two settings, not options
    return present if asked is None else asked


@dataclass(frozen=True, kw_only=True)
class ReleasePolicy:
    """When one inspection's report opens: a snapshot taken when it is created (C3)."""

    collect_payment_after_publish: bool
    require_payment: bool
    require_payment_locked: bool
    unlocked_by_staff: bool = False

    def requiring(self, *, payment: bool) -> "ReleasePolicy":
        """Set `Require payment to release report(s)`; refused while it is locked on (R6)."""
        if self.require_payment_locked and not payment:
            raise RequirePaymentLockedError
        return replace(self, require_payment=payment)

    def unlocked(self, *, by_staff: bool) -> "ReleasePolicy":
        """Open the report by hand, or take that back; refused while locked by policy (C8)."""
        if self.require_payment_locked and by_staff:
            raise ReportLockedByPolicyError
        return replace(self, unlocked_by_staff=by_staff)


def release_policy_for(policy: PaymentPolicy, *, require_payment: bool | None) -> ReleasePolicy:
    """Take the snapshot for a new inspection (R3, R5, C3); silence means payment is required.

    Raises RequirePaymentLockedError when collect payment after publish is on and the request
    asks for the opposite (R6).
    """
    collects_later = policy.collect_payment_after_publish
    if collects_later and require_payment is False:
        raise RequirePaymentLockedError
    return ReleasePolicy(
        collect_payment_after_publish=collects_later,
        require_payment=collects_later or require_payment is not False,
        require_payment_locked=collects_later,
    )

"""What billing refuses, by name. Every message is safe to show to the person who asked."""

from shared.money import money
from shared.problems import ConflictError, InvalidError, NotFoundError, UnavailableError


class InvoiceNotFoundError(NotFoundError):
    """No invoice of that id in this company."""

    code = "invoice_not_found"
    title = "There is no such invoice"


class BillNotFoundError(NotFoundError):
    """No bill for that inspection in this company (perhaps not yet)."""

    code = "bill_not_found"
    title = "There is no bill for this inspection"


class PaymentNotFoundError(NotFoundError):
    """No payment of that id in this company."""

    code = "payment_not_found"
    title = "There is no such payment"


class AttemptNotFoundError(NotFoundError):
    """No attempt to pay of that id in this company."""

    code = "attempt_not_found"
    title = "There is no such payment attempt"


class InvoicePaidError(ConflictError):
    """Nothing is due on this invoice any more."""

    code = "invoice_paid"
    title = "This invoice is already paid"


class InvoiceVoidError(ConflictError):
    """The invoice was voided."""

    code = "invoice_void"
    title = "This invoice has been cancelled"


class AmountChangedError(ConflictError):
    """The amount due is not what the page showed any more; `amount_cents` is the new one."""

    code = "amount_changed"
    title = "The amount due has changed"


class PaymentInProgressError(ConflictError):
    """Somebody is paying this invoice at this moment."""

    code = "payment_in_progress"
    title = "A payment for this invoice is already in progress"


class PaymentProcessingError(ConflictError):
    """A bank payment for this invoice is on its way (C23)."""

    code = "payment_processing"
    title = "A bank payment for this invoice is being processed"


class PaymentAfterPublishError(ConflictError):
    """Collect after publish: nobody can pay yet (R8, C7)."""

    code = "payment_after_publish"
    title = "Payment to be collected after inspection is published"


class OnlinePaymentsOffError(ConflictError):
    """The company takes no payments online at the moment."""

    code = "online_payments_off"
    title = "Online payments are not available"


class PaymentsUnavailableError(UnavailableError):
    """The card processor does not answer; nothing was charged, or it will be found out."""

    code = "payments_unavailable"
    title = "Payments are not available for a moment"


class PaperUnavailableError(UnavailableError):
    """The invoice or receipt could not be set at the moment."""

    code = "document_unavailable"
    title = "This document is not available for a moment"


class AmountTooSmallError(InvalidError):
    """The card networks take no charge this small."""

    code = "amount_too_small"
    title = "The amount is too small to be paid online"


class AmountExceedsBalanceError(InvalidError):
    """More money was offered than the invoice still owes."""

    code = "amount_exceeds_balance"
    title = "The amount is more than what is due"


class FixedAmountTooLargeError(InvalidError):
    """More than what is unpaid and on nobody else's invoice (R55, C14)."""

    code = "fixed_amount_exceeds_balance"

    def __init__(self, maximum_cents: int, currency: str, **why: object) -> None:
        """`maximum_cents` is printed and travels as an extra, and so does the reason."""
        detail = f"Fixed amount cannot exceed {money(maximum_cents, currency)}"
        super().__init__(detail, maximum_cents=maximum_cents, **why)


class NothingToInvoiceError(ConflictError):
    """Everything is paid or on other invoices already (R54)."""

    code = "nothing_to_invoice"
    title = "There is nothing left to invoice"


class ServiceTakenError(ConflictError):
    """The service is partly paid, or on another open invoice (C15)."""

    code = "service_not_available"
    title = "This service cannot be invoiced separately; use a fixed amount"


class ClientInvoiceError(ConflictError):
    """The client's invoice is the remainder of the bill; it is neither voided nor handed out."""

    code = "client_invoice"
    title = "This is the client's own invoice"


class NotInPeopleError(InvalidError):
    """Only people of the inspection can be invoiced (R39)."""

    code = "contact_not_in_people"
    title = "Add this person to the inspection's People first"


class ChooseServiceOrAmountError(InvalidError):
    """An invoice is for services, a fixed amount, a percentage or an equal part: one (R38)."""

    code = "service_or_amount"
    title = "Choose either services, a fixed amount, a percentage or equal parts"


class MultiPartyUnavailableError(ConflictError):
    """Third-party invoices need integrated payments and no deferred payments (R35, R36, C6)."""

    code = "multi_party_unavailable"
    title = "Separate invoices are not available"


class RefundTooLargeError(ConflictError):
    """More than what is left of the payment; `maximum_cents` says what is."""

    code = "refund_exceeds_payment"

    def __init__(self, maximum_cents: int, currency: str) -> None:
        """`maximum_cents` is printed and travels as an extra."""
        detail = f"A refund cannot exceed {money(maximum_cents, currency)}"
        super().__init__(detail, maximum_cents=maximum_cents)


class RefundBlockedError(ConflictError):
    """Still processing, disputed or returned: a refund could give the money back twice."""

    code = "refund_blocked"
    title = "This payment cannot be refunded now"


class DeferralRefusedError(ConflictError):
    """The company, the invoice or its state does not allow paying at closing (C30)."""

    code = "deferral_refused"
    title = "Paying at closing is not available for this invoice"


class NotificationsDisabledError(ConflictError):
    """All notifications of this inspection are switched off (C13)."""

    code = "notifications_disabled"
    title = "All notifications are disabled for this inspection; nothing was sent"


class TrialAccountError(ConflictError):
    """A trial mails neither clients nor payers (R31)."""

    code = "trial_account"
    title = "Payers receive no email while this is a trial account; nothing was sent"


class NoEmailAddressError(ConflictError):
    """This payer cannot be mailed; his link can be copied."""

    code = "no_email_address"

    def __init__(self, name: str) -> None:
        """`name` of the payer."""
        words = f"{name} has no email address, so nothing was sent; copy the link instead"
        super().__init__(words, name=name)


class ForgedWebhookError(InvalidError):
    """The signature, its time or the account does not fit: not from the card processor."""

    code = "webhook_refused"
    status = 400
    title = "This event was refused"


class UnknownAccountError(InvalidError):
    """The card processor does not know the account that was entered."""

    code = "unknown_stripe_account"
    title = "Stripe does not know this account"


class InvalidPeriodError(InvalidError):
    """A report was asked for days that end before they begin."""

    code = "invalid_period"
    title = "The last day is before the first"

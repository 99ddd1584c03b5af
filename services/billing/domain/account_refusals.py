"""What billing refuses to account customers and those who charge them, by name."""

from services.billing.domain.allocation import MOST_INVOICES
from shared.money import money
from shared.problems import ConflictError, ForbiddenError, InvalidError, NotFoundError, RefusalError


class TooManyInvoicesError(InvalidError):
    """One payment pays at most 200 invoices (C18)."""

    code = "too_many_invoices"
    title = f"One payment can pay at most {MOST_INVOICES} invoices"


class NoInvoiceError(InvalidError):
    """Nothing was chosen to be paid."""

    code = "no_invoice"
    title = "Choose at least one invoice"


class InvoiceTwiceError(InvalidError):
    """The same invoice was named twice."""

    code = "invoice_twice"
    title = "An invoice was chosen twice"


class MixedCurrenciesError(InvalidError):
    """One payment is in one currency."""

    code = "mixed_currencies"
    title = "These invoices are in different currencies"


class AboveMaximumError(InvalidError):
    """More than one payment by this method may be (R92, C2); `max_cents` says how much may."""

    def __init__(self, method_words: str, max_cents: int, currency: str) -> None:
        """`max_cents` is printed and travels as an extra."""
        limit = money(max_cents, currency)
        super().__init__(
            f"A payment by {method_words} cannot be more than {limit}. Nothing was charged",
            max_cents=max_cents,
        )


class CardMaximumError(AboveMaximumError):
    """Above `Card Max Payment Amount`."""

    code = "card_max_exceeded"
    title = "This is more than one card payment may be"


class BankMaximumError(AboveMaximumError):
    """Above `ACH Max Payment Amount`."""

    code = "bank_max_exceeded"
    title = "This is more than one bank payment may be"


class BankUnavailableError(ConflictError):
    """The company's account takes no bank payments."""

    code = "bank_payments_off"
    title = "Bank payments are not available"


class CardChangesOffError(ForbiddenError):
    """The company does not let customers change a card on file (R87)."""

    code = "card_changes_off"
    title = "Please ask the company to change the card on file"


class BankChangesOffError(ForbiddenError):
    """The same for a bank account (R88)."""

    code = "bank_changes_off"
    title = "Please ask the company to change the bank account on file"


class AutopayOffError(ForbiddenError):
    """The company offers no autopay (R83)."""

    code = "autopay_off"
    title = "Autopay is not available"


class PrepaymentsOffError(ForbiddenError):
    """The company takes no prepayments (R89)."""

    code = "prepayments_off"
    title = "Prepayments are not available"


class MethodNotFoundError(NotFoundError):
    """No usable method of that id on this account."""

    code = "method_not_found"
    title = "There is no such payment method"


class AccountNotFoundError(NotFoundError):
    """No account customer of that id in this company."""

    code = "account_not_found"
    title = "There is no such account"


class OrderNotFoundError(NotFoundError):
    """No order of that id in this company."""

    code = "order_not_found"
    title = "There is no such order"


class SetupNotFoundError(NotFoundError):
    """Nobody began to save a method under that id."""

    code = "setup_not_found"
    title = "There is no such page"


class AccountPaymentNotFoundError(NotFoundError):
    """No payment of an account of that id."""

    code = "account_payment_not_found"
    title = "There is no such payment"


class PaymentDeclinedError(RefusalError):
    """The customer's bank said no; nothing was charged."""

    code = "declined"
    status = 402
    title = "The payment was declined. Nothing was charged"


class PrepaymentTooSmallError(InvalidError):
    """More than what is left of the prepayment."""

    code = "exceeds_prepayment"

    def __init__(self, maximum_cents: int, currency: str) -> None:
        """`maximum_cents` is printed and travels as an extra."""
        left = money(maximum_cents, currency)
        super().__init__(f"Only {left} of this prepayment is left", maximum_cents=maximum_cents)


class PrepaymentNotFoundError(NotFoundError):
    """No prepayment of that id."""

    code = "prepayment_not_found"
    title = "There is no such prepayment"


class ChargeRunNotFoundError(NotFoundError):
    """No charge run of that id."""

    code = "charge_run_not_found"
    title = "There is no such charge run"


class NothingToChargeError(InvalidError):
    """None of the chosen invoices waits to be charged."""

    code = "nothing_to_charge"
    title = "None of these invoices waits to be charged"


class ChargeRunStateError(ConflictError):
    """The run is finished, or there is nothing to retry."""

    code = "charge_run_state"
    title = "This charge run is not in a state where this is possible"

"""What is refused when a bill is divided. Every message is safe to show to the person who asked."""

from shared.money import money
from shared.problems import ConflictError, ForbiddenError, InvalidError, NotFoundError


class PercentTooLargeError(InvalidError):
    """This percentage of the bill is more than what is unpaid and on nobody else's invoice."""

    code = "percent_exceeds_balance"

    def __init__(
        self, maximum_cents: int, currency: str, *, maximum_basis_points: int, **why: object
    ) -> None:
        """`maximum_basis_points` are hundredths of a percent."""
        whole, rest = divmod(maximum_basis_points, 100)
        percent = f"{whole}.{rest:02}".rstrip("0").rstrip(".") if rest else str(whole)
        detail = f"Percent cannot exceed {percent}% ({money(maximum_cents, currency)})"
        super().__init__(
            detail, maximum_cents=maximum_cents, maximum_basis_points=maximum_basis_points, **why
        )


class EqualPartsTooLargeError(InvalidError):
    """The equal parts together are more than what is unpaid and on nobody else's invoice."""

    code = "equal_parts_exceed_balance"

    def __init__(self, maximum_cents: int, currency: str, **why: object) -> None:
        """`maximum_cents` is for all third parties together."""
        detail = f"The equal parts together cannot exceed {money(maximum_cents, currency)}"
        super().__init__(detail, maximum_cents=maximum_cents, **why)


class PaymentPendingError(ConflictError):
    """Money for this invoice is on its way: it is neither changed nor voided now."""

    code = "payment_pending"
    title = "A payment for this invoice is being processed; wait until it has arrived"


class AmountBelowPaidError(ConflictError):
    """An invoice cannot ask for less than what was paid into it; refund first."""

    code = "amount_below_paid"

    def __init__(self, paid_cents: int, currency: str) -> None:
        """`paid_cents` is printed and travels as an extra."""
        paid = money(paid_cents, currency)
        detail = f"{paid} has been paid into this invoice; refund it before asking for less"
        super().__init__(detail, paid_cents=paid_cents)


class OnePersonEachError(InvalidError):
    """Equal parts name every person once, and never the client, who keeps a part."""

    code = "one_person_each"
    title = "Choose each person once; the client keeps a part without being chosen"


class SplitRuleNotFoundError(NotFoundError):
    """No split rule of that id in this company."""

    code = "split_rule_not_found"
    title = "There is no such split rule"


class TooManySplitRulesError(ConflictError):
    """A list nobody could choose from."""

    code = "too_many_split_rules"
    title = "There are too many split rules; remove one first"


class RuleOffError(ConflictError):
    """The rule is kept but not in use."""

    code = "split_rule_off"
    title = "This split rule is switched off"


class RuleFitsNobodyError(ConflictError):
    """Nobody in the People box has the rule's role."""

    code = "rule_fits_nobody"

    def __init__(self, role: str) -> None:
        """`role` as people call it."""
        super().__init__(f"There is no {role} in People", role=role)


class ServiceNotOnBillError(ConflictError):
    """The rule's service is not part of this inspection."""

    code = "service_not_on_bill"

    def __init__(self, service: str) -> None:
        """`service` by its name."""
        super().__init__(f"{service} is not on this bill", service=service)


class RuleAlreadyAppliedError(ConflictError):
    """An invoice made by this rule is there; void it to apply the rule anew."""

    code = "rule_already_applied"
    title = "This rule has been applied to this bill already"


class InvitationsOffError(ForbiddenError):
    """The company does not let clients invite somebody to pay a part."""

    code = "invitations_off"
    title = "Inviting somebody to pay a part is not available"


class InvitationNotFoundError(NotFoundError):
    """No invitation of this client under that id."""

    code = "invitation_not_found"
    title = "There is no such invitation"

"""How one bill is divided: what each third party's invoice asks for; the client has the rest.

Services, a percentage and equal parts follow the bill whenever scheduling changes it; a fixed
amount stays. Nobody's part depends on another third party's: whatever is done to one invoice, only
the client's gives or takes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.billing.domain.booking import Booking
from services.billing.domain.invoice import EqualPart, Invoice
from services.billing.domain.refusals import ChooseServiceOrAmountError
from services.billing.domain.splitting import WHOLE_BASIS_POINTS, percent_of, split_equally

PARTS_MIN, PARTS_MAX = 2, 50


class ShareKind(StrEnum):
    """The four ways to divide a bill."""

    SERVICES = "services"
    FIXED = "fixed"
    PERCENT = "percent"
    EQUAL = "equal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What a third party is to pay: exactly one of the four.

    `basis_points` are hundredths of a percent of the whole bill; `equal_parts` counts the client's.
    """

    line_ids: tuple[str, ...] = ()
    fixed_cents: int | None = None
    basis_points: int | None = None
    equal_parts: int | None = None

    @property
    def kind(self) -> ShareKind:
        """Which of the four. Raises ChooseServiceOrAmountError: none, several or out of range."""
        chosen = [
            kind
            for kind, given in (
                (ShareKind.SERVICES, bool(self.line_ids)),
                (ShareKind.FIXED, self.fixed_cents is not None),
                (ShareKind.PERCENT, self.basis_points is not None),
                (ShareKind.EQUAL, self.equal_parts is not None),
            )
            if given
        ]
        if len(chosen) != 1 or not self._in_range:
            raise ChooseServiceOrAmountError
        return chosen[0]

    @property
    def _in_range(self) -> bool:
        return (
            (self.fixed_cents is None or self.fixed_cents > 0)
            and (self.basis_points is None or 0 < self.basis_points <= WHOLE_BASIS_POINTS)
            and (self.equal_parts is None or PARTS_MIN <= self.equal_parts <= PARTS_MAX)
        )

    def equal_part(self, position: int) -> EqualPart | None:
        """The part at `position`; the client's is at 0 and has the first odd cent."""
        if self.equal_parts is None:
            return None
        return EqualPart(parts=self.equal_parts, position=position)


def share_of(invoice: Invoice) -> Share:
    """How a third party's invoice was carved out."""
    return Share(
        line_ids=invoice.line_ids,
        fixed_cents=invoice.fixed_cents,
        basis_points=invoice.basis_points,
        equal_parts=invoice.equal.parts if invoice.equal else None,
    )


def share_wanted(invoice: Invoice, booking: Booking) -> int:
    """What a third party's invoice asks for, before it is capped by what there is.

    Services, percentages and equal parts follow the bill (C16). Once paid it never rises by itself.
    """
    if invoice.voided or booking.cancelled:
        return 0
    wanted = max(0, _asked(invoice, booking))
    return wanted if invoice.capped_cents is None else min(wanted, invoice.capped_cents)


def _asked(invoice: Invoice, booking: Booking) -> int:
    if invoice.fixed_cents is not None:
        return invoice.fixed_cents
    if invoice.basis_points is not None:
        return percent_of(booking.charge_cents, invoice.basis_points)
    if invoice.equal is not None:
        return split_equally(booking.charge_cents, invoice.equal.parts)[invoice.equal.position]
    return sum(li.amount_cents for li in booking.lines if li.line_id in invoice.line_ids)


def divided(booking: Booking, third_parties: Sequence[Invoice]) -> list[int]:
    """Each third party's share in their order, never more together than there is to pay."""
    room = max(0, booking.charge_cents)
    shares: list[int] = []
    for invoice in third_parties:
        shares.append(min(share_wanted(invoice, booking), room))
        room -= shares[-1]
    return shares

"""The charges of one inspection: services of the catalogue, manual fees, credits (R57)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from services.scheduling.domain.refusals import BadFieldError, BillBelowZeroError, UnknownError

LineKind = Literal["service", "fee", "credit"]
LINES_MAX = 50
AMOUNT_CENTS_MAX = 99_999_999


@dataclass(frozen=True, kw_only=True)
class ServiceLine:
    """One charge in whole cents. Credits are negative, everything else is not."""

    line_id: str
    service_id: str | None = None
    kind: LineKind
    name: str
    note: str = ""
    amount_cents: int

    def repriced(self, amount_cents: int) -> "ServiceLine":
        """Return the line with another price; for a credit the amount is what is taken off."""
        signed = -abs(amount_cents) if self.kind == "credit" else amount_cents
        return replace(self, amount_cents=signed)


Lines = tuple[ServiceLine, ...]


def total_cents(lines: Sequence[ServiceLine]) -> int:
    """Return what the inspection costs."""
    return sum(line.amount_cents for line in lines)


def checked(lines: Sequence[ServiceLine]) -> Lines:
    """Return the lines as a bill; refuse signs that do not fit and a bill below zero."""
    if len(lines) > LINES_MAX:
        raise BadFieldError(f"An inspection may have at most {LINES_MAX} lines", field="lines")
    for line in lines:
        _check(line)
    total = total_cents(lines)
    if total < 0:
        raise BillBelowZeroError(charges_cents=sum(max(line.amount_cents, 0) for line in lines))
    if total > AMOUNT_CENTS_MAX:
        raise BadFieldError("The bill is larger than one payment can be", field="amount_cents")
    return tuple(lines)


def _check(line: ServiceLine) -> None:
    if not line.name.strip():
        raise BadFieldError("Every line needs a name", field="name")
    if line.kind == "credit" and line.amount_cents >= 0:
        raise BadFieldError("Enter how much the credit takes off", field="amount_cents")
    if line.kind != "credit" and line.amount_cents < 0:
        raise BadFieldError("Only a credit is taken off the bill", field="amount_cents")


def with_line(lines: Lines, line: ServiceLine) -> Lines:
    """Add one line at the end."""
    return checked((*lines, line))


def without_line(lines: Lines, line_id: str) -> Lines:
    """Remove one line; what was paid for it becomes a surplus in billing (C16)."""
    _find(lines, line_id)
    return checked(tuple(line for line in lines if line.line_id != line_id))


def with_price(lines: Lines, line_id: str, amount_cents: int) -> Lines:
    """Reprice one line."""
    _find(lines, line_id)
    return checked(
        tuple(line.repriced(amount_cents) if line.line_id == line_id else line for line in lines)
    )


def _find(lines: Lines, line_id: str) -> ServiceLine:
    for line in lines:
        if line.line_id == line_id:
            return line
    raise UnknownError("This line is not on the inspection any more", what="line")

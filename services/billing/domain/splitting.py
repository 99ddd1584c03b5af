"""How an amount is divided to the cent: shares always sum to the whole."""

from collections.abc import Sequence

WHOLE_BASIS_POINTS = 10_000


class NoWeightError(ValueError):
    """Nothing to divide by: no parts, negative parts, or all of them zero."""


def split(total_cents: int, weights: Sequence[int]) -> list[int]:
    """Divide in proportion to `weights`: largest remainder first, ties by position.

    A weight of zero gets nothing; a negative total is divided like its opposite.
    """
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        raise NoWeightError(weights)
    sign, amount = (-1 if total_cents < 0 else 1), abs(total_cents)
    shares = [amount * weight // whole for weight in weights]
    remainders = sorted((-(amount * weight % whole), at) for at, weight in enumerate(weights))
    for _, at in remainders[: amount - sum(shares)]:
        shares[at] += 1
    return [sign * share for share in shares]


def split_equally(total_cents: int, parts: int) -> list[int]:
    """Divide into `parts` that differ by at most one cent."""
    return split(total_cents, [1] * parts)


def percent_of(total_cents: int, basis_points: int) -> int:
    """The share of `basis_points` (1/100 of a percent) of a total; the rest is the other's."""
    if not 0 <= basis_points <= WHOLE_BASIS_POINTS:
        raise NoWeightError(basis_points)
    if basis_points == 0:
        return 0
    return split(total_cents, [basis_points, WHOLE_BASIS_POINTS - basis_points])[0]

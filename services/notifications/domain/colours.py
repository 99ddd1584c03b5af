"""Which of the colours on offer comes closest to a company's hue."""

from collections.abc import Mapping

CIRCLE = 360


def nearest(hue: int, on_offer: Mapping[str, int]) -> str:
    """The name of the offered hue with the smallest angle to `hue`."""
    return min(on_offer, key=lambda name: _apart(on_offer[name], hue))


def _apart(one: int, other: int) -> int:
    return min((one - other) % CIRCLE, (other - one) % CIRCLE)

"""Geometry of small drawings: the split meter and the bars of a trend.

Pages may not carry inline styles, so the server computes where each part begins and the template
writes SVG attributes.
"""

from collections.abc import Sequence
from typing import NamedTuple

WHOLE = 10_000  # hundredths of a percent
SMALLEST = 150  # a part that exists is never too thin to see


class Segment(NamedTuple):
    """One part of a meter, in percent of its width."""

    kind: str
    x: str
    width: str


class Bar(NamedTuple):
    """One bar of a trend, in the drawing's own units."""

    x: int
    y: int
    height: int


def _percent(hundredths: int) -> str:
    return f"{hundredths // 100}.{hundredths % 100:02}%"


def segments(parts: Sequence[tuple[str, int]]) -> list[Segment]:
    """Lay `(kind, cents)` parts side by side to exactly 100 %; parts of zero are left out."""
    present = [(kind, cents) for kind, cents in parts if cents > 0]
    total = sum(cents for _, cents in present)
    widths = [max(cents * WHOLE // total, SMALLEST) for _, cents in present]
    if widths:
        widths[widths.index(max(widths))] += WHOLE - sum(widths)
    laid: list[Segment] = []
    start = 0
    for (kind, _), width in zip(present, widths, strict=True):
        laid.append(Segment(kind, _percent(start), _percent(width)))
        start += width
    return laid


def bars(values: Sequence[int], *, height: int = 30, step: int = 12) -> list[Bar]:
    """Scale values to bars of at most `height`; positive ones can be seen, others are flat."""
    tallest = max([*values, 1])
    heights = [max(value * height // tallest, 1) if value > 0 else 0 for value in values]
    return [Bar(position * step, height - tall, tall) for position, tall in enumerate(heights)]

"""Geometry of the report's chart: one bar per payer, in percent of its width."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.billing.domain.report import PayerFigures
from shared.ui.meters import Segment, segments

BARS_MAX = 8
ROW = 46
_LABEL = 15
_BAR = 24


@dataclass(frozen=True, slots=True)
class Bar:
    """One payer's bar; `y` values are in the drawing's own units."""

    row: PayerFigures
    label_y: int
    bar_y: int
    parts: tuple[Segment, ...]


def chart_bars(rows: Sequence[PayerFigures]) -> tuple[Bar, ...]:
    """The first rows that have anything to show; the longest bar takes the whole width."""
    shown = [row for row in rows if _whole(row) > 0][:BARS_MAX]
    longest = max((_whole(row) for row in shown), default=0)
    return tuple(
        Bar(row, at * ROW + _LABEL, at * ROW + _BAR, _parts(row, longest))
        for at, row in enumerate(shown)
    )


def chart_height(bars: Sequence[Bar]) -> int:
    """How tall the drawing is."""
    return len(bars) * ROW


def _whole(row: PayerFigures) -> int:
    found = row.figures
    return found.collected_cents + found.processing_cents + found.outstanding_cents


def _parts(row: PayerFigures, longest: int) -> tuple[Segment, ...]:
    found = row.figures
    laid = segments(
        (
            ("ok", found.collected_cents),
            ("wait", found.processing_cents),
            ("due", found.not_due_cents),
            ("bad", found.overdue_cents),
            ("rest", longest - _whole(row)),
        )
    )
    return tuple(part for part in laid if part.kind != "rest")

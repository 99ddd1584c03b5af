"""Who pays how much of one inspection, as the client may see it (R45, C17)."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.portal.domain.views import Assigned, InspectionView
from shared.contracts.billing import InvoiceLine, Share
from shared.contracts.scheduling import ServiceLine

Part = Literal["ok", "wait", "due"]


@dataclass(frozen=True, slots=True)
class Contribution:
    """One payer's row: never a mail, a card or a link."""

    label: str
    key: Part
    cents: int
    status: str
    paid_cents: int
    paid_on: date | None


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One line of the order, and who pays it if not the client."""

    name: str
    note: str
    cents: int
    payer_name: str = ""
    paid: bool = False


def contributions(view: InspectionView) -> tuple[Contribution, ...]:
    """The third parties' rows, paid ones first; who neither paid nor is asked has none."""
    shares = view.balance.shares if view.balance else ()
    rows = [
        _row(share)
        for share in shares
        if share.kind == "third_party" and (share.paid_cents or _asked(share))
    ]
    return tuple(sorted(rows, key=lambda row: row.key))


def _asked(share: Share) -> bool:
    return share.status != "void" and share.total_cents > 0


def _row(share: Share) -> Contribution:
    label = share.payer_name
    if share.role_label:
        label = f"{label}, {share.role_label[0].lower()}{share.role_label[1:]}"
    return Contribution(
        label=label,
        key="ok" if share.status == "paid" else "wait",
        cents=share.total_cents if share.status != "void" else share.paid_cents,
        status=share.status,
        paid_cents=share.paid_cents,
        paid_on=share.paid_on,
    )


def meter(view: InspectionView) -> tuple[tuple[Part, int], ...]:
    """How the bill divides into paid, asked of others, and left for the client."""
    if view.balance is None or view.invoice is None:
        return ()
    paid = view.balance.paid_cents
    due = view.invoice.balance_cents
    waiting = max(0, view.balance.total_cents - paid - due)
    parts: tuple[tuple[Part, int], ...] = (("ok", paid), ("wait", waiting), ("due", due))
    return parts if paid or waiting else ()


def order_lines(view: InspectionView) -> tuple[OrderLine, ...]:
    """The order as booked; a line that is on somebody else's invoice says whose.

    Two lines may look alike: each line of an invoice is found in the order once.
    """
    asked = [
        (line, one) for one in view.assigned.values() if one.status != "void" for line in one.lines
    ]
    return tuple(_order_line(line, asked) for line in view.inspection.lines)


def _order_line(line: ServiceLine, asked: list[tuple[InvoiceLine, Assigned]]) -> OrderLine:
    """Takes what it has found out of `asked`."""
    looks = (line.name, line.note, line.amount_cents)
    for at, (same, one) in enumerate(asked):
        if (same.name, same.note, same.amount_cents) == looks:
            del asked[at]
            return OrderLine(*looks, payer_name=one.payer_name, paid=one.status == "paid")
    return OrderLine(*looks)

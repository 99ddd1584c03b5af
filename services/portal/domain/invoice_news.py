"""What has happened to a third party's invoice since he last had it open (B4), and to his money."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

from services.portal.domain.links import Link
from services.portal.domain.views import Amount, Outcomes

TOLD_AGAIN = timedelta(days=1)
"""A change is shown for so long after it was first seen: people reload, and come back to pay."""
Kind = Literal["refund_pending", "refund_failed", "dispute_open", "dispute_won", "dispute_lost"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountChange:
    """The invoice came to another amount when it was last open. `at`: when that changed."""

    was_cents: int
    at: datetime | None


@dataclass(frozen=True, slots=True)
class MoneyNews:
    """One thing that is going on with a payer's own payment (cents)."""

    kind: Kind
    cents: int
    at: datetime


def change_since_seen(
    link: Link, total_cents: int, amounts: Mapping[str, Amount], now: datetime
) -> AmountChange | None:
    """The change to tell of, if there is one."""
    before = link.total_cents if link.seen_cents is None else link.seen_cents
    if before not in {None, total_cents}:
        return AmountChange(was_cents=before or 0, at=changed_at(amounts))
    fresh = link.seen_at is not None and now - link.seen_at < TOLD_AGAIN
    if fresh and link.was_cents not in {None, total_cents}:
        return AmountChange(was_cents=link.was_cents or 0, at=changed_at(amounts))
    return None


def seen(link: Link, shown_cents: int, now: datetime) -> Link:
    """The link after its holder had that amount before him; the same link when that is no news."""
    if link.seen_cents == shown_cents:
        return link
    before = link.total_cents if link.seen_cents is None else link.seen_cents
    was_cents = before if before not in {None, shown_cents} else link.was_cents
    return replace(link, seen_cents=shown_cents, was_cents=was_cents, seen_at=now)


def changed_at(amounts: Mapping[str, Amount]) -> datetime | None:
    """When the invoice last came to another amount; None when only one amount is known."""
    told = [amounts[key] for key in sorted(amounts, key=int)]
    changes = (
        later.at for earlier, later in pairwise(told) if earlier.total_cents != later.total_cents
    )
    return max(changes, default=None)


def money_news(outcomes: Outcomes) -> tuple[MoneyNews, ...]:
    """Refunds that are not through and disputes, newest first; finished refunds are on the bill."""
    refunds = (
        MoneyNews(
            "refund_pending" if one.status == "pending" else "refund_failed", one.cents, one.at
        )
        for one in outcomes.refunds.values()
        if one.status != "succeeded"
    )
    states: dict[str, Kind] = {"won": "dispute_won", "lost": "dispute_lost"}
    disputes = (
        MoneyNews(states.get(one.status, "dispute_open"), one.cents, one.at)
        for one in outcomes.disputes.values()
    )
    return tuple(sorted((*refunds, *disputes), key=lambda news: news.at, reverse=True))

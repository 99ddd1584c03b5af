"""Make a payment: what is open, what of it is chosen, and what a page of it shows."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.portal.domain.account_money import OpenTotals
from services.portal.domain.account_rows import InvoiceRow, SiteKind
from services.portal.domain.account_selection import (
    SELECTED_MAX,
    Cover,
    ParentRow,
    Selection,
    Tick,
    cover,
    select,
    tick,
)
from services.portal.usecases.ports_accounts import Account, Accounts, Cursor

SHOWN = 25
"""Single-site invoices on a page, and about as many multi-site ones with all their sites."""
CHILDREN_SHOWN = 100


@dataclass(frozen=True, slots=True)
class OpenParent:
    """An order as the table shows it."""

    parent: ParentRow
    children: tuple[InvoiceRow, ...]
    selected: int

    @property
    def tick(self) -> Tick:
        """How its box is drawn; more children than can be paid at once stay `some` (C20)."""
        return tick(self.parent.count, self.selected)

    @property
    def hidden_count(self) -> int:
        """Open children beyond the 200 oldest."""
        return self.parent.count - len(self.children)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPage:
    """One page of open invoices of one kind, with the selection as it is now."""

    totals: OpenTotals
    singles: tuple[InvoiceRow, ...]
    parents: tuple[OpenParent, ...]
    parent_count: int
    selection: Selection
    next: Cursor | None

    @property
    def shown_ids(self) -> tuple[str, ...]:
        """Every invoice that has a box on this page."""
        children = (c.invoice_id for p in self.parents for c in p.children)
        return (*(s.invoice_id for s in self.singles), *children)

    @property
    def tick(self) -> Tick:
        """How the box for the whole page is drawn (R67)."""
        shown = self.shown_ids
        return tick(len(shown), sum(i in self.selection for i in shown)) if shown else "none"


async def show_open_invoices(
    of: Account,
    kind: SiteKind,
    chosen_ids: Sequence[str],
    after: Cursor | None,
    *,
    accounts: Accounts,
    today: date,
) -> OpenPage:
    """Read one page and the chosen invoices as they are now."""
    totals, chosen = await asyncio.gather(
        accounts.open_totals(of, today), accounts.invoices(of, chosen_ids)
    )
    selection = select(chosen, kind)
    if kind == "single":
        rows = await accounts.open_invoices(of, "single", after, SHOWN + 1)
        shown = tuple(rows[:SHOWN])
        more = (shown[-1].issued_on.isoformat(), shown[-1].number) if len(rows) > SHOWN else None
        return OpenPage(
            totals=totals,
            singles=shown,
            parents=(),
            parent_count=0,
            selection=selection,
            next=more,
        )
    every = await accounts.open_parents(of)
    page, last = page_of(every, after)
    families = [await _family(of, parent, selection, accounts) for parent in page]
    return OpenPage(
        totals=totals,
        singles=(),
        parents=tuple(families),
        parent_count=len(every),
        selection=selection,
        next=last,
    )


def page_of(
    parents: Sequence[ParentRow], after: Cursor | None
) -> tuple[list[ParentRow], Cursor | None]:
    """The parents behind the cursor until the page is full; at least one."""
    left = [p for p in parents if after is None or (p.issued_on.isoformat(), p.number) > after]
    page: list[ParentRow] = []
    children = 0
    for parent in left:
        children += parent.count
        if page and (len(page) == SHOWN or children > CHILDREN_SHOWN):
            return page, (page[-1].issued_on.isoformat(), page[-1].number)
        page.append(parent)
    return page, None


async def _family(
    of: Account, parent: ParentRow, selection: Selection, accounts: Accounts
) -> OpenParent:
    children = await accounts.open_children(of, parent.order_id, SELECTED_MAX)
    selected = sum(child.invoice_id in selection for child in children)
    return OpenParent(parent, tuple(children), selected)


async def select_all(of: Account, kind: SiteKind, accounts: Accounts) -> Selection:
    """Every open invoice of the kind; with more than 200 the oldest 200, and `capped` (C18)."""
    return select(await accounts.open_invoices(of, kind, None, SELECTED_MAX + 1), kind)


async def cover_custom(of: Account, amount_cents: int, accounts: Accounts) -> Cover:
    """What an amount pays: the oldest open invoices first, at most 200 of them (R65, C18)."""
    return cover(amount_cents, await accounts.open_invoices(of, None, None, SELECTED_MAX))

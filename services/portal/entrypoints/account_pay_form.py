"""What the form of Make a payment says: a selection that survives paging, with or without script.

Every box that is on the page is named in `shown` (`order/invoice`), so that an unticked one is
known; what is selected on other pages travels along in `elsewhere`.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Literal

from services.portal.domain.account_selection import CHOICES, Choice, settled, ticked_ids
from services.portal.entrypoints.cursors import read_cursor
from services.portal.usecases.ports_accounts import Cursor
from services.portal.usecases.review_payment import MethodChoice
from shared.ui import Form

IDS_MAX = 2_000
"""More than a page can send by itself."""
PAGE = "page"
Kind = Literal["card", "us_bank_account"]


@dataclass(frozen=True, slots=True)
class Sent:
    """One sending of the form."""

    form: Form
    choice: Choice
    chosen_ids: tuple[str, ...]
    after: Cursor | None
    trail: tuple[str, ...]
    """The cursors of the pages before this one."""
    opened: frozenset[str]
    """Orders whose sites are in view, for browsers without script."""
    do: str
    argument: str

    @property
    def method(self) -> MethodChoice:
        """How somebody wants to pay; an empty one fits no method."""
        kind, _, method_id = self.form.value("method").partition(":")
        if kind == "saved":
            return MethodChoice("saved", method_id[:64])
        if kind in {"card", "us_bank_account"}:
            return MethodChoice(kind)  # type: ignore[arg-type]  # just compared
        return MethodChoice("saved", "")


def read_sent(form: Form) -> Sent:
    """Make sense of the form; what makes none is left out."""
    do, _, argument = form.value("do").partition(":")
    return Sent(
        form=form,
        choice=read_choice(form.value("choice")) or "single",
        chosen_ids=_chosen(form),
        after=read_cursor(form.value("after")),
        trail=tuple(form.values("trail")[:IDS_MAX]),
        opened=frozenset(form.values("opened")[:IDS_MAX]),
        do=do,
        argument=argument,
    )


def read_choice(text: str) -> Choice | None:
    """One of the three ways."""
    return next((choice for choice in CHOICES if choice == text), None)


def _chosen(form: Form) -> tuple[str, ...]:
    shown: list[str] = []
    families: dict[str, list[str]] = defaultdict(list)
    for pair in form.values("shown")[:IDS_MAX]:
        order_id, _, invoice_id = pair.rpartition("/")
        shown.append(invoice_id)
        families[order_id].append(invoice_id)
    ticked = set(form.values("invoice"))
    was, checked = set(form.values("was")), set(form.values("order"))
    now: set[str] = set()
    for order_id, members in families.items():
        if not order_id:
            now |= set(members) & ticked
            continue
        now |= settled(members, ticked, was_all=order_id in was, checked=order_id in checked)
    now = settled(shown, now, was_all=PAGE in was, checked=form.has(PAGE))
    ids = ticked_ids(shown, now, form.values("elsewhere")[:IDS_MAX])
    return tuple(invoice_id[:64] for invoice_id in ids)

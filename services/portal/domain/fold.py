"""Which facts of a batch are news, given what the views already hold."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel

from services.portal.domain.facts import Fact, Order

Revisions = Mapping[str, Order]
"""How new each part of one view is."""


@dataclass(slots=True)
class Change:
    """What a batch changes in one view."""

    company_id: str
    parts: dict[str, BaseModel] = field(default_factory=dict)
    revisions: dict[str, Order] = field(default_factory=dict)


def fold(known: Mapping[str, Revisions], facts: Iterable[Fact]) -> dict[str, Change]:
    """Keep the newest fact of every part, if it is newer than the view's own.

    A fact as new as the one already held says the same and is left out. `known` holds the
    revisions of every view that exists; views without news do not appear in the answer.
    """
    changes: dict[str, Change] = {}
    for fact in facts:
        change = changes.get(fact.view_id)
        held = change.revisions.get(fact.part) if change else None
        if held is None:
            held = known.get(fact.view_id, {}).get(fact.part)
        if held is not None and held >= fact.order:  # type: ignore[operator]  # one type per part
            continue
        if change is None:
            change = changes[fact.view_id] = Change(fact.company_id)
        change.parts[fact.part] = fact.content
        change.revisions[fact.part] = fact.order
    return changes

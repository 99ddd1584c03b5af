"""Things told to go wrong: "the next N calls of this kind", counted down as they happen."""

import json
import re
from dataclasses import dataclass
from typing import Any

from deploy.sandbox.state.store import Store


@dataclass(frozen=True)
class Fault:
    """One thing to go wrong now."""

    kind: str
    details: dict[str, Any]


def add_fault(store: Store, target: str, kind: str, count: int, details: dict[str, Any]) -> None:
    """Let the next `count` matching things fail."""
    store.db.execute(
        "INSERT INTO faults (target, kind, remaining, details) VALUES (?, ?, ?, ?)",
        (target, kind, count, json.dumps(details)),
    )


def take_fault(store: Store, target: str, subject: str) -> Fault | None:
    """Use up one fault whose `match` pattern (default: anything) fits; None when all is well."""
    rows = store.db.execute(
        "SELECT id, kind, details FROM faults WHERE target = ? ORDER BY id", (target,)
    ).fetchall()
    for row in rows:
        details = json.loads(row["details"])
        if re.search(details.get("match", ""), subject):
            store.db.execute(
                "UPDATE faults SET remaining = remaining - 1 WHERE id = ?", (row["id"],)
            )
            store.db.execute("DELETE FROM faults WHERE remaining <= 0")
            return Fault(kind=row["kind"], details=details)
    return None


def clear_faults(store: Store) -> None:
    """Let everything work again."""
    store.db.execute("DELETE FROM faults")


def planned_faults(store: Store) -> list[dict[str, Any]]:
    """List what is still going to fail."""
    rows = store.db.execute("SELECT target, kind, remaining, details FROM faults ORDER BY id")
    return [{**dict(row), "details": json.loads(row["details"])} for row in rows]

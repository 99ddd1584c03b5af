"""Requests that Stripe's own types forbid: counted and kept, so that a test can ask for zero."""

import time
from typing import Any

from deploy.sandbox.state.scope import Scope
from deploy.sandbox.state.store import Store

LISTED_MAX = 200


def note(scope: Scope, request: str, problems: list[str]) -> None:
    """Keep what was wrong with a request."""
    scope.world.store.db.executemany(
        "INSERT INTO violations (at, request, problem) VALUES (?, ?, ?)",
        [(int(time.time()), request, problem) for problem in problems],
    )


def noted(store: Store) -> dict[str, Any]:
    """Give the count and the newest problems."""
    count = store.db.execute("SELECT count(*) AS n FROM violations").fetchone()["n"]
    rows = store.db.execute(
        "SELECT at, request, problem FROM violations ORDER BY id DESC LIMIT ?", (LISTED_MAX,)
    )
    return {"count": count, "violations": [dict(row) for row in rows]}

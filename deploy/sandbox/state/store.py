"""One SQLite file behind everything: it survives `kill -9` and a restart.

All access happens on the event loop's own thread and no transaction spans an `await`, so one
connection serves everybody and a transaction is never interleaved with another.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Json = dict[str, Any]

_SCHEMA = Path(__file__).with_name("schema.sql")
_CACHED_STATEMENTS = 256


@dataclass(frozen=True)
class Search:
    """Which objects of one kind: equal fields, creation bounds and a place in the list."""

    kind: str
    equal: dict[str, Any] = field(default_factory=dict)
    created: dict[str, int] = field(default_factory=dict)
    before_seq: int | None = None
    after_seq: int | None = None
    limit: int = 10
    types: tuple[str, ...] = ()
    only: tuple[str, tuple[Any, ...]] | None = None
    """A fixed SQL condition and its values, for what equality cannot say."""


class Store:
    """Objects by account and id, plus a connection for the tables beside them."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.db = sqlite3.connect(path, isolation_level=None, cached_statements=_CACHED_STATEMENTS)
        self.db.row_factory = sqlite3.Row
        self.db.executescript(_SCHEMA.read_text(encoding="utf-8"))

    def close(self) -> None:
        """Let go of the file; everything committed is in it."""
        self.db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; joins the transaction that is already open."""
        if self.db.in_transaction:
            yield
            return
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    # ------------------------------------------------------------------------------- objects
    def read(self, account: str, object_id: str) -> Json | None:
        """Give one object, or None when this account has no such id."""
        row = self._row(account, object_id)
        return None if row is None else json.loads(row["body"])

    def owner(self, object_id: str) -> str | None:
        """Tell which account an object belongs to; ids are unique over all of them."""
        row = self.db.execute("SELECT account FROM objects WHERE id = ?", (object_id,)).fetchone()
        return None if row is None else row["account"]

    def private(self, account: str, object_id: str) -> Json:
        """Give what the sandbox knows about an object and Stripe would never tell."""
        row = self._row(account, object_id)
        return {} if row is None else json.loads(row["private"])

    def place(self, account: str, object_id: str) -> int | None:
        """Give the position of an object in creation order."""
        row = self._row(account, object_id)
        return None if row is None else int(row["seq"])

    def write(self, account: str, body: Json, private: Json | None = None) -> None:
        """Insert or replace an object; keep its private part when none is given."""
        self.db.execute(
            "INSERT INTO objects (account, id, kind, created, body, private)"
            " VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (account, id) DO UPDATE SET body = excluded.body,"
            " private = CASE WHEN ? THEN excluded.private ELSE private END",
            (
                account,
                body["id"],
                body["object"],
                body.get("created") or 0,
                json.dumps(body),
                json.dumps(private or {}),
                private is not None,
            ),
        )

    def remove(self, account: str, object_id: str) -> None:
        """Forget an object."""
        self.db.execute("DELETE FROM objects WHERE account = ? AND id = ?", (account, object_id))

    def search(self, account: str, wanted: Search) -> list[Json]:
        """Newest first (oldest first when looking after a place); at most `limit` objects."""
        clauses, values = _where(account, wanted)
        order = "ASC" if wanted.after_seq is not None else "DESC"
        rows = self.db.execute(
            f"SELECT body FROM objects WHERE {' AND '.join(clauses)}"  # noqa: S608 - fixed words
            f" ORDER BY seq {order} LIMIT ?",
            [*values, wanted.limit],
        )
        return [json.loads(row["body"]) for row in rows]

    def _row(self, account: str, object_id: str) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self.db.execute(
            "SELECT seq, body, private FROM objects WHERE account = ? AND id = ?",
            (account, object_id),
        ).fetchone()
        return row

    # ------------------------------------------------------------------------------ switches
    def setting(self, name: str, default: Any = None) -> Any:
        """Give a remembered switch of the control API."""
        row = self.db.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
        return default if row is None else json.loads(row["value"])

    def remember(self, name: str, value: Any) -> None:
        """Keep a switch over restarts."""
        self.db.execute(
            "INSERT INTO settings (name, value) VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (name, json.dumps(value)),
        )

    def forget_everything(self) -> None:
        """Empty every table."""
        names = self.db.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        ).fetchall()
        with self.transaction():
            for row in names:
                self.db.execute(f"DELETE FROM {row['name']}")  # noqa: S608 - our own tables


def _where(account: str, wanted: Search) -> tuple[list[str], list[Any]]:
    conditions: list[tuple[str, tuple[Any, ...]]] = [
        ("account = ?", (account,)),
        ("kind = ?", (wanted.kind,)),
    ]
    for name, value in wanted.equal.items():
        conditions.append((f"json_extract(body, '$.{name}') = ?", (value,)))
    for bound, moment in wanted.created.items():
        conditions.append((f"created {_BOUNDS[bound]} ?", (moment,)))
    for clause, place in (("seq < ?", wanted.before_seq), ("seq > ?", wanted.after_seq)):
        conditions += [(clause, (place,))] if place is not None else []
    if wanted.types:
        marks = ", ".join("?" * len(wanted.types))
        conditions.append((f"json_extract(body, '$.type') IN ({marks})", wanted.types))
    conditions += [wanted.only] if wanted.only else []
    return [clause for clause, _ in conditions], [v for _, values in conditions for v in values]


_BOUNDS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<=", "": "="}

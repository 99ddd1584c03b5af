"""One request to the API as its handler sees it: a scope, the path's ids and typed parameters."""

from dataclasses import dataclass
from typing import Any

from deploy.sandbox.api.errors import ApiError, invalid, missing
from deploy.sandbox.state.scope import Scope

Fields = dict[str, Any]


def text(fields: Fields, name: str) -> str | None:
    """Read an optional text; an empty one means "unset" on Stripe's wire."""
    value = fields.get(name)
    return value if isinstance(value, str) and value else None


def number(fields: Fields, name: str) -> int | None:
    """Read an optional whole number; raises Stripe's `parameter_invalid_integer`."""
    value = fields.get(name)
    if value is None or value == "":
        return None
    try:
        return int(value)
    except (TypeError, ValueError):
        raise ApiError(
            f"Invalid integer: {value}", code="parameter_invalid_integer", param=name
        ) from None


def flag(fields: Fields, name: str) -> bool:
    """Read an optional boolean; absent is False."""
    return fields.get(name) == "true"


def group(fields: Fields, name: str) -> Fields:
    """Read a nested object; absent is empty."""
    value = fields.get(name)
    return value if isinstance(value, dict) else {}


def items(fields: Fields, name: str) -> list[Any]:
    """Read a list; absent is empty."""
    value = fields.get(name)
    return value if isinstance(value, list) else []


def needed_text(fields: Fields, name: str) -> str:
    """Read a text that must be there."""
    value = text(fields, name)
    if value is None:
        raise missing(name)
    return value


def needed_number(fields: Fields, name: str) -> int:
    """Read a whole number that must be there."""
    value = number(fields, name)
    if value is None:
        raise missing(name)
    return value


METADATA_KEYS_MAX, METADATA_KEY_LENGTH_MAX, METADATA_VALUE_LENGTH_MAX = 50, 40, 500


def merged_metadata(before: Fields | None, sent: Any) -> Fields:
    """Apply sent metadata as Stripe does: an empty value deletes its key, "" deletes all."""
    if sent is None:
        return before or {}
    if not isinstance(sent, dict):
        return {}
    merged = {**(before or {}), **sent}
    kept = {key: str(value) for key, value in merged.items() if value != ""}
    if len(kept) > METADATA_KEYS_MAX:
        raise invalid("metadata", f"Metadata can have at most {METADATA_KEYS_MAX} keys.")
    for key, value in kept.items():
        if len(key) > METADATA_KEY_LENGTH_MAX or len(value) > METADATA_VALUE_LENGTH_MAX:
            raise invalid(
                f"metadata[{key}]",
                f"Metadata keys can have up to {METADATA_KEY_LENGTH_MAX} characters"
                f" and values up to {METADATA_VALUE_LENGTH_MAX}.",
            )
    return kept


@dataclass(frozen=True)
class Call:
    """What a handler gets: whose books, which ids are in the path, what was sent."""

    scope: Scope
    ids: dict[str, str]
    fields: Fields
    path: str

    @property
    def subject(self) -> str:
        """Give the id in the path."""
        return self.ids["id"]

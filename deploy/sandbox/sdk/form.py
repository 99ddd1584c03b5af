"""Stripe's form encoding: `a[b][0]=x` is {"a": {"b": ["x"]}}."""

import re
from typing import Any
from urllib.parse import parse_qsl

_KEY_PARTS = re.compile(r"[^\[\]]+|(?<=\[)(?=\])")


def form_fields(encoded: str) -> dict[str, Any]:
    """Read a request body or query string; every leaf is text, as on the wire."""
    tree: dict[str, Any] = {}
    for key, text in parse_qsl(encoded, keep_blank_values=True):
        *parents, last = _KEY_PARTS.findall(key)
        node = tree
        for part in parents:
            node = _inside(node, part, last)
        node[last or str(len(node))] = text
    return {key: _with_lists(key, value) for key, value in tree.items()}


def _inside(node: dict[str, Any], part: str, last: str) -> dict[str, Any]:
    """Step into `part`; an empty one (`items[][x]`) is the current or the next list item."""
    if not part:
        newest = node.get(str(len(node) - 1))
        part = str(len(node) if newest is None or last in newest else len(node) - 1)
    inner: dict[str, Any] = node.setdefault(part, {})
    return inner


def _with_lists(name: str, value: Any) -> Any:
    """Turn {"0": .., "1": ..} into a list, except in metadata, whose keys may be digits."""
    if not isinstance(value, dict) or name == "metadata":
        return value
    if value and all(key.isdigit() for key in value):
        return [_with_lists("", item) for item in value.values()]
    return {key: _with_lists(key, item) for key, item in value.items()}

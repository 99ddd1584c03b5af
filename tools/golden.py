"""Write down the published shape of every event: shared/contracts/golden/<name>.json.

    python -m tools.golden                write new events, and additions to known ones
    python -m tools.golden --unreleased   write everything anew: only while nothing is released

A published shape may only grow, by fields that have a default: an older release still publishes
without them, and an older reader ignores them. Anything else is a new version of the event. Each
file holds the JSON schema of `data` (without its prose) and one sample as it travels on the bus.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from shared.contracts.catalogue import ALL_EVENTS
from shared.contracts.event import Event
from tools.samples import published

GOLDEN = Path(__file__).resolve().parent.parent / "shared" / "contracts" / "golden"
_PROSE = {"title", "description"}


def shape(contract: type[Event]) -> dict[str, Any]:
    """The JSON schema of the event's data, without titles and descriptions."""
    schema = contract.model_json_schema()
    bare = _without_prose(schema)
    bare["$defs"] = {name: _without_prose(part) for name, part in schema.get("$defs", {}).items()}
    return bare


def document(contract: type[Event]) -> dict[str, Any]:
    """What the golden file of this event says."""
    return {
        "name": contract.name,
        "data": shape(contract),
        "sample": published(contract).model_dump(mode="json"),
    }


def path_of(name: str) -> Path:
    """Where the golden file of this event is."""
    return GOLDEN / f"{name}.json"


def golden(name: str) -> dict[str, Any]:
    """The published shape. Raises FileNotFoundError for an event never written down."""
    kept: dict[str, Any] = json.loads(path_of(name).read_text())
    return kept


def broken_promises(published_shape: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    """What a reader of the published shape may rely on and would no longer find."""
    present = dict(_objects(now))
    for where, before in _objects(published_shape):
        if where in present:
            yield from _broken(where, before, present[where])
        else:
            yield f"{where} is gone"


def _broken(where: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    for field, kind in before["properties"].items():
        if field not in after["properties"]:
            yield f"{where}.{field} is gone"
        elif after["properties"][field] != kind:
            yield f"{where}.{field} has changed"
    for field in set(after.get("required", ())) - set(before.get("required", ())):
        yield f"{where}.{field} is demanded of events published before it existed"


def _objects(schema: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield "data", schema
    yield from schema.get("$defs", {}).items()


def _without_prose(schema: Mapping[str, Any]) -> dict[str, Any]:
    properties = {
        name: {key: value for key, value in kind.items() if key not in _PROSE}
        for name, kind in schema.get("properties", {}).items()
    }
    kept = {key: value for key, value in schema.items() if key not in {*_PROSE, "$defs"}}
    return kept | {"properties": properties}


def _write(contract: type[Event], *, unreleased: bool) -> list[str]:
    path = path_of(contract.name)
    if path.exists() and not unreleased:
        broken = list(broken_promises(golden(contract.name)["data"], shape(contract)))
        if broken:
            return [f"{contract.name}: {what}" for what in broken]
    path.write_text(json.dumps(document(contract), indent=1, ensure_ascii=False) + "\n")
    return []


def main() -> None:
    """Write what is missing; exit with every broken promise."""
    parser = argparse.ArgumentParser(prog="python -m tools.golden")
    parser.add_argument("--unreleased", action="store_true", help="overwrite, nothing is released")
    unreleased = parser.parse_args().unreleased
    GOLDEN.mkdir(exist_ok=True)
    broken = [
        line for contract in ALL_EVENTS.values() for line in _write(contract, unreleased=unreleased)
    ]
    if unreleased:
        for path in GOLDEN.glob("*.json"):
            if path.stem not in ALL_EVENTS:
                path.unlink()
    if broken:
        sys.exit("A published event may not change; give it a new version.\n" + "\n".join(broken))


if __name__ == "__main__":
    main()

"""Write docs/events.md, scenarios.md, rules.md, asyncapi and openapi from the code.

python -m tools.docs            write them
python -m tools.docs --check    fail, naming the files, when they say something else
"""

import argparse
import json
import sys
from pathlib import Path

from shared.contracts.catalogue import OWNERS
from tools.asyncapi import asyncapi
from tools.event_catalogue import catalogue
from tools.openapi import openapi
from tools.promises import RULES, SCENARIOS

DOCS = Path(__file__).resolve().parent.parent / "docs"


def documents() -> dict[Path, str]:
    """File -> what it should say."""
    return {
        DOCS / "events.md": catalogue(),
        DOCS / "scenarios.md": SCENARIOS.document(),
        DOCS / "rules.md": RULES.document(),
        **{
            DOCS / kind / f"{service}.json": json.dumps(of(service), indent=1, ensure_ascii=False)
            + "\n"
            for kind, of in (("asyncapi", asyncapi), ("openapi", openapi))
            for service in OWNERS
        },
    }


def stale() -> list[str]:
    """Files that are missing or say something else than the code."""
    return [
        str(path.relative_to(DOCS.parent))
        for path, text in documents().items()
        if not path.exists() or path.read_text() != text
    ]


def main() -> None:
    """Write or check."""
    parser = argparse.ArgumentParser(prog="python -m tools.docs")
    parser.add_argument("--check", action="store_true", help="write nothing, fail when stale")
    if parser.parse_args().check:
        if found := stale():
            sys.exit(f"stale, run python -m tools.docs: {', '.join(found)}")
        return
    for path, text in documents().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


if __name__ == "__main__":
    main()

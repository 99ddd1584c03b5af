"""Domain rules take everything as arguments: no awaiting, no clock, no dice, no floats.

The import contracts stop modules; this stops what a permitted module can still do.
"""

import ast
from pathlib import Path

import pytest

SERVICES = Path(__file__).parents[2] / "services"
FORBIDDEN_CALLS = {"now", "today", "utcnow", "uuid4", "open", "print", "getenv", "float", "random"}
DOMAIN = sorted(SERVICES.glob("*/domain/**/*.py"))


def test_every_service_has_a_domain():
    assert {path.relative_to(SERVICES).parts[0] for path in DOMAIN} == {
        "billing",
        "notifications",
        "portal",
        "scheduling",
    }


@pytest.mark.parametrize("path", DOMAIN, ids=lambda path: f"{path.parts[-3]}/{path.stem}")
def test_domain_is_pure(path: Path):
    for node in ast.walk(ast.parse(path.read_text())):
        assert not isinstance(node, ast.AsyncFunctionDef | ast.Await), f"{path}:{node.lineno} waits"
        if isinstance(node, ast.Call):
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            assert called not in FORBIDDEN_CALLS, f"{path}:{node.lineno} calls {called}()"
        if isinstance(node, ast.Constant):
            assert not isinstance(node.value, float), f"{path}:{node.lineno} counts in fractions"

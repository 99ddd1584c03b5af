"""The import contracts of pyproject.toml hold, and the two libraries behind a seam stay there."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    path
    for folder in ("services", "shared", "deploy")
    for path in (ROOT / folder).rglob("*.py")
    if "__pycache__" not in path.parts
)
# Library -> the only places that may import it. deploy/sandbox is judged by the SDK's own types.
SEAMS = {
    "motor": ("shared/mongo.py",),
    "stripe": ("services/billing/adapters/", "deploy/sandbox/"),
}


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names


@pytest.mark.parametrize("library", SEAMS)
def test_a_library_stays_behind_its_seam(library: str):
    outside = [
        str(path.relative_to(ROOT))
        for path in SOURCES
        if library in imported(path) and not str(path.relative_to(ROOT)).startswith(SEAMS[library])
    ]
    assert outside == []


def test_the_import_contracts_are_kept():
    command = Path(sys.executable).with_name("lint-imports")
    checked = subprocess.run([command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


def test_nothing_of_the_product_imports_its_tests():
    assert [path for path in SOURCES if "tests" in imported(path)] == []

"""Whoever knows one service knows all of them."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICES = sorted(
    path for path in (ROOT / "services").iterdir() if (path / "pyproject.toml").exists()
)
SHAPE = {
    "README.md",
    "__init__.py",
    "adapters",
    "config.py",
    "domain",
    "entrypoints",
    "main.py",
    "pyproject.toml",
    "usecases",
}
USE_CASES = sorted(
    path
    for service in SERVICES
    for path in (service / "usecases").glob("[a-z]*.py")
    if not path.stem.startswith("ports")
)


def test_there_are_four_services():
    assert [path.name for path in SERVICES] == ["billing", "notifications", "portal", "scheduling"]


@pytest.mark.parametrize("service", SERVICES, ids=lambda path: path.name)
def test_a_service_has_these_nine_entries(service: Path):
    assert {path.name for path in service.iterdir()} - {"__pycache__"} == SHAPE


@pytest.mark.parametrize("path", USE_CASES, ids=lambda path: f"{path.parts[-3]}/{path.stem}")
def test_a_use_case_file_is_named_after_its_function(path: Path):
    functions = [
        node.name
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.AsyncFunctionDef)
    ]
    assert path.stem in functions

"""A distribution declares what it imports: an image holds nothing else."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = {"services", "shared", "deploy"}
DISTRIBUTIONS = packages_distributions()


def modules(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [node.module]
    return []


def third_party(folder: Path) -> dict[str, Path]:
    ours = OURS | sys.stdlib_module_names
    return {
        name.partition(".")[0]: path
        for path in folder.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        for name in modules(node)
        if name.partition(".")[0] not in ours
    }


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[<>=\[;! ]", name)[0]).lower()


def declared(*projects: str) -> set[str]:
    return {
        normal(requirement)
        for project in projects
        for requirement in tomllib.loads((ROOT / project / "pyproject.toml").read_text())[
            "project"
        ]["dependencies"]
    }


def undeclared(folder: str, wanted: set[str]) -> list[str]:
    return sorted(
        f"{name} ({path.relative_to(ROOT)})"
        for name, path in third_party(ROOT / folder).items()
        if not {normal(distribution) for distribution in DISTRIBUTIONS.get(name, [name])} & wanted
    )


# Comes with what is declared, in the version that fits it.
ALONG = {"shared": {"starlette", "aiormq", "pamqp", "bson", "pydantic-core"}}


@pytest.mark.parametrize("service", ["billing", "notifications", "portal", "scheduling"])
def test_a_service_declares_what_it_imports(service: str):
    wanted = declared("shared", f"services/{service}") | ALONG["shared"]
    assert undeclared(f"services/{service}", wanted) == []


def test_shared_declares_what_it_imports():
    assert undeclared("shared", declared("shared") | ALONG["shared"]) == []


@pytest.mark.parametrize("folder", ["deploy/sandbox", "deploy/mongo"])
def test_the_image_of_a_tool_holds_what_it_imports(folder: str):
    lock = "sandbox" if folder == "deploy/sandbox" else "deploy"
    text = (ROOT / f"requirements/{lock}.txt").read_text()
    pinned = {normal(line) for line in text.splitlines() if "==" in line}
    assert undeclared(folder, pinned) == []

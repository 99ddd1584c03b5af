"""A line at which a process may be made to die is there for a test that makes it die."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]


def points() -> list[str]:
    """Every name given to `crash_point` in what ships."""
    calls = (
        node
        for folder in ("services", "shared")
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "crash_point"
    )
    return [call.args[0].value for call in calls if isinstance(call.args[0], ast.Constant)]


def test_every_crash_point_is_armed_by_a_chaos_test_and_has_one_place():
    named = points()
    armed = "".join(path.read_text() for path in (ROOT / "tests/chaos").glob("*.py"))

    assert named
    assert len(named) == len(set(named))
    assert [point for point in named if f'"{point}' not in armed] == []

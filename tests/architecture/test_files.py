"""Facts about the files themselves: their size, their names, what they may not mention."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYTHON = sorted(
    path
    for folder in ("services", "shared", "deploy", "benchmarks", "tools")
    for path in (ROOT / folder).rglob("*.py")
    if "__pycache__" not in path.parts
)
TEMPLATES = sorted(
    path
    for folder in ("services", "shared", "deploy")
    for path in (ROOT / folder).rglob("*.html")
    if path.name not in {"mail.html", "mail_macros.html"} and "mail" not in path.parent.name
)
JUNK_DRAWERS = {"utils", "util", "helpers", "helper", "common", "base", "misc", "lib", "stuff"}


@pytest.mark.parametrize("path", PYTHON, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_fits_in_three_hundred_lines(path: Path):
    assert len(path.read_text().splitlines()) <= 300


def test_no_module_is_a_junk_drawer():
    assert [path for path in PYTHON if path.stem in JUNK_DRAWERS] == []


def test_no_point_is_left_open_in_a_comment():
    marks = re.compile(r"#.*\b(TODO|FIXME|XXX|HACK)\b")
    assert [path for path in PYTHON if marks.search(path.read_text())] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_page_needs_no_exception_from_the_content_policy(path: Path):
    text = path.read_text()
    assert not re.search(r"<[^>]+\sstyle\s*=", text), "inline style"
    assert not re.search(r"<[^>]+\son[a-z]+\s*=", text), "inline handler"
    assert not re.search(r"<script(?![^>]*\ssrc=)", text), "inline script"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_news_never_replaces_the_part_that_waits_for_it(path: Path):
    """A request that waits behind another is dropped when its part is not on the page any more."""
    waiting = re.findall(r"<[^>]*from:body[^>]*>", path.read_text())
    assert [part for part in waiting if 'hx-swap="outerHTML"' in part] == []


@pytest.mark.parametrize(
    "path", sorted((ROOT / "requirements").glob("*.txt")), ids=lambda p: p.name
)
def test_a_lock_holds_hashes_and_no_address(path: Path):
    text = path.read_text()
    assert "://" not in text
    pins = re.findall(r"^[a-z0-9].*==.*$", text, re.MULTILINE | re.IGNORECASE)
    assert pins
    assert all(pin.endswith("\\") for pin in pins), "a pin without its hash"


def test_no_service_prints_a_value_unescaped():
    pages = [path for path in TEMPLATES if path.is_relative_to(ROOT / "services")]
    assert [path for path in pages if "|safe" in path.read_text().replace(" ", "")] == []


def test_what_a_service_needs_is_in_its_lock():
    for project in (ROOT / "services").glob("*/pyproject.toml"):
        wanted = tomllib.loads(project.read_text())["project"]["dependencies"]
        lock = (ROOT / f"requirements/{project.parent.name}.txt").read_text()
        pinned = {line.partition("==")[0].lower() for line in lock.splitlines() if "==" in line}
        for requirement in wanted:
            name = re.split(r"[<>=\[;! ]", requirement)[0]
            assert name == "doorstep-shared" or name in pinned, f"{name}: run `make lock`"

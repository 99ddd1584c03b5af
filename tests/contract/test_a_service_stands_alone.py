"""A service's wheel, with shared's and the pinned requirements, is all that its process needs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICES = ["billing", "notifications", "portal", "scheduling"]
UV = Path(sys.executable).with_name("uv")
# What the folders hold besides Python has to be in the wheel too.
PACKED = {".py", ".html", ".css", ".js", ".svg", ".png", ".woff2", ".typ", ".json"}


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(
        command,
        cwd=cwd,
        env=os.environ | {"VIRTUAL_ENV": "", "PYTHONPATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def wheel(folder: str, into: Path) -> Path:
    run(
        sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", into,
        cwd=ROOT / folder,
    )  # fmt: skip
    name = f"doorstep_{Path(folder).name}"
    (built,) = into.glob(f"{name}-*.whl")
    return built


@pytest.mark.timeout(240)
@pytest.mark.parametrize("service", SERVICES)
def test_a_service_starts_from_its_wheel_without_the_others(service: str, tmp_path: Path):
    shared, own = wheel("shared", tmp_path), wheel(f"services/{service}", tmp_path)
    python = tmp_path / "venv/bin/python"
    run(UV, "venv", "-q", "-p", sys.executable, tmp_path / "venv", cwd=tmp_path)
    requirements = ROOT / f"requirements/{service}.txt"
    run(
        UV,
        "pip",
        "install",
        "-q",
        "-p",
        python,
        "--require-hashes",
        "-r",
        requirements,
        cwd=tmp_path,
    )
    run(UV, "pip", "install", "-q", "-p", python, "--no-deps", shared, own, cwd=tmp_path)

    run(python, "-c", f"import services.{service}.main", cwd=tmp_path)

    site = next((tmp_path / "venv/lib").glob("python*/site-packages"))
    assert [path.name for path in (site / "services").iterdir()] == [service]
    assert missing("shared", site) == set()
    assert missing(f"services/{service}", site) == set()


def missing(folder: str, site: Path) -> set[str]:
    return {
        str(path.relative_to(ROOT))
        for path in (ROOT / folder).rglob("*")
        if path.suffix in PACKED and not (site / path.relative_to(ROOT)).exists()
    }

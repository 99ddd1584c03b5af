import subprocess
import sys

import pytest

PROGRAM = """
from shared.crash_points import crash_point
for step in range(5):
    crash_point("billing.charged-not-recorded")
    print(step, flush=True)
"""


@pytest.fixture
def run(tmp_path):
    log = tmp_path / "crashes"

    def run(points: str | None) -> tuple[int, list[str], list[str]]:
        environment = {} if points is None else {"CRASH_POINTS": points, "CRASH_LOG": str(log)}
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stderr == ""
        return done.returncode, done.stdout.split(), log.read_text().split() if points else []

    log.touch()
    return run


def test_nothing_happens_unless_a_test_has_armed_the_point(run):
    assert run(None) == (0, ["0", "1", "2", "3", "4"], [])
    assert run("another.point:1") == (0, ["0", "1", "2", "3", "4"], [])


def test_the_process_dies_at_the_counted_passing_and_leaves_a_line(run):
    assert run("billing.charged-not-recorded:3") == (
        137,
        ["0", "1"],
        ["billing.charged-not-recorded"],
    )


def test_a_point_that_has_fired_stays_quiet_after_the_restart(run):
    run("billing.charged-not-recorded:1")

    code, steps, _ = run("billing.charged-not-recorded:1")

    assert (code, len(steps)) == (0, 5)


def test_a_point_without_a_count_fires_the_first_time(run):
    assert run("billing.charged-not-recorded")[:2] == (137, [])

"""A benchmark that misses a goal fails; its figure stands beside the bound in any case."""

import pytest

from benchmarks.goals import Goal, verdict


@pytest.mark.parametrize(
    ("measured", "at_least", "met"),
    [(110, False, True), (111, False, False), (0.6, True, True), (0.59, True, False)],
)
def test_a_goal_is_met_on_its_bound_and_missed_beyond(measured, at_least, met):
    bound = 0.6 if at_least else 110
    assert Goal("memory", measured, bound, at_least=at_least).met is met


def test_one_missed_goal_fails_the_run_and_is_named(capsys):
    assert verdict([Goal("memory", 104, 110, " MB")]) == 0
    assert verdict([Goal("memory", 104, 110, " MB"), Goal("memory", 111, 110, " MB")]) == 1
    assert "MISSED  memory: 111 MB (at most 110 MB)" in capsys.readouterr().out

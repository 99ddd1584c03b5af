"""Every promise about money is shown by a test that says so."""

from tools.scenarios import SCENARIOS, shown_by


def test_every_scenario_has_a_test():
    assert sorted(SCENARIOS.keys() - shown_by().keys()) == []


def test_a_test_names_only_scenarios_that_exist():
    assert sorted(shown_by().keys() - SCENARIOS.keys()) == []

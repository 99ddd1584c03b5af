"""Every promise is shown by a test that says so."""

import pytest

from tools.promises import RULES, SCENARIOS


@pytest.mark.parametrize("promises", [SCENARIOS, RULES], ids=["scenarios", "rules"])
def test_every_promise_has_a_test(promises):
    assert sorted(promises.numbers - promises.shown_by.keys()) == []


@pytest.mark.parametrize("promises", [SCENARIOS, RULES], ids=["scenarios", "rules"])
def test_a_test_names_only_what_is_promised(promises):
    assert sorted(promises.shown_by.keys() - promises.numbers) == []


def test_a_rule_is_shown_on_a_running_product():
    product = ("integration/", "e2e/", "chaos/")
    elsewhere = {
        test for tests in RULES.shown_by.values() for test in tests if not test.startswith(product)
    }
    assert elsewhere == set()

"""Scheduling dies around the transaction that books a visit: the visit is there once."""

from datetime import timedelta
from uuid import uuid4

import pytest

from deploy.demo.office import eventually
from tests.chaos.load import persistently
from tests.support.accounts import open_account, today
from tests.support.product import Company
from tests.support.stack import Stack


@pytest.mark.timeout(300)
@pytest.mark.parametrize("point", ["scheduling.not-committed:2", "scheduling.visit-scheduled:1"])
def test_a_visit_is_booked_once_whatever_line_dies(
    stack: Stack, company: Company, point: str
) -> None:
    account = open_account(company, sites=1)
    stack.arm("scheduling", point)
    first_on, key = today() + timedelta(days=1), uuid4().hex
    persistently(lambda: account.every("weekly", first_on, key=key))
    eventually(lambda: stack.crashes("scheduling"), "the service dies", within=90)

    def visits() -> list[str]:
        rows = persistently(account.inspections)
        return sorted(row["starts_at"] for row in rows)

    eventually(lambda: len(visits()) >= 2, "the visits are there", within=90)
    assert len(visits()) == 2
    numbers = sorted(int(row["number"].rpartition("-")[2]) for row in account.inspections())
    assert numbers == [3101, 3102], "a number that was lost was given again"
    assert stack.crashes("scheduling") == [point.partition(":")[0]]

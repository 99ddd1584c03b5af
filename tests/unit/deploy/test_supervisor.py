"""Whatever ends is started again, and one that keeps ending delays nobody else."""

import time

import pytest

from deploy.local.process import Process, Spec
from deploy.local.supervisor import Watch, Watched

ENDS_AT_ONCE = ("/bin/true",)
STAYS = ("/bin/sleep", "60")
A_LONG_PAUSE = 25.0


@pytest.fixture
def process(tmp_path):
    made = []

    def start(name, command):
        one = Process(tmp_path, name)
        one.start(Spec(name, command, {"PATH": ""}, stop_seconds=5))
        made.append(one)
        return one

    yield start
    for one in made:
        one.kill()


def until(watching, condition, within=10.0):
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline
        watching.step()


def test_what_was_killed_is_started_again(process):
    steady = process("steady", STAYS)
    first = steady.pid
    watching = Watch([Watched(steady, pause=0.1)])
    steady.kill()
    until(watching, lambda: steady.pid not in {None, first})


def test_one_that_keeps_ending_delays_nobody_else(process):
    flapping, steady = process("flapping", ENDS_AT_ONCE), process("steady", STAYS)
    first = steady.pid
    watching = Watch([Watched(flapping, pause=A_LONG_PAUSE), Watched(steady, pause=0.1)])
    began = time.monotonic()
    until(watching, lambda: flapping.pid is None)
    steady.kill()
    until(watching, lambda: steady.pid not in {None, first})
    assert time.monotonic() - began < A_LONG_PAUSE / 2


def test_one_that_keeps_ending_is_started_ever_more_rarely(process):
    watched = Watched(process("flapping", ENDS_AT_ONCE), pause=0.05)
    watching = Watch([watched])
    began = time.monotonic()
    until(watching, lambda: watched.pause >= 0.4)
    assert time.monotonic() - began >= 0.05 + 0.1


def test_one_that_ran_steadily_is_started_again_without_a_long_pause(process):
    long_ago = time.monotonic() - 3600
    watched = Watched(process("steady", STAYS), pause=A_LONG_PAUSE, started=long_ago)
    watched.ended()
    assert watched.due - time.monotonic() <= 1.0

"""`make up`, `status` and `make down` as a newcomer meets them: what is printed is true."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pymongo import MongoClient

from deploy.demo import account, company
from deploy.demo.office import Office
from deploy.environment import mongo_url
from deploy.local import given
from deploy.local.ports import free_ports, is_taken
from deploy.local.programs import ROOT
from deploy.local.stack import ALL, LocalStack
from deploy.local.supervisor import NAME as SUPERVISOR
from deploy.product import OPERATOR, Ports
from tests.support.left_behind import watch
from tests.support.visitor import Visitor

UP_SECONDS = 150
AGAIN_SECONDS = 30
"""Also on a busy machine: nothing is to be started, only looked at."""
PROMISED = {
    "Staff console": "Sign in",
    "A client's link": company.BOOKINGS[0].street,
    "A paid client": "Juniper Ave",
    "A payer's link": "Radon test",
    "An account": "Email",
    "The inbox": "ellen@example.com",
}
"""The links, and what the page behind each must say."""


@dataclass(frozen=True)
class Installation:
    """A checkout of one's own: its state and its ports are nobody else's."""

    directory: Path
    ports: Ports

    def make(self, command: str, within: float = UP_SECONDS) -> "subprocess.CompletedProcess[str]":
        """What `make COMMAND` runs; it must succeed in time."""
        pairs = (f"{name}={port}" for name, port in self.ports.as_dict().items())
        backing_of_our_own = {given.MONGO: "", given.RABBITMQ: ""}
        done = subprocess.run(
            [sys.executable, "-m", "deploy.local", command, "--state", self.directory],
            cwd=ROOT,
            env=os.environ
            | backing_of_our_own
            | {"DOORSTEP_BACKEND": "processes", "DOORSTEP_PORTS": ",".join(pairs)},
            capture_output=True,
            text=True,
            check=False,
            timeout=within,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done

    def running(self) -> dict[str, int]:
        """What `status` says runs, and as which process."""
        told = self.make("status").stdout
        return {
            name: int(pid)
            for name, pid in re.findall(r"^(\w+) +running +pid (\d+)", told, re.MULTILINE)
        }

    def stored_companies(self) -> list[str]:
        """The companies in the data, read with nothing but the database running."""
        stack = LocalStack(self.directory)
        password = stack.secrets.mongo_passwords[OPERATOR]
        stack.start_parts(("mongo",))
        with MongoClient(mongo_url(OPERATOR, password, stack.addresses.mongo)) as mongo:
            return [row["name"] for row in mongo.scheduling.companies.find()]


@pytest.fixture
def installation() -> Iterator[Installation]:
    """A fresh one; whatever still runs in it at the end is stopped."""
    with tempfile.TemporaryDirectory(prefix="doorstep-test-", ignore_cleanup_errors=True) as name:
        watch(Path(name))
        fresh = Installation(Path(name), free_ports())
        try:
            yield fresh
        finally:
            fresh.make("down")


def links(printed: str) -> dict[str, str]:
    """Label -> address."""
    return dict(re.findall(r"^  (\S.*?) {2,}(http\S+)$", printed, re.MULTILINE))


def sign_in(public: str, email: str, password: str) -> tuple[str, list[str]]:
    """The page a browser lands on, and the inspections booked by somebody.

    The schedule fills itself with the visits of recurring services whenever it is their time.
    """
    with Visitor(public) as visitor, Office(public, email, password) as office:
        form = visitor.open("/").form("Sign in")
        landed = visitor.submit(form, email=email, password=password)
        listed = office.sign_in().get("scheduling/v1/inspections")
        booked = (item for item in listed["items"] if not item["recurring_id"])
        return landed.text, [item["inspection_id"] for item in booked]


def alive(sessions: set[int]) -> list[str]:
    """The processes of these sessions: what was started, and all that it has started itself."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = stat.read_text()
        except OSError:  # it has ended just now
            continue
        state, _, _, session = words.rpartition(")")[2].split()[:4]
        if int(session) in sessions and state not in "ZX":
            found.append(words.partition(")")[0])
    return found


@pytest.mark.timeout(300)
def test_up_prints_what_works_and_down_ends_it_and_keeps_the_data(
    installation: Installation,
) -> None:
    printed = installation.make("up").stdout
    offered = links(printed)
    assert offered.keys() == PROMISED.keys()
    for label, words in PROMISED.items():
        with Visitor("") as newcomer:
            page = newcomer.open(offered[label])
        assert (page.status, words in page.text) == (200, True), f"{label}: {page.text}"
    assert account.SIGN_IN_EMAIL in printed

    email, password = re.search(r"(\S+@\S+)  /  (.+)", printed).groups()
    public = offered["Staff console"].rstrip("/")
    desk, inspections = sign_in(public, email, password)
    assert company.NAME in desk
    assert len(inspections) >= len(company.BOOKINGS)

    running = installation.running()
    assert set(running) == {*ALL, SUPERVISOR}
    again = installation.make("up", within=AGAIN_SECONDS)
    assert again.stdout == printed
    assert "starting" not in again.stderr
    assert installation.running() == running
    assert sign_in(public, email, password)[1] == inspections

    sessions = set(running.values())
    assert len(alive(sessions)) >= len(running)
    installation.make("down")
    assert alive(sessions) == []
    assert installation.running() == {}
    assert not [port for port in installation.ports.as_dict().values() if is_taken(port)]
    assert installation.stored_companies() == [company.NAME]

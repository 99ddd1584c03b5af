"""Where the benchmarks run: a broker and a database of their own, and the measured processes."""

import asyncio
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import aio_pika
from pymongo import MongoClient

from benchmarks.goals import Goal
from deploy.environment import mongo_url, rabbit_url
from deploy.local.stack import LocalStack
from deploy.product import OPERATOR, SERVICES

RESULTS = Path(__file__).parent / "results"
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Stand:
    stack: LocalStack

    def mongo_url(self, user: str) -> str:
        password = self.stack.secrets.mongo_passwords[user]
        return mongo_url(user, password, self.stack.addresses.mongo)

    def rabbit_url(self, user: str) -> str:
        password = self.stack.secrets.rabbitmq_passwords[user]
        return rabbit_url(user, password, self.stack.addresses.rabbitmq)

    def clean(self) -> None:
        """Empty databases and no queues of services."""
        with MongoClient(self.mongo_url(OPERATOR)) as client:
            for service in SERVICES:
                for name in client[service].list_collection_names():
                    client[service].drop_collection(name)
        asyncio.run(self._delete_queues())

    async def _delete_queues(self) -> None:
        connection = await aio_pika.connect(self.rabbit_url(OPERATOR))
        async with connection:
            channel = await connection.channel()
            shelves = ("events", "dead", "parked", "bare", *_retries())
            for service in SERVICES:
                for shelf in shelves:
                    await channel.queue_delete(f"{service}.{shelf}")

    def cpu_seconds(self, part: str) -> float:
        """User and system time of a part and the processes it has started."""
        return self.cpu_seconds_of(self.stack.process(part).pid or 0)

    @staticmethod
    def cpu_seconds_of(pid: int) -> float:
        """The same for any process."""
        return sum(_cpu_seconds(one) for one in _family(pid))


def _retries() -> tuple[str, ...]:
    return tuple(f"events.retry.{delay}s" for delay in (5, 60, 600))


@contextmanager
def backing() -> Iterator[Stand]:
    """Only the broker and the database."""
    with tempfile.TemporaryDirectory(prefix="doorstep-bench-", ignore_cleanup_errors=True) as name:
        stack = LocalStack(Path(name))
        try:
            stack.start_backing()
            yield Stand(stack)
        finally:
            stack.stop_all()


class Worker:
    """One measured process; it says `ready`, works when told `go`, and reports when it is done."""

    def __init__(self, job: str, **arguments: object) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.workers", job, json.dumps(arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._read() == {"ready": True}

    def go(self) -> None:
        self._process.stdin.write("go\n")
        self._process.stdin.flush()

    def report(self) -> dict:
        """`began` and `ended` on the clock all processes share, and the CPU seconds between."""
        report = self._read()
        self._process.stdin.close()
        self._process.wait(30)
        return report

    def _read(self) -> dict:
        line = self._process.stdout.readline()
        assert line, "the worker has died"
        return json.loads(line)


def machine() -> dict:
    """What the numbers were measured on."""
    cpu = next(
        line.split(":")[1].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    )
    memory = int(Path("/proc/meminfo").read_text().split()[1]) // 1024
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cpu": cpu,
        "cores": os.cpu_count(),
        "memory_mb": memory,
        "python": platform.python_version(),
        "load_before": os.getloadavg()[0],
    }


def keep(name: str, result: dict, goals: Sequence[Goal] = ()) -> None:
    """Write it to benchmarks/results, each goal with what was measured."""
    RESULTS.mkdir(exist_ok=True)
    kept = {**result, "goals": [goal.told() for goal in goals]}
    text = json.dumps(kept, indent=1, ensure_ascii=False) + "\n"
    (RESULTS / f"{name}.json").write_text(text)
    print(text)


def _family(pid: int) -> Iterator[int]:
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            yield from _family(int(child))


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND

"""What a piece of work costs: time, CPU of both sides, and how much the database had to look at.

Index keys and documents are the same on a busy machine, and CPU nearly so; the time is not.
"""

import resource
import time
from collections.abc import Awaitable, Callable, Sequence
from statistics import median

from benchmarks.stand import Stand
from shared.mongo import Store

Ask = Callable[[], Awaitable[object]]


async def cost(
    stand: Stand, store: Store, asks: Sequence[Ask], *, units: int = 1
) -> dict[str, float]:
    """Of one unit, of which each ask does `units`; `p50_ms` is of a whole ask.

    The first ask is not counted.
    """
    first, *counted = asks
    await first()
    looked, theirs, ours = await _looked_at(store), stand.cpu_seconds("mongo"), _cpu_seconds()
    times = []
    for ask in counted:
        began = time.perf_counter()
        await ask()
        times.append((time.perf_counter() - began) * 1_000)
    ours, theirs = _cpu_seconds() - ours, stand.cpu_seconds("mongo") - theirs
    keys, documents = (
        after - before for before, after in zip(looked, await _looked_at(store), strict=True)
    )
    done = len(counted) * units
    return {
        "p50_ms": round(median(times), 1),
        "cpu_us": round(ours * 1e6 / done),
        "mongo_cpu_us": round(theirs * 1e6 / done),
        "keys": round(keys / done, 1),
        "documents": round(documents / done, 1),
    }


def growth(smaller: dict[str, float], larger: dict[str, float]) -> dict[str, float]:
    """How many times as much the larger one costs."""
    return {key: round(larger[key] / max(smaller[key], 1e-9), 2) for key in smaller}


def most_read(ratio: dict[str, float]) -> float:
    """The larger of the growths of keys and documents."""
    return max(ratio["keys"], ratio["documents"])


def _cpu_seconds() -> float:
    """Of this process and of those it has started and waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


async def _looked_at(store: Store) -> tuple[int, int]:
    status = await store["any"].database.command("serverStatus")
    executor = status["metrics"]["queryExecutor"]
    return executor["scanned"], executor["scannedObjects"]

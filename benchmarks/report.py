"""Write the figures of benchmarks/results into benchmarks/README.md."""

import json
from collections.abc import Iterator
from pathlib import Path

from benchmarks.stand import RESULTS

README = Path(__file__).parent / "README.md"
MARK = "<!-- figures -->"
NAMES = ("events", "client_page", "services", "release", "accounts", "billing")


def main() -> None:
    """Replace everything behind the mark."""
    text = README.read_text().split(MARK)[0]
    figures = "\n".join(_figures())
    README.write_text(f"{text}{MARK}\n\n{figures}\n")


def _figures() -> Iterator[str]:
    kept = {name: json.loads((RESULTS / f"{name}.json").read_text()) for name in NAMES}
    yield from _machine(kept)
    yield from _goals(kept)
    yield from _of_events(kept["events"])
    yield from _of_page(kept["client_page"])
    yield from _of_services(kept["services"])
    yield from _of_release(kept["release"])
    yield from _of_accounts(kept["accounts"])
    yield from _of_billing(kept["billing"])


def _table(*heads: str) -> Iterator[str]:
    yield ""
    yield _row(*heads)
    yield "|---" * len(heads) + "|"


def _row(*cells: object) -> str:
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def _machine(kept: dict) -> Iterator[str]:
    machine = kept["events"]["machine"]
    loads = [one["machine"]["load_before"] for one in kept.values()]
    yield (
        f"Measured {machine['measured_at'][:10]} on {machine['cores']} cores "
        f"({machine['cpu']}), {machine['memory_mb'] // 1024} GB, Python {machine['python']}, "
        f"load before the runs {min(loads):.1f} to {max(loads):.1f} (above {machine['cores']} the "
        "machine was busy with other work: trust ratios and CPU times, and repeat it on a quiet "
        "one)."
    )


def _goals(kept: dict) -> Iterator[str]:
    goals = [goal for one in kept.values() for goal in one["goals"]]
    missed = [goal for goal in goals if not goal["met"]]
    yield ""
    yield f"Of {len(goals)} goals {len(goals) - len(missed)} are met, {len(missed)} missed."
    yield from _table("goal", "measured", "bound", "")
    for goal in goals:
        word = "met" if goal["met"] else "**missed**"
        yield _row(goal["what"], goal["measured"], goal["goal"], word)


def _of_events(events: dict) -> Iterator[str]:
    yield from _table("events", "per second", "sender", "receiver", "MongoDB", "RabbitMQ")
    parts = ("sender", "receiver", "mongo", "rabbitmq")
    for name, way in events.items():
        if isinstance(way, dict) and "cpu_us_per_event" in way:
            cpu = way["cpu_us_per_event"]
            cells = (f"{cpu[part]:.0f} µs" if cpu.get(part) else "" for part in parts)
            yield _row(name, f"{way['events_per_second']:.0f}", *cells)
    yield ""
    yield (
        f"By CPU time of all four parts the bare loop takes {events['cpu_ratio_to_bare']} of what "
        "the product takes."
    )


def _of_page(page: dict) -> Iterator[str]:
    yield from _table("page", "requests/s", "p50", "p99", "CPU per request")
    for name in ("client page", "bare page"):
        p = page[name]
        times = (f"{p['p50_ms']} ms", f"{p['p99_ms']} ms", f"{p['cpu_us_per_request']:.0f} µs")
        yield _row(name, p["requests_per_second"], *times)


def _of_services(services: dict) -> Iterator[str]:
    yield from _table("service", "ready after", "CPU until then", "memory")
    for name, found in services["services"].items():
        seconds = (f"{found['ready_seconds']} s", f"{found['cpu_seconds']} s")
        yield _row(name, *seconds, f"{found['memory_mb']} MB")


def _of_release(release: dict) -> Iterator[str]:
    yield ""
    yield (
        f"From the charged card to the open report, by the webhook alone: "
        f"{release['p50_seconds']} s (median of {release['payments']}), "
        f"slowest {release['slowest_seconds']} s."
    )


def _of_accounts(accounts: dict) -> Iterator[str]:
    yield from _table("one page of an account", "invoices", "p50", "CPU", "MongoDB", "read")
    yield from _costs(accounts["pages"], "ms")


def _of_billing(billing: dict) -> Iterator[str]:
    yield from _table("per invoice", "in the database", "p50 of all", "CPU", "MongoDB", "read")
    yield from _costs(billing["per unit"], "µs")


def _costs(found: dict, unit: str) -> Iterator[str]:
    """Each work at each size; CPU in milliseconds or microseconds."""
    per = 1_000 if unit == "ms" else 1
    for name in next(iter(found.values())):
        for size, costs in found.items():
            c = costs[name]
            cpu = (f"{c[part] / per:g} {unit}" for part in ("cpu_us", "mongo_cpu_us"))
            read = f"{c['keys']:g} keys, {c['documents']:g} documents"
            yield _row(name, size, f"{c['p50_ms']} ms", *cpu, read)


if __name__ == "__main__":
    main()

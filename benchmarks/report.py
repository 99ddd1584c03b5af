"""Write the figures of benchmarks/results into benchmarks/README.md."""

import json
from collections.abc import Iterator
from pathlib import Path

from benchmarks.stand import RESULTS

README = Path(__file__).parent / "README.md"
MARK = "<!-- figures -->"


def main() -> None:
    """Replace everything behind the mark."""
    text = README.read_text().split(MARK)[0]
    figures = "\n".join(_figures())
    README.write_text(f"{text}{MARK}\n\n{figures}\n")


def _figures() -> Iterator[str]:
    events, page, services, release = (
        json.loads((RESULTS / f"{name}.json").read_text())
        for name in ("events", "client_page", "services", "release")
    )
    machine = events["machine"]
    yield (
        f"Measured {machine['measured_at'][:10]} on {machine['cores']} cores "
        f"({machine['cpu']}), {machine['memory_mb'] // 1024} GB, Python {machine['python']}, "
        f"load before the run {machine['load_before']:.1f} (above {machine['cores']} the machine "
        "was busy with other work: trust ratios and CPU times, and repeat it on a quiet one)."
    )
    yield from ("", "| events | per second | sender | receiver | MongoDB | RabbitMQ |")
    yield "|---|---|---|---|---|---|"
    for name in ("product", "bare aio-pika", "one transaction per event"):
        cpu = events[name]["cpu_us_per_event"]
        parts = " | ".join(
            f"{cpu[part]:.0f} µs" for part in ("sender", "receiver", "mongo", "rabbitmq")
        )
        yield f"| {name} | {events[name]['events_per_second']:.0f} | {parts} |"
    bare, singly = events["of the bare loop"], events["of one by one"]
    yield ""
    yield (
        f"Product to bare loop: {bare['ratio']} (goal {bare['goal']}); by CPU time of all four "
        f"parts {bare['cpu_ratio']}. "
        f"Product to one transaction per event: {singly['ratio']} (goal {singly['goal']})."
    )
    yield from ("", "| page | requests/s | p50 | p99 | CPU per request |", "|---|---|---|---|---|")
    for name in ("client page", "bare page"):
        p = page[name]
        yield (
            f"| {name} | {p['requests_per_second']} | {p['p50_ms']} ms | {p['p99_ms']} ms "
            f"| {p['cpu_us_per_request']} µs |"
        )
    yield from ("", "| service | ready after | CPU until then | memory |", "|---|---|---|---|")
    for name, figures in services["services"].items():
        yield (
            f"| {name} | {figures['ready_seconds']} s | {figures['cpu_seconds']} s "
            f"| {figures['memory_mb']} MB |"
        )
    yield ""
    yield (
        f"From the charged card to the open report, by the webhook alone: "
        f"{release['p50_seconds']} s (median of {release['payments']}), "
        f"slowest {release['slowest_seconds']} s."
    )
    yield from _of_accounts(json.loads((RESULTS / "accounts.json").read_text()))


def _of_accounts(accounts: dict) -> Iterator[str]:
    pages = list(accounts["growth"])
    yield from ("", f"| invoices; p50, keys and documents read | {' | '.join(pages)} |")
    yield "|---" * (len(pages) + 1) + "|"
    for size, found in accounts["pages"].items():
        cells = (
            f"{p['p50_ms']} ms, {p['keys']} keys, {p['documents']} documents"
            for p in (found[page] for page in pages)
        )
        yield f"| {size} | {' | '.join(cells)} |"
    grown = ", ".join(
        f"{page} {ratio['keys']} by keys read, {ratio['p50_ms']} by time"
        for page, ratio in accounts["growth"].items()
    )
    yield ""
    yield (
        f"From 10,000 to 1,000,000 invoices in the database: {grown} "
        f"(goal {accounts['goal']} by keys; the times are of a machine whose load was "
        f"{accounts['machine']['load_before']:.1f} before the run)."
    )


if __name__ == "__main__":
    main()

"""From a commit in scheduling's outbox to the committed view of the portal, beside a bare loop.

Three ways, one after the other, several rounds, medians: the product; aio-pika alone, publishing
the same bytes, writing them a hundred at a time and acknowledging; and the product with one
transaction per event. Ratios are taken within a round, where the machine is the same for all.

The product's clock and CPU include the commits, of a hundred events each, as the bare loop writes.
What a commit of one event alone costs, as most requests make it, stands in a row of its own.
"""

from statistics import median

from benchmarks.goals import Goal
from benchmarks.stand import Stand, Worker, backing, keep, machine

ROUNDS = 3
EVENTS = 3_000
EVENTS_ONE_BY_ONE = 300
BATCH = 100
OF_BARE = 0.6
OF_ONE_BY_ONE = 3.0


def product(stand: Stand, count: int, batch_max: int) -> dict:
    """The relay of scheduling and the projector of the portal."""
    stand.clean()
    portal = Worker(
        "project",
        mongo_url=stand.mongo_url("portal"),
        rabbit_url=stand.rabbit_url("portal"),
        count=count,
        batch_max=batch_max,
    )
    scheduling = Worker(
        "relay",
        mongo_url=stand.mongo_url("scheduling"),
        rabbit_url=stand.rabbit_url("scheduling"),
        count=count,
    )
    return timed(stand, scheduling, portal, count)


def bare(stand: Stand, count: int) -> dict:
    """The same bytes without any of our code."""
    stand.clean()
    consumer = Worker(
        "consume",
        mongo_url=stand.mongo_url("portal"),
        rabbit_url=stand.rabbit_url("portal"),
        count=count,
    )
    publisher = Worker("publish", rabbit_url=stand.rabbit_url("scheduling"), count=count)
    return timed(stand, publisher, consumer, count)


def committed(stand: Stand, count: int) -> dict:
    """The owner's side alone: a transaction for each event, several at once, and no relay."""
    stand.clean()
    owner = Worker("commit", mongo_url=stand.mongo_url("scheduling"), count=count)
    before = stand.cpu_seconds("mongo")
    owner.go()
    told = owner.report()
    cpu = {"mongo": stand.cpu_seconds("mongo") - before, "rabbitmq": 0, "sender": told["cpu"]}
    return {
        "events_per_second": round(count / (told["ended"] - told["began"])),
        "cpu_us_per_event": {part: round(s * 1e6 / count) for part, s in cpu.items()},
    }


def timed(stand: Stand, sender: Worker, receiver: Worker, count: int) -> dict:
    """Events per second from the sender's start to the receiver's end; CPU of everybody."""
    before = {part: stand.cpu_seconds(part) for part in ("mongo", "rabbitmq")}
    receiver.go()
    sender.go()
    received, sent = receiver.report(), sender.report()
    cpu = {part: stand.cpu_seconds(part) - seconds for part, seconds in before.items()}
    cpu |= {"sender": sent["cpu"], "receiver": received["cpu"]}
    return {
        "events_per_second": round(count / (received["ended"] - sent["began"])),
        "cpu_us_per_event": {part: round(s * 1e6 / count) for part, s in cpu.items()},
    }


def middle(rounds: list[dict]) -> dict:
    parts = rounds[0]["cpu_us_per_event"]
    return {
        "events_per_second": median(r["events_per_second"] for r in rounds),
        "events_per_second_rounds": [r["events_per_second"] for r in rounds],
        "cpu_us_per_event": {
            part: median(r["cpu_us_per_event"][part] for r in rounds) for part in parts
        },
    }


def main() -> list[Goal]:
    described = machine()
    with backing() as stand:
        bare(stand, 500)  # warm the servers up
        rounds = [
            (
                product(stand, EVENTS, BATCH),
                bare(stand, EVENTS),
                product(stand, EVENTS_ONE_BY_ONE, 1),
                committed(stand, EVENTS_ONE_BY_ONE),
            )
            for _ in range(ROUNDS)
        ]
    ours, alone, singly, commits = (middle(list(runs)) for runs in zip(*rounds, strict=True))
    of_bare = median(a["events_per_second"] / b["events_per_second"] for a, b, *_ in rounds)
    of_singly = median(a["events_per_second"] / c["events_per_second"] for a, _, c, _ in rounds)
    cpu = [sum(way["cpu_us_per_event"].values()) for way in (alone, ours)]
    result = {
        "machine": described,
        "product": ours,
        "bare aio-pika": alone,
        "one transaction per event": singly,
        "commit of one event alone": commits,
        "cpu_ratio_to_bare": round(cpu[0] / cpu[1], 2),
    }
    goals = [
        Goal("events a second to the bare loop's", round(of_bare, 2), OF_BARE, at_least=True),
        Goal(
            "events a second to those of one transaction per event",
            round(of_singly, 1),
            OF_ONE_BY_ONE,
            at_least=True,
        ),
    ]
    keep("events", result, goals)
    return goals

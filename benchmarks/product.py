"""The whole product: start and memory of each service, the client's page, the money's way."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks.fetching import fetch
from benchmarks.goals import Goal
from benchmarks.stand import Stand, keep, machine
from deploy.local.ports import free_ports
from deploy.product import SERVICES
from tests.support.probes import answers
from tests.support.process_stack import ProcessStack, process_stack
from tests.support.product import Booking, Company, open_company
from tests.support.stack import PARTS

READY_SECONDS, MEMORY_MB = 3.0, 110
STARTS = 3
CPU_OF_BARE, P99_OF_BARE, QUERIES = 1.5, 2.0, 3
"""The client's page beside the bare one."""
AS_INSTALLED = Path(__file__).parent / "as_installed"
REQUESTS = 600
AT_ONCE = 8
ROUNDS = 3
PAYMENTS = 7


def services(stack: ProcessStack) -> dict:
    """Seconds from the start to ready, beside a running broker and database; memory afterwards.

    Without what a service does not bring itself: this environment has the linters' packages too.
    """
    return {name: _quickest([_start(stack, name) for _ in range(STARTS)]) for name in SERVICES}


def _start(stack: ProcessStack, name: str) -> dict:
    stack.stop(name)
    began = time.monotonic()
    stack.local.start(name, PYTHONPATH=str(AS_INSTALLED))
    stack.start(name)
    pid = stack.local.process(name).pid
    return {
        "ready_seconds": round(time.monotonic() - began, 2),
        "cpu_seconds": round(Stand.cpu_seconds_of(pid), 2),
        "memory_mb": _memory_mb(pid),
    }


def _quickest(starts: list[dict]) -> dict:
    """The start that other work has disturbed least, with the memory of the largest."""
    quickest = min(starts, key=lambda one: one["ready_seconds"])
    return quickest | {"memory_mb": max(one["memory_mb"] for one in starts)}


def _memory_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    kilobytes = next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))
    return round(kilobytes / 1024, 1)


def client_page(stack: ProcessStack, booking: Booking) -> dict:
    """The client's page beside the bare template; CPU of the answering process per request."""
    client = booking.client()
    path = client.home.removeprefix(stack.gateway)
    cookies = {cookie.name: cookie.value for cookie in client.browser.http.cookies.jar}
    portal = stack.local.process("portal")
    port = free_ports().portal
    cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
    bare = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.bare_page", str(port), path, cookie],
        env=portal.spec().environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        queries = int(bare.stdout.readline())
        while not answers(f"http://127.0.0.1:{port}{path}"):
            assert bare.poll() is None
            time.sleep(0.1)
        rounds = [
            (
                _measured(f"{stack.services['portal']}{path}", cookies, portal.pid),
                _measured(f"http://127.0.0.1:{port}{path}", cookies, bare.pid),
            )
            for _ in range(ROUNDS)
        ]
    finally:
        bare.terminate()
        bare.communicate(timeout=10)
    ours, alone = (_middle(list(runs)) for runs in zip(*rounds, strict=True))
    return {
        "at_once": AT_ONCE,
        "queries": queries,
        "client page": ours,
        "bare page": alone,
        "of the bare page": {key: round(ours[key] / alone[key], 2) for key in ours},
    }


def _measured(url: str, cookies: dict[str, str], pid: int) -> dict:
    fetch(url, cookies, count=50, at_once=2)
    before = Stand.cpu_seconds_of(pid)
    result = fetch(url, cookies, count=REQUESTS, at_once=AT_ONCE)
    spent = Stand.cpu_seconds_of(pid) - before
    return result | {"cpu_us_per_request": round(spent * 1e6 / REQUESTS)}


def _middle(rounds: list[dict]) -> dict:
    return {key: median(r[key] for r in rounds) for key in rounds[0]}


def release(company: Company) -> dict:
    """From the moment a card is charged to the open report, by the webhook alone."""
    seconds = sorted(_until_released(company) for _ in range(PAYMENTS))
    return {
        "payments": PAYMENTS,
        "p50_seconds": round(median(seconds), 2),
        "slowest_seconds": round(seconds[-1], 2),
    }


def _until_released(company: Company) -> float:
    booking = company.book()
    booking.publish()
    client = booking.client()
    client.wait("Payment due")
    page = client.checkout()
    began = time.monotonic()
    # The browser does not come back, so nothing but the webhook tells billing.
    client.browser.submit(page.form("Pay"), follow=False, number="4242 4242 4242 4242")
    while "Report unlocked" not in client.reload().text:
        assert time.monotonic() - began < 30, client.page.text
    return time.monotonic() - began


def main() -> list[Goal]:
    described = machine()
    directory = tempfile.TemporaryDirectory(prefix="doorstep-bench-", ignore_cleanup_errors=True)
    with directory as name, process_stack(Path(name), PARTS) as stack:
        started = services(stack)
        of_services = list(_of_services(started))
        keep("services", {"machine": described, "services": started}, of_services)
        company = open_company(stack)
        try:
            page = client_page(stack, company.book())
            of_page = _of_page(page)
            keep("client_page", {"machine": described, **page}, of_page)
            keep("release", {"machine": described, **release(company)})
        finally:
            company.close()
    return [*of_services, *of_page]


def _of_services(started: dict) -> Iterator[Goal]:
    for name, found in started.items():
        yield Goal(f"{name} ready after", found["ready_seconds"], READY_SECONDS, " s")
        yield Goal(f"{name}, memory", found["memory_mb"], MEMORY_MB, " MB")


def _of_page(page: dict) -> list[Goal]:
    ratio = page["of the bare page"]
    return [
        Goal("client page, CPU to the bare page's", ratio["cpu_us_per_request"], CPU_OF_BARE),
        Goal("client page, p99 to the bare page's", ratio["p99_ms"], P99_OF_BARE),
        Goal("client page, queries", page["queries"], QUERIES),
    ]

"""Billing loads what it uses: memory is paid for by every process."""

import subprocess
import sys

LOADED = "import services.billing.main, sys; print(*sys.modules)"


def test_the_client_for_blocking_calls_is_not_loaded():
    done = subprocess.run(
        [sys.executable, "-c", LOADED], capture_output=True, text=True, check=True
    )
    loaded = done.stdout.split()
    assert {"stripe", "httpx"} <= set(loaded)
    assert "requests" not in loaded


def test_it_can_still_be_loaded_by_others():
    done = subprocess.run(
        [sys.executable, "-c", "import services.billing.main, requests; print(requests.__name__)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "requests"

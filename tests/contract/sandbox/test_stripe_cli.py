"""Stripe's own scenarios, replayed by Stripe's own command line tool.

Exit code 0 only says that every request was accepted, so each test also waits for the named event.
The tool is test-only: `tests/contract/sandbox/stripe_cli/install.sh` installs it.
"""

import os
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "stripe_cli"

TRIGGERS = (
    "payment_intent.created",
    "payment_intent.succeeded",
    "payment_intent.processing",
    "payment_intent.payment_failed",
    "payment_intent.requires_action",
    "payment_intent.canceled",
    "payment_method.attached",
    "payment_method.detached",
    "payment_method.updated",
    "setup_intent.created",
    "setup_intent.succeeded",
    "setup_intent.setup_failed",
    "setup_intent.requires_action",
    "setup_intent.canceled",
    "charge.succeeded",
    "charge.failed",
    "charge.refunded",
    "charge.refund.updated",
    "charge.dispute.created",
    "charge.dispute.closed",
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
    "payout.created",
    "customer.created",
    "customer.updated",
    "customer.deleted",
)
SETTLED_LATER = {
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
}


@pytest.fixture(scope="module")
def cli():
    found = sorted(FOLDER.glob("node_modules/@stripe/cli-*/bin/stripe"))
    assert found, "Stripe's command line tool is missing; install it: " + str(
        (FOLDER / "install.sh").relative_to(FOLDER.parents[3])
    )
    return found[0]


@pytest.mark.parametrize("event", TRIGGERS)
@pytest.mark.scenario(73)
def test_the_sandbox_plays_stripes_own_scenario(event, cli, sandbox, received, tmp_path):
    run = subprocess.run(
        [cli, "trigger", event, "--api-key", "sk_test_0123456789", "--api-base", sandbox.url],
        env={**os.environ, "HOME": str(tmp_path), "STRIPE_CLI_TELEMETRY_OPTOUT": "1"},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    if event in SETTLED_LATER:
        sandbox.control("clock/advance", seconds=3_601)
    received.wait_for(event)


def test_the_tool_is_pinned_and_no_lock_is_kept():
    assert not (FOLDER / "package-lock.json").exists()
    assert '"@stripe/cli": "1.52.0"' in (FOLDER / "package.json").read_text()

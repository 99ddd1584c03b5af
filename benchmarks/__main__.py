"""Run all benchmarks, or those named: `python -m benchmarks events`. 1 when a goal is missed."""

import sys

from benchmarks import accounts, billing, events, product
from benchmarks.goals import verdict

BENCHMARKS = {
    "events": events.main,
    "product": product.main,
    "accounts": accounts.main,
    "billing": billing.main,
}

if __name__ == "__main__":
    reached = [goal for name in sys.argv[1:] or BENCHMARKS for goal in BENCHMARKS[name]()]
    sys.exit(verdict(reached))

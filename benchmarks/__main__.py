"""Run all benchmarks, or those named: `python -m benchmarks events`."""

import sys

from benchmarks import accounts, events, product

BENCHMARKS = {"events": events.main, "product": product.main, "accounts": accounts.main}

if __name__ == "__main__":
    for name in sys.argv[1:] or BENCHMARKS:
        BENCHMARKS[name]()

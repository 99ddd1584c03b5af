"""How many examples a property is tried with: some seconds' worth, or as many as one has time for.

DOORSTEP_EXAMPLES=long tries twenty times as many, for the night after a change to the money.
"""

import os

_LONG = 20


def examples(count: int) -> int:
    """`count`, or many more when asked."""
    return count * (_LONG if os.environ.get("DOORSTEP_EXAMPLES") == "long" else 1)

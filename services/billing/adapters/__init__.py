"""What billing's ports are in earnest: MongoDB, Stripe, the portal, the printer."""

import sys
from importlib import import_module

# Stripe's package takes up `requests`, if it is there, for blocking calls that nothing here makes:
# 5 MB and a tenth of a second of every process. It is there for the exporter of traces.
if "requests" not in sys.modules:
    sys.modules["requests"] = None  # type: ignore[assignment]  # "it is not there"
    import_module("stripe")
    del sys.modules["requests"]

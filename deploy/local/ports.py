"""Choosing ports, and noticing that somebody else has one."""

import random
import socket

from deploy.local.report import CannotContinueError
from deploy.product import Ports

# Below the range from which the system takes ports for outgoing connections.
_FREE_RANGE = range(20000, 32000)


def free_ports() -> Ports:
    """Ports nobody listens on now, different for each part."""
    chosen: list[int] = []
    dice = random.SystemRandom()
    while len(chosen) < len(Ports().as_dict()):
        port = dice.choice(_FREE_RANGE)
        if port not in chosen and not is_taken(port):
            chosen.append(port)
    return Ports(*chosen)


def is_taken(port: int) -> bool:
    """True when something on this machine's loopback listens on `port`."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def listens(port: int) -> bool:
    """True when a connection to `port` is accepted."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


def refuse_taken(wanted: dict[str, int]) -> None:
    """Raise CannotContinueError naming every port of `wanted` that is in use."""
    taken = [f"{port} ({name})" for name, port in wanted.items() if is_taken(port)]
    if taken:
        raise CannotContinueError(
            f"port {', '.join(taken)} is in use by another program: stop it, or choose other ports"
            " with DOORSTEP_PORTS, for example DOORSTEP_PORTS=gateway=9080,mongo=9117."
        )

"""Is it there yet? One question per protocol, each answered by the server itself.

A published port of a container is open before anything listens behind it, so a connection alone
proves nothing.
"""

import socket
import urllib.request


def answers(url: str) -> bool:
    """An HTTP server says OK."""
    try:
        with urllib.request.urlopen(url, timeout=3) as answer:
            return answer.status == 200
    except OSError:
        return False


def greets_smtp(port: int) -> bool:
    """A mail server says it is ready."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            return connection.recv(3) == b"220"
    except OSError:
        return False

"""What the broker must hold before a service connects: users, permissions, the platform's exchange.

Each service may configure, write and read only what bears its own name, plus the one exchange
everybody shares; there it may publish only facts it owns. Its own queues it declares itself.
"""

import argparse
import base64
import hashlib
import json
import secrets as dice
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deploy.product import OPERATOR, SERVICES, VHOST

EVENTS = "doorstep.events"
UNROUTED = "doorstep.unrouted"


def definitions(passwords: Mapping[str, str]) -> dict[str, Any]:
    """The definitions document RabbitMQ loads at its start; `passwords` by user name."""
    return {
        "vhosts": [{"name": VHOST}],
        "users": [_user(name, password) for name, password in sorted(passwords.items())],
        "permissions": [_operator_permissions(), *(_permissions(name) for name in SERVICES)],
        "topic_permissions": [_topic_permissions(name) for name in SERVICES],
        "exchanges": [
            _exchange(EVENTS, "topic", {"alternate-exchange": UNROUTED}),
            _exchange(UNROUTED, "fanout", {}),
        ],
        "queues": [
            {
                "name": UNROUTED,
                "vhost": VHOST,
                "durable": True,
                "auto_delete": False,
                "arguments": {"x-queue-type": "quorum"},
            }
        ],
        "bindings": [
            {
                "source": UNROUTED,
                "vhost": VHOST,
                "destination": UNROUTED,
                "destination_type": "queue",
                "routing_key": "",
                "arguments": {},
            }
        ],
    }


def _user(name: str, password: str) -> dict[str, Any]:
    salt = dice.token_bytes(4)
    digest = hashlib.sha256(salt + password.encode()).digest()
    return {
        "name": name,
        "password_hash": base64.b64encode(salt + digest).decode(),
        "hashing_algorithm": "rabbit_password_hashing_sha256",
        "tags": ["administrator"] if name == OPERATOR else [],
        "limits": {},
    }


def _operator_permissions() -> dict[str, str]:
    return {"user": OPERATOR, "vhost": VHOST, "configure": ".*", "write": ".*", "read": ".*"}


def _permissions(service: str) -> dict[str, str]:
    # notifications raises the alarm about events nobody listens to, so it may look at them.
    also_read = r"|doorstep\.unrouted" if service == "notifications" else ""
    return {
        "user": service,
        "vhost": VHOST,
        "configure": rf"^({service}\..*)$",
        "write": rf"^({service}\..*|doorstep\.events)$",
        "read": rf"^({service}\..*|doorstep\.events{also_read})$",
    }


def _topic_permissions(service: str) -> dict[str, str]:
    return {
        "user": service,
        "vhost": VHOST,
        "exchange": EVENTS,
        "write": rf"^{service}\.",
        "read": ".*",
    }


def _exchange(name: str, kind: str, arguments: dict[str, str]) -> dict[str, Any]:
    return {
        "name": name,
        "vhost": VHOST,
        "type": kind,
        "durable": True,
        "auto_delete": False,
        "internal": False,
        "arguments": arguments,
    }


def main() -> None:
    """Print the definitions for the passwords in a JSON file ({user: password})."""
    parser = argparse.ArgumentParser(prog="python -m deploy.rabbitmq.definitions")
    parser.add_argument("--passwords", type=Path, required=True)
    passwords = json.loads(parser.parse_args().passwords.read_text())
    json.dump(definitions(passwords), sys.stdout, indent=1)


if __name__ == "__main__":
    main()

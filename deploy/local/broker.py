"""A private RabbitMQ node, with its own port mapper, cookie and data."""

import json
import os
import socket
from pathlib import Path

from deploy.local import programs
from deploy.local.process import Spec
from deploy.product import Ports
from deploy.rabbitmq.definitions import definitions
from deploy.secrets import Secrets, write_private

_PROTOCOL_HEADER = b"AMQP\x00\x00\x09\x01"
_METHOD_FRAME = b"\x01"


def specs(state: Path, ports: Ports, secrets: Secrets) -> list[Spec]:
    """The port mapper and the node, in the order they start."""
    home = state / "rabbitmq"
    _configure(home, secrets)
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "ERL_EPMD_PORT": str(ports.rabbitmq_epmd),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODENAME": "doorstep@localhost",
        "RABBITMQ_NODE_PORT": str(ports.rabbitmq),
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_DIST_PORT": str(ports.rabbitmq_dist),
        "RABBITMQ_MNESIA_BASE": str(home / "mnesia"),
        "RABBITMQ_PID_FILE": str(home / "pid"),
        "RABBITMQ_LOG_BASE": str(home / "log"),
        "RABBITMQ_LOGS": str(home / "log/node.log"),
        "RABBITMQ_CONF_ENV_FILE": str(home / "none"),  # a file that does not exist
        "RABBITMQ_CONFIG_FILE": str(home / "rabbitmq.conf"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "enabled_plugins"),
        # An idle broker should not spin while it waits for work.
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+sbwt none +sbwtdcpu none +sbwtdio none"
        " -kernel inet_dist_use_interface {127,0,0,1}",
    }
    mapper = (str(programs.epmd()), "-port", str(ports.rabbitmq_epmd), "-address", "127.0.0.1")
    node = (str(programs.rabbitmq_server()),)
    return [
        Spec("epmd", mapper, environment, directory=str(home)),
        Spec("rabbitmq", node, environment, directory=str(home), stop_seconds=40),
    ]


def greets(port: int) -> bool:
    """True once a node on this machine's `port` greets; by then it has loaded its definitions."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(_PROTOCOL_HEADER)
            return connection.recv(1) == _METHOD_FRAME
    except OSError:
        return False


def _configure(home: Path, secrets: Secrets) -> None:
    (home / "log").mkdir(parents=True, exist_ok=True, mode=0o700)
    cookie = home / ".erlang.cookie"
    if not cookie.exists():
        write_private(cookie, secrets.erlang_cookie)
        cookie.chmod(0o400)
    document = definitions(secrets.rabbitmq_passwords)
    write_private(home / "definitions.json", json.dumps(document, indent=1))
    (home / "enabled_plugins").write_text("[].\n")
    settings = {
        "load_definitions": home / "definitions.json",
        "vm_memory_high_watermark.absolute": "512MB",
        "disk_free_limit.absolute": "50MB",
        "log.console": "false",
    }
    write_private(
        home / "rabbitmq.conf", "".join(f"{name} = {value}\n" for name, value in settings.items())
    )

"""A private MongoDB server: a replica set of one, with users."""

import os
from pathlib import Path

from deploy.local import programs
from deploy.local.process import Spec
from deploy.mongo.prepare import prepare
from deploy.product import REPLICA_SET, Ports
from deploy.secrets import Secrets, write_private


def spec(state: Path, programs_cache: Path, ports: Ports, secrets: Secrets) -> Spec:
    """How the server is started; a lost client cannot hold a transaction open for long.

    It logs no slow operations: their text holds names and addresses.
    """
    data = state / "mongo"
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    keyfile = state / "mongo.key"
    if not keyfile.exists():
        write_private(keyfile, secrets.mongo_keyfile)
    command = (
        str(programs.mongod(programs_cache)),
        *("--dbpath", str(data)),
        *("--port", str(ports.mongo)),
        *("--bind_ip", "127.0.0.1"),
        *("--replSet", REPLICA_SET),
        *("--keyFile", str(keyfile)),
        *("--oplogSize", "256"),
        *("--wiredTigerCacheSizeGB", "0.25"),
        *("--slowOpSampleRate", "0"),
        "--nounixsocket",
        "--noscripting",
        *("--setParameter", "diagnosticDataCollectionEnabled=false"),
        *("--setParameter", "transactionLifetimeLimitSeconds=5"),
    )
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8"}
    return Spec("mongo", command, environment, directory=str(data), stop_seconds=40)


def make_ready(ports: Ports, secrets: Secrets) -> None:
    """Wait for the server and leave it with its users; nothing changes when it has them."""
    prepare(
        "127.0.0.1",
        ports.mongo,
        member=f"127.0.0.1:{ports.mongo}",
        passwords=secrets.mongo_passwords,
    )

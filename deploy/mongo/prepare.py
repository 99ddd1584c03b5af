"""Make a started mongod usable: replica set, roles, one user per service. Safe to repeat.

It has to reach the server over its own loopback address: as long as there is no user at all,
MongoDB lets exactly such a caller initiate the set and create the first one.
"""

import argparse
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from deploy.mongo.roles import custom_roles, roles_of
from deploy.product import OPERATOR, REPLICA_SET, SERVICES

PATIENCE_SECONDS = 60
UNAUTHORIZED, ALREADY_INITIALIZED = 13, 23
ROLE_EXISTS, USER_EXISTS = 51002, 51003

Client = MongoClient[dict[str, Any]]


def prepare(host: str, port: int, *, member: str, passwords: Mapping[str, str]) -> None:
    """Leave a writable primary that every service can sign in to.

    `member` is the address (host:port) under which the services reach this server; it becomes part
    of the replica set's configuration. Raises TimeoutError when the server never becomes primary.
    """
    milliseconds = PATIENCE_SECONDS * 1000
    with Client(
        host, port, directConnection=True, serverSelectionTimeoutMS=milliseconds
    ) as anonymous:
        if "setName" not in anonymous.admin.command("hello"):
            _tolerating(
                (ALREADY_INITIALIZED,),
                anonymous,
                "replSetInitiate",
                {"_id": REPLICA_SET, "members": [{"_id": 0, "host": member}]},
            )
        _wait_for_primary(anonymous)
        _tolerating(
            (UNAUTHORIZED, USER_EXISTS),
            anonymous,
            "createUser",
            OPERATOR,
            pwd=passwords[OPERATOR],
            roles=["root"],
        )
    with Client(
        host,
        port,
        username=OPERATOR,
        password=passwords[OPERATOR],
        directConnection=True,
        serverSelectionTimeoutMS=milliseconds,
    ) as operator:
        create_accounts(operator, passwords)


def create_accounts(client: Client, passwords: Mapping[str, str]) -> None:
    """Create or renew roles and users, as somebody who may do that."""
    _create_roles(client)
    _create_users(client, passwords)


def is_primary(host: str, port: int) -> bool:
    """True when the server there takes writes; needs no account."""
    try:
        with Client(host, port, directConnection=True, serverSelectionTimeoutMS=1000) as client:
            return bool(client.admin.command("hello")["isWritablePrimary"])
    except PyMongoError:
        return False


def _create_roles(client: Client) -> None:
    for name, privileges in custom_roles().items():
        existed = _tolerating(
            (ROLE_EXISTS,), client, "createRole", name, privileges=privileges, roles=[]
        )
        if existed:
            client.admin.command("updateRole", name, privileges=privileges, roles=[])


def _create_users(client: Client, passwords: Mapping[str, str]) -> None:
    for service in SERVICES:
        account: dict[str, Any] = {"pwd": passwords[service], "roles": roles_of(service)}
        if _tolerating((USER_EXISTS,), client, "createUser", service, **account):
            client.admin.command("updateUser", service, **account)


def _wait_for_primary(client: Client) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not client.admin.command("hello")["isWritablePrimary"]:
        if time.monotonic() > deadline:
            raise TimeoutError(f"MongoDB did not become primary within {PATIENCE_SECONDS} s")
        time.sleep(0.05)


def _tolerating(
    codes: tuple[int, ...], client: Client, command: str, value: Any, **more: Any
) -> bool:
    """Run a command; True when it was refused with one of `codes`, that is: done before."""
    try:
        client.admin.command(command, value, **more)
    except OperationFailure as refusal:
        if refusal.code not in codes:
            raise
        return True
    return False


def main() -> None:
    """Prepare the server at --host/--port with the passwords in a JSON file ({user: password})."""
    parser = argparse.ArgumentParser(prog="python -m deploy.mongo.prepare")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=27017)
    parser.add_argument("--member", required=True)
    parser.add_argument("--passwords", type=Path, required=True)
    asked = parser.parse_args()
    prepare(
        asked.host,
        asked.port,
        member=asked.member,
        passwords=json.loads(asked.passwords.read_text()),
    )


if __name__ == "__main__":
    main()

"""A broker and a database that somebody else runs, named by their administrators' addresses.

    DOORSTEP_MONGO_URL=mongodb://admin:secret@db1,db2/?replicaSet=rs0&authSource=admin
    DOORSTEP_RABBITMQ_URL=http://admin:secret@broker:15672          (the management interface)
    DOORSTEP_RABBITMQ_AMQP=broker:5672                              (default: that host, port 5672)

Both or none. `make up` then starts only the product itself and prepares both for it.
"""

import os
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx
from pymongo.errors import PyMongoError

from deploy.local.report import CannotContinueError
from deploy.mongo.prepare import Client, create_accounts
from deploy.product import OPERATOR
from deploy.rabbitmq.definitions import definitions
from deploy.secrets import Secrets

MONGO, RABBITMQ, AMQP = "DOORSTEP_MONGO_URL", "DOORSTEP_RABBITMQ_URL", "DOORSTEP_RABBITMQ_AMQP"


@dataclass(frozen=True)
class Given:
    """The administrators' addresses, and the two servers as the services reach them."""

    mongo_url: str
    rabbitmq_url: str
    mongo: str
    mongo_options: str
    rabbitmq: str

    def prepare(self, secrets: Secrets) -> None:
        """Leave both with what the services need. Raises CannotContinueError with the reason."""
        self._prepare_mongo(secrets)
        self._prepare_rabbitmq(secrets)

    def _prepare_mongo(self, secrets: Secrets) -> None:
        try:
            with Client(self.mongo_url, serverSelectionTimeoutMS=10_000) as client:
                create_accounts(client, secrets.mongo_passwords)
        except PyMongoError as reason:
            raise CannotContinueError(f"MongoDB at {MONGO} refuses: {reason}") from reason

    def _prepare_rabbitmq(self, secrets: Secrets) -> None:
        # Their administrator stays as they are; ours would be one more.
        document = definitions(secrets.rabbitmq_passwords)
        document["users"] = [one for one in document["users"] if one["name"] != OPERATOR]
        document["permissions"] = [
            one for one in document["permissions"] if one["user"] != OPERATOR
        ]
        try:
            answer = httpx.post(f"{self.rabbitmq_url}/api/definitions", json=document, timeout=30)
            answer.raise_for_status()
        except httpx.HTTPError as reason:
            raise CannotContinueError(
                f"RabbitMQ's management interface at {RABBITMQ} refuses: {reason}"
            ) from reason


def given() -> Given | None:
    """What the environment names; None when it names nothing."""
    mongo, rabbitmq = os.environ.get(MONGO, ""), os.environ.get(RABBITMQ, "")
    if not mongo and not rabbitmq:
        return None
    if not (mongo and rabbitmq):
        missing = RABBITMQ if mongo else MONGO
        raise CannotContinueError(f"{missing} is missing: broker and database are given together.")
    servers, options = _mongo_servers(mongo)
    host = urlsplit(rabbitmq).hostname
    return Given(
        mongo_url=mongo,
        rabbitmq_url=rabbitmq.rstrip("/"),
        mongo=servers,
        mongo_options=options,
        rabbitmq=os.environ.get(AMQP, f"{host}:5672"),
    )


def _mongo_servers(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    options = [
        pair for pair in parts.query.split("&") if pair and not pair.startswith("authSource=")
    ]
    return parts.netloc.rpartition("@")[2], "&".join(options)

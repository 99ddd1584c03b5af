"""What Doorstep consists of: the services, their ports, and how one is spoken to.

Everything that runs the product (local processes, containers, tests) reads it from here, so that
there is one place to add a service.
"""

from dataclasses import dataclass, fields

SERVICES = ("scheduling", "billing", "portal", "notifications")
VHOST = "doorstep"
OPERATOR = "operator"
REPLICA_SET = "doorstep"


@dataclass(frozen=True)
class Ports:
    """The ports of one installation on one machine; the defaults are those of `make up`."""

    gateway: int = 8080
    scheduling: int = 8101
    billing: int = 8102
    portal: int = 8103
    notifications: int = 8104
    sandbox: int = 8105
    smtp: int = 8125
    rabbitmq: int = 8672
    rabbitmq_epmd: int = 18672
    rabbitmq_dist: int = 28672
    mongo: int = 8117

    def as_dict(self) -> dict[str, int]:
        return {field.name: getattr(self, field.name) for field in fields(self)}


@dataclass(frozen=True)
class Addresses:
    """Where the parts of one installation reach each other.

    `services` maps a service's name to the base address other services use; `public` is the gateway
    as a browser sees it; `sandbox` is empty when the product talks to the real card processor.
    """

    mongo: str
    rabbitmq: str
    public: str
    services: dict[str, str]
    sandbox: str = ""
    smtp_host: str = "127.0.0.1"
    smtp_port: int = 8125
    mongo_options: str = f"replicaSet={REPLICA_SET}"

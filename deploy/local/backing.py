"""Only the broker and the database, for work on one service."""

from deploy.environment import mongo_url, rabbit_url, sandbox_environment, service_environment
from deploy.local.report import step
from deploy.local.stack import LocalStack
from deploy.product import OPERATOR, SERVICES
from deploy.secrets import write_private


def run_backing(stack: LocalStack) -> None:
    """Start RabbitMQ and MongoDB and write each service's settings to STATE/<service>.env."""
    stack.start_backing()
    for name, settings in _settings(stack).items():
        text = "".join(f"{key}={value}\n" for key, value in settings.items())
        write_private(stack.directory / f"{name}.env", text)
        step(f"settings of {name}: {stack.directory / name}.env")


def _settings(stack: LocalStack) -> dict[str, dict[str, str]]:
    ports = stack.ports.as_dict()
    settings = {
        name: service_environment(name, stack.addresses, stack.secrets, port=ports[name])
        for name in SERVICES
    }
    settings["sandbox"] = sandbox_environment(
        stack.addresses, stack.secrets, stack.ports, state=str(stack.directory / "sandbox.sqlite")
    )
    settings["operator"] = {
        "MONGO_URL": mongo_url(
            OPERATOR, stack.secrets.mongo_passwords[OPERATOR], stack.addresses.mongo
        ),
        "RABBIT_URL": rabbit_url(
            OPERATOR, stack.secrets.rabbitmq_passwords[OPERATOR], stack.addresses.rabbitmq
        ),
    }
    return settings

"""The environment each process of the product is started with."""

import json
from urllib.parse import quote

from deploy.product import REPLICA_SET, VHOST, Addresses, Ports
from deploy.secrets import Secrets


def service_environment(
    service: str,
    addresses: Addresses,
    secrets: Secrets,
    *,
    host: str = "127.0.0.1",
    port: int,
    sandboxed: bool = True,
) -> dict[str, str]:
    """Every setting of one service, for an installation that pays into and mails to the sandbox."""
    prefix = service.upper()
    settings = {
        "MONGO_URL": mongo_url(
            service, secrets.mongo_passwords[service], addresses.mongo, addresses.mongo_options
        ),
        "MONGO_DATABASE": service,
        "RABBIT_URL": rabbit_url(service, secrets.rabbitmq_passwords[service], addresses.rabbitmq),
        "HTTP_HOST": host,
        "HTTP_PORT": str(port),
        "PUBLIC_URL": addresses.public,
        "SIGNING_KEY": json.dumps(secrets.signing_keys[service]),
        "TRUSTED_KEYS": json.dumps(secrets.trusted_keys),
        "ENVIRONMENT": "development",
        **{
            f"{other.upper()}_URL": address
            for other, address in addresses.services.items()
            if other != service
        },
    }
    if sandboxed:
        settings |= _sandbox_settings(service, addresses, secrets)
    return {f"{prefix}_{name}": value for name, value in settings.items()}


def sandbox_environment(
    addresses: Addresses, secrets: Secrets, ports: Ports, *, host: str = "127.0.0.1", state: str
) -> dict[str, str]:
    """Every setting of the sandbox; `state` is the file that survives its restarts."""
    return {
        "SANDBOX_HTTP_HOST": host,
        "SANDBOX_HTTP_PORT": str(ports.sandbox),
        "SANDBOX_SMTP_HOST": host,
        "SANDBOX_SMTP_PORT": str(ports.smtp),
        "SANDBOX_PUBLIC_URL": addresses.public,
        "SANDBOX_STATE": state,
        "SANDBOX_WEBHOOK_URL": f"{addresses.services['billing']}/webhooks/stripe",
        "SANDBOX_WEBHOOK_SECRET": secrets.stripe_webhook_secret,
        "SANDBOX_INBOUND_MAIL_URL": f"{addresses.services['portal']}/api/portal/v1/inbound-mail",
        "SANDBOX_INBOUND_MAIL_SECRET": secrets.inbound_mail_secret,
    }


def mongo_url(
    user: str, password: str, server: str, options: str = f"replicaSet={REPLICA_SET}"
) -> str:
    """`server` is host:port of a replica set member; every user is kept in the admin database."""
    return f"mongodb://{quote(user)}:{quote(password)}@{server}/?{options}&authSource=admin"


def rabbit_url(user: str, password: str, server: str) -> str:
    """The heartbeat notices a stuck broker within about ten seconds."""
    return f"amqp://{quote(user)}:{quote(password)}@{server}/{VHOST}?heartbeat=5"


def _sandbox_settings(service: str, addresses: Addresses, secrets: Secrets) -> dict[str, str]:
    if service == "billing":
        return {
            "STRIPE_SECRET_KEY": secrets.stripe_secret_key,
            "STRIPE_API_BASE": addresses.sandbox,
            "STRIPE_WEBHOOK_SECRETS": secrets.stripe_webhook_secret,
        }
    if service == "portal":
        return {"INBOUND_MAIL_SECRET": secrets.inbound_mail_secret}
    if service == "notifications":
        return {
            "SMTP_HOST": addresses.smtp_host,
            "SMTP_PORT": str(addresses.smtp_port),
            "SMTP_STARTTLS": "false",
            "MAIL_FROM": "Doorstep <no-reply@doorstep.example>",
        }
    return {}

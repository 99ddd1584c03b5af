"""The product's own processes: the four services and the sandbox."""

import os
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from deploy.environment import sandbox_environment, service_environment
from deploy.local.process import Spec
from deploy.product import SERVICES, Addresses, Ports
from deploy.secrets import Secrets

# What a process may see of the surroundings it is started from.
_INHERITED = (
    "HOME", "LANG", "PATH", "SSL_CERT_DIR", "SSL_CERT_FILE", "TMPDIR",
    "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
)  # fmt: skip


def addresses(ports: Ports) -> Addresses:
    """Where everything is when all of it runs on this machine's loopback."""
    return Addresses(
        mongo=f"127.0.0.1:{ports.mongo}",
        rabbitmq=f"127.0.0.1:{ports.rabbitmq}",
        public=f"http://localhost:{ports.gateway}",
        services={name: f"http://127.0.0.1:{ports.as_dict()[name]}" for name in SERVICES},
        sandbox=f"http://127.0.0.1:{ports.sandbox}",
        smtp_port=ports.smtp,
    )


def service_spec(
    service: str,
    ports: Ports,
    secrets: Secrets,
    overrides: Mapping[str, str] | None = None,
    where: Addresses | None = None,
) -> Spec:
    """How a service is started.

    Settings of its own found in this process's environment win over the generated ones (so real
    Stripe keys need only be exported), and `overrides` win over both.
    """
    settings = service_environment(
        service, where or addresses(ports), secrets, port=ports.as_dict()[service]
    )
    return _python(service, f"services.{service}.main", settings, overrides)


def sandbox_spec(
    state: Path, ports: Ports, secrets: Secrets, overrides: Mapping[str, str] | None = None
) -> Spec:
    """How the sandbox is started; what it knows survives in the stack's directory."""
    settings = sandbox_environment(
        addresses(ports), secrets, ports, state=str(state / "sandbox.sqlite")
    )
    return _python("sandbox", "deploy.sandbox.main", settings, overrides)


def is_ready(port: int) -> bool:
    """True when the service on `port` says it can do its work."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=3) as answer:
            return bool(answer.status == 200)  # noqa: PLR2004 - OK
    except (OSError, urllib.error.URLError):
        return False


def _python(
    name: str, module: str, settings: dict[str, str], overrides: Mapping[str, str] | None
) -> Spec:
    prefix = f"{name.upper()}_"
    exported = {key: value for key, value in os.environ.items() if key.startswith(prefix)}
    inherited = {key: os.environ[key] for key in _INHERITED if key in os.environ}
    environment = inherited | {"PYTHONUNBUFFERED": "1", "TZ": "UTC"} | settings | exported
    return Spec(name, (sys.executable, "-m", module), environment | dict(overrides or {}))

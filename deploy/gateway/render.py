"""Fill in the gateway's configuration for one place it runs in.

In an image, where there is no Python, deploy/gateway/start.sh does the same from its environment.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Self

HERE = Path(__file__).parent
TEMPLATE = HERE / "nginx.conf.template"
PAGES = HERE / "pages"

_SANDBOX_LOCATION = """\
location ^~ /sandbox/ {
            set $sandbox %s;
            proxy_pass http://$sandbox;
        }"""


@dataclass(frozen=True)
class Rates:
    """Requests of one client address per time, as nginx writes them."""

    general: str = "50r/s"
    sign_in: str = "30r/m"
    link: str = "30r/m"
    webhook: str = "50r/s"

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Self:
        """As the image takes them: GATEWAY_SIGN_IN_RATE and its like, the default where empty."""
        named = {zone.name: f"GATEWAY_{zone.name.upper()}_RATE" for zone in fields(cls)}
        given = {zone: environment.get(name, "") for zone, name in named.items()}
        return cls(**{zone: rate for zone, rate in given.items() if rate})


@dataclass(frozen=True)
class Gateway:
    """One gateway: `upstreams` is service -> host:port; no `sandbox`, no such paths."""

    listen: str
    home: Path
    static: Path
    upstreams: Mapping[str, str]
    sandbox: str = ""
    access_log: str = "/dev/stdout"
    public_scheme: str = "http"
    resolver: str = ""
    trusted_proxies: tuple[str, ...] = ()
    user: str = ""
    rates: Rates = field(default_factory=Rates)


def render(gateway: Gateway) -> str:
    """The text of nginx.conf. Raises KeyError when the template names something unknown."""
    values = {
        "USER": f"user {gateway.user};" if gateway.user else "",
        "HOME": str(gateway.home),
        "LISTEN": gateway.listen,
        "STATIC": str(gateway.static),
        "PAGES": str(PAGES),
        "ACCESS_LOG": gateway.access_log,
        "PUBLIC_SCHEME": gateway.public_scheme,
        "RESOLVER": f"resolver {gateway.resolver} valid=5s;" if gateway.resolver else "",
        "REAL_IP": _real_ip(gateway.trusted_proxies),
        "SANDBOX_LOCATION": _SANDBOX_LOCATION % gateway.sandbox if gateway.sandbox else "",
        "GENERAL_RATE": gateway.rates.general,
        "SIGN_IN_RATE": gateway.rates.sign_in,
        "LINK_RATE": gateway.rates.link,
        "WEBHOOK_RATE": gateway.rates.webhook,
        **{service.upper(): address for service, address in gateway.upstreams.items()},
    }
    return re.sub(r"@([A-Z_]+)@", lambda name: values[name[1]], TEMPLATE.read_text())


def write(gateway: Gateway) -> Path:
    """Write the configuration and the directories it needs below `gateway.home`; give its path."""
    gateway.home.mkdir(parents=True, exist_ok=True)
    path = gateway.home / "nginx.conf"
    path.write_text(render(gateway))
    return path


def _real_ip(trusted: tuple[str, ...]) -> str:
    if not trusted:
        return ""
    sources = " ".join(f"set_real_ip_from {address};" for address in trusted)
    return f"{sources} real_ip_header X-Forwarded-For; real_ip_recursive on;"

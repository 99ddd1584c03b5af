"""The gateway as an nginx of our own, with its own configuration and logs."""

import os
from collections.abc import Mapping
from pathlib import Path

from deploy.gateway.render import Gateway, Rates, write
from deploy.local import programs
from deploy.local.process import Spec
from deploy.product import SERVICES, Ports


def spec(state: Path, ports: Ports, settings: Mapping[str, str], *, sandboxed: bool = True) -> Spec:
    """How nginx is started; its configuration is written on the way.

    `settings` may hold rates, under the names by which the image takes them.
    """
    home = state / "gateway"
    numbers = ports.as_dict()
    configuration = write(
        Gateway(
            listen=f"127.0.0.1:{ports.gateway}",
            home=home,
            static=programs.ROOT / "shared/ui/static",
            upstreams={name: f"127.0.0.1:{numbers[name]}" for name in SERVICES},
            sandbox=f"127.0.0.1:{ports.sandbox}" if sandboxed else "",
            access_log=str(state / "logs/gateway.log"),
            user="root" if os.geteuid() == 0 else "",  # the checkout may be readable by root only
            rates=Rates.of(settings),
        )
    )
    command = (str(programs.nginx()), "-p", str(home), "-c", str(configuration), "-e", "stderr")
    environment = {"PATH": os.environ.get("PATH", os.defpath)}
    return Spec("gateway", command, environment, directory=str(home))

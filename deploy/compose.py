"""The product as containers of one host: the secrets that docker-compose.yml mounts, up and down.

`python -m deploy.compose prepare | up | down | status`.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from deploy.demo.load import Loaded, load
from deploy.environment import mongo_url, rabbit_url
from deploy.images import product
from deploy.local.demo import where
from deploy.local.programs import ROOT
from deploy.local.report import CannotContinueError, step
from deploy.product import SERVICES
from deploy.rabbitmq.definitions import definitions
from deploy.secrets import Secrets, load_or_generate

DIRECTORY = ROOT / ".local" / "compose"
MONGO, RABBITMQ = "mongo:27017", "rabbitmq:5672"
PUBLIC = os.environ.get("DOORSTEP_PUBLIC_URL", "http://localhost:8080")


def files(secrets: Secrets) -> dict[str, str]:
    """Name -> content of every secret that docker-compose.yml mounts."""
    made = {
        "rabbitmq_definitions": json.dumps(definitions(secrets.rabbitmq_passwords)),
        "mongo_keyfile": secrets.mongo_keyfile,
        "mongo_passwords": json.dumps(secrets.mongo_passwords),
        "trusted_keys": json.dumps(secrets.trusted_keys),
        "stripe_secret_key": secrets.stripe_secret_key,
        "stripe_webhook_secrets": secrets.stripe_webhook_secret,
        "inbound_mail_secret": secrets.inbound_mail_secret,
        "smtp_password": "",  # the sandbox asks for none
    }
    for service in SERVICES:
        made |= {
            f"{service}_mongo_url": mongo_url(service, secrets.mongo_passwords[service], MONGO),
            f"{service}_rabbit_url": rabbit_url(
                service, secrets.rabbitmq_passwords[service], RABBITMQ
            ),
            f"{service}_signing_key": json.dumps(secrets.signing_keys[service]),
        }
    return made


def prepare(directory: Path = DIRECTORY) -> Secrets:
    """Write the secrets that are missing; one that is there (a real Stripe key) stays as it is.

    The files are readable by every user, since each container has another; the directory is not.
    """
    secrets = load_or_generate(directory)
    directory.chmod(0o700)
    for name, content in files(secrets).items():
        path = directory / name
        if not path.exists():
            path.write_text(content)
            path.chmod(0o444)
    return secrets


def up() -> None:
    """Build and start everything with the sandbox, load the demo company, say where it is."""
    secrets = prepare()
    bases = product.bases()
    settings = bases | {
        "DOORSTEP_WEBHOOK_SECRET": secrets.stripe_webhook_secret,
        "DOORSTEP_INBOUND_MAIL_SECRET": secrets.inbound_mail_secret,
    }
    (DIRECTORY / ".env").write_text("".join(f"{key}={text}\n" for key, text in settings.items()))
    product.build(bases)
    step("starting the containers")
    _compose("up", "--detach", "--wait", "--no-build")
    remembered = DIRECTORY / "demo.json"
    if not remembered.exists():
        loaded = load(PUBLIC, _create_company, step)
        remembered.write_text(json.dumps(asdict(loaded)))
    print(where(PUBLIC, Loaded(**json.loads(remembered.read_text()))))


def down() -> None:
    """Stop and remove the containers; the volumes with the data stay."""
    _compose("down")


def status() -> None:
    """The containers and their health."""
    _compose("ps", "--all")


def _create_company(options: list[str], password: str) -> None:
    command = ("python", "-m", "services.scheduling.main", "create-company", *options)
    _compose("exec", "-T", "scheduling", *command, typed=f"{password}\n")


def _compose(*arguments: str, typed: str = "") -> None:
    # The real thing comes with the development requirements, whatever the engine brings along.
    bundled = Path(sys.executable).with_name("docker-compose")
    program = (
        [str(bundled)] if bundled.exists() else [shutil.which("docker") or "docker", "compose"]
    )
    command = [*program, "--env-file", str(DIRECTORY / ".env"), "--profile", "sandbox", *arguments]
    environment = os.environ | {"DOORSTEP_SECRETS": str(DIRECTORY)}
    done = subprocess.run(command, cwd=ROOT, env=environment, input=typed, text=True, check=False)
    if done.returncode != 0:
        raise CannotContinueError(
            "The containers did not come up; `make status` lists them and"
            " `docker compose logs NAME` tells why."
        )


def main() -> int:
    """Do what the command line asks for."""
    commands: dict[str, Callable[[], object]] = {
        "prepare": prepare,
        "up": up,
        "down": down,
        "status": status,
    }
    parser = argparse.ArgumentParser(prog="python -m deploy.compose")
    parser.add_argument("command", choices=commands)
    try:
        commands[parser.parse_args().command]()
    except CannotContinueError as reason:
        print(reason, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

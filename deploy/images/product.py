"""`python -m deploy.images.product`: build every image of the product in the engine at hand."""

import os
import subprocess
import sys

from deploy.images import stand_ins
from deploy.local.programs import ROOT
from deploy.local.report import CannotContinueError, step
from deploy.product import SERVICES

OTHERS = {
    "sandbox": "deploy/sandbox/Dockerfile",
    "gateway": "deploy/gateway/Dockerfile",
    "mongo-setup": "deploy/mongo/Dockerfile",
}
OFFICIAL = {
    "PYTHON_IMAGE": "python:3.11-slim",
    "NGINX_IMAGE": "nginx:1.27",
    "RABBITMQ_IMAGE": "rabbitmq:3.13-management",
    "MONGO_IMAGE": "mongo:6.0",
}


def name_of(part: str) -> str:
    """The image of a service, or of one of OTHERS."""
    return f"doorstep/{part}:local"


def bases() -> dict[str, str]:
    """Which images to build on and run: as set in the environment, pulled, or stand-ins.

    Stand-ins that were built before are taken without asking the registry again.
    """
    chosen = {name: os.environ.get(name, image) for name, image in OFFICIAL.items()}
    if chosen == OFFICIAL and stand_ins.are_built():
        return stand_ins.variables()
    if all(_has_or_pulls(image) for image in chosen.values()):
        return chosen
    step("official images are out of reach here: using stand-ins built from Debian packages")
    stand_ins.build()
    return stand_ins.variables()


def build(chosen: dict[str, str]) -> None:
    """Build all images on the chosen bases; what has not changed takes no time."""
    for service in SERVICES:
        _build(service, "deploy/Dockerfile", chosen, f"SERVICE={service}")
    for part, dockerfile in OTHERS.items():
        _build(part, dockerfile, chosen)


def _build(part: str, dockerfile: str, chosen: dict[str, str], *arguments: str) -> None:
    step(f"building {name_of(part)}")
    base = "NGINX_IMAGE" if part == "gateway" else "PYTHON_IMAGE"
    options = [f"{base}={chosen[base]}", *arguments]
    flags = [flag for option in options for flag in ("--build-arg", option)]
    done = subprocess.run(
        ["docker", "build", "-q", "-f", dockerfile, "-t", name_of(part), *flags, "."],
        cwd=ROOT,
        env=os.environ | {"DOCKER_BUILDKIT": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        output = (done.stdout + done.stderr)[-3000:]
        raise CannotContinueError(f"the image of {part} could not be built:\n{output}")


def _has_or_pulls(image: str) -> bool:
    commands = (["docker", "image", "inspect", image], ["docker", "pull", "-q", image])
    return any(
        subprocess.run(command, capture_output=True, check=False).returncode == 0
        for command in commands
    )


def main() -> int:
    """Build everything; print which bases were used."""
    try:
        chosen = bases()
        build(chosen)
    except CannotContinueError as reason:
        print(reason, file=sys.stderr)
        return 1
    for variable, image in chosen.items():
        print(f"{variable}={image}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

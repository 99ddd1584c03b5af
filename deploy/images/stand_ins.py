"""Stand-ins for official images, built from Debian packages where no image registry is in reach."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from deploy.local import programs
from deploy.local.report import CannotContinueError, step

HERE = Path(__file__).parent
SUITE = "bookworm"
STAND_INS = {"PYTHON_IMAGE": "python", "NGINX_IMAGE": "nginx", "RABBITMQ_IMAGE": "rabbitmq",
             "MONGO_IMAGE": "mongo"}  # fmt: skip
CERTIFICATES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "PIP_CERT")


def name_of(image: str) -> str:
    """The name of one stand-in in the engine; another recipe has another name."""
    recipe = hashlib.sha256()
    for path in sorted(path for part in ("debian", image) for path in (HERE / part).iterdir()):
        recipe.update(path.read_bytes())
    return f"doorstep-base/{image}:{recipe.hexdigest()[:12]}"


def variables() -> dict[str, str]:
    """The settings that make Dockerfiles and docker-compose.yml use the stand-ins."""
    return {variable: name_of(image) for variable, image in STAND_INS.items()}


def are_built() -> bool:
    """True when the engine has all of them, by the recipes of this checkout."""
    return all(_exists(image) for image in variables().values())


def build(*, anew: bool = False) -> None:
    """Build what is missing; a failure raises CannotContinueError with the output's end."""
    for image in ("debian", *STAND_INS.values()):
        if anew or not _exists(name_of(image)):
            step(f"building {name_of(image)}")
            _build_one(image)


def _build_one(image: str) -> None:
    with tempfile.TemporaryDirectory() as directory:
        context = Path(directory) / image
        shutil.copytree(HERE / image, context)
        base = name_of("debian")
        if image == "debian":
            base = _bootstrap(Path(directory))
            shutil.copy(_certificates(), context / "ca-certificates.crt")
        if image == "mongo":
            shutil.copy(programs.mongod(programs.ROOT / ".local/programs"), context / "mongod")
        _run("docker", "build", "-q", "--build-arg", f"BASE_IMAGE={base}", "-t", name_of(image),
             str(context))  # fmt: skip


def _bootstrap(directory: Path) -> str:
    """Debian's essential packages as an image; on a machine that is not Debian, only as root."""
    mmdebstrap = programs.on_path("mmdebstrap", package="mmdebstrap", needed_for="building images")
    archive = directory / "debian.tar"
    _run(str(mmdebstrap), "--variant=minbase", "--include=ca-certificates", SUITE, str(archive))
    image = "doorstep-base/bootstrap:local"
    _run("docker", "import", str(archive), image)
    return image


def _certificates() -> Path:
    """The bundle this machine trusts: inside its network another one may not do."""
    named = [os.environ[name] for name in CERTIFICATES if name in os.environ]
    return Path(named[0] if named else "/etc/ssl/certs/ca-certificates.crt")


def _exists(image: str) -> bool:
    asked = subprocess.run(["docker", "image", "inspect", image], capture_output=True, check=False)
    return asked.returncode == 0


def _run(*command: str) -> None:
    environment = os.environ | {"DOCKER_BUILDKIT": "0"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise CannotContinueError(
            f"`{' '.join(command)}` failed:\n{(done.stdout + done.stderr)[-2000:]}"
        )

"""The product as containers on one network, the images built from this checkout."""

import os

os.environ["TESTCONTAINERS_RYUK_DISABLED"] = "true"  # read at import; we sweep ourselves

import io
import json
import tarfile
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache

import docker.errors
from testcontainers.core.container import DockerContainer
from testcontainers.core.network import Network

from deploy.environment import mongo_url, rabbit_url, sandbox_environment, service_environment
from deploy.images import product
from deploy.local.broker import greets
from deploy.local.ports import free_ports
from deploy.local.programs import alone
from deploy.mongo.prepare import is_primary
from deploy.mongo.server import KEYFILE, server_command
from deploy.product import SERVICES, Addresses, Ports
from deploy.rabbitmq.definitions import definitions
from deploy.secrets import generate
from tests.support.probes import answers, greets_smtp
from tests.support.stack import TEST_SETTINGS

LABEL = "doorstep.test"
CRASH_LOG = "/tmp/crashes"
START_SECONDS = 120
PAUSE_SECONDS = 20
INSIDE = Ports()  # every container has an address of its own, so the usual ports are free


class ContainerStack:
    """Host ports are chosen once, so that an address stays right when a part is started again."""

    def __init__(self, images: dict[str, str], parts: tuple[str, ...]) -> None:
        self.images = images
        self.parts = parts
        self.secrets = generate()
        self.ports = free_ports()
        self.run_id = uuid.uuid4().hex
        self.network = Network(docker_network_kw={"labels": {LABEL: self.run_id}})
        outside = self.ports.as_dict()
        self.gateway = f"http://localhost:{self.ports.gateway}"
        self.sandbox = f"http://127.0.0.1:{self.ports.sandbox}"
        self.services = {name: f"http://127.0.0.1:{outside[name]}" for name in SERVICES}
        self.addresses = Addresses(
            mongo="mongo:27017",
            rabbitmq="rabbitmq:5672",
            public=self.gateway,
            services={name: f"http://{name}:{INSIDE.as_dict()[name]}" for name in SERVICES},
            sandbox=f"http://sandbox:{INSIDE.sandbox}",
            smtp_host="sandbox",
        )
        self._containers: dict[str, DockerContainer] = {}
        self._settings: dict[str, dict[str, str]] = {}
        self._earlier_logs: dict[str, str] = {}

    # ------------------------------------------------------------------------------ addresses
    def mongo_url(self, user: str) -> str:
        password = self.secrets.mongo_passwords[user]
        # The set's only member calls itself by a name that is known inside the network alone.
        return mongo_url(user, password, f"127.0.0.1:{self.ports.mongo}").replace(
            "replicaSet=doorstep", "directConnection=true"
        )

    def rabbit_url(self, user: str) -> str:
        password = self.secrets.rabbitmq_passwords[user]
        return rabbit_url(user, password, f"127.0.0.1:{self.ports.rabbitmq}")

    def run(self, service: str, module: str, *arguments: str) -> str:
        container = self._containers[service].get_wrapped_container()
        code, output = container.exec_run(["python", "-m", module, *arguments], demux=True)
        printed, complaints = ((part or b"").decode() for part in output)
        assert code == 0, printed + complaints
        return printed

    # ---------------------------------------------------------------------------- life and death
    def start_all(self) -> None:
        self.network.create()
        for part in self.parts:
            self._create(part)
            if part == "mongo":
                self._prepare_mongo()
        self.wait_ready(self.parts)

    def start(self, part: str) -> None:
        self._containers[part].get_wrapped_container().start()
        self.wait_ready((part,))

    def restart(self, part: str, **settings: str) -> None:
        self._discard(part)
        self._create(part, settings)
        self.wait_ready((part,))

    def arm(self, service: str, crash_points: str) -> None:
        self.restart(service, CRASH_POINTS=crash_points, CRASH_LOG=CRASH_LOG)

    def crashes(self, service: str) -> list[str]:
        with suppress(docker.errors.NotFound):
            pieces, _ = self._containers[service].get_wrapped_container().get_archive(CRASH_LOG)
            with tarfile.open(fileobj=io.BytesIO(b"".join(pieces))) as archive:
                file = archive.extractfile(CRASH_LOG.rpartition("/")[2])
                return file.read().decode().split() if file else []
        return []

    def stop(self, part: str) -> None:
        self._containers[part].get_wrapped_container().stop(timeout=30)

    def kill(self, part: str) -> None:
        self._containers[part].get_wrapped_container().kill()

    def pause(self, part: str) -> None:
        deadline = time.monotonic() + PAUSE_SECONDS
        while self._state(part) != "paused":
            try:
                self._containers[part].get_wrapped_container().pause()
            except docker.errors.APIError as refusal:
                # A process that waits for the disk cannot be frozen: the engine gives up soon.
                if "unable to freeze" not in str(refusal) or time.monotonic() > deadline:
                    raise

    def resume(self, part: str) -> None:
        self._containers[part].get_wrapped_container().unpause()

    def is_running(self, part: str) -> bool:
        return self._state(part) == "running"

    def wait_ready(self, parts: Iterable[str]) -> None:
        for part in parts:
            checks: dict[str, Callable[[], bool]] = {
                "rabbitmq": lambda: greets(self.ports.rabbitmq),
                "mongo": lambda: is_primary("127.0.0.1", self.ports.mongo),
                "gateway": lambda: answers(f"{self.gateway}/static/ui.css"),
                "sandbox": lambda: greets_smtp(self.ports.smtp),
            }
            if part in SERVICES:
                url = f"{self.services[part]}/health/ready"
                self._wait(part, lambda url=url: answers(url))
            else:
                self._wait(part, checks[part])

    def log(self, part: str) -> str:
        container = self._containers.get(part)
        now = container.get_wrapped_container().logs().decode(errors="replace") if container else ""
        return self._earlier_logs.get(part, "") + now

    def heal(self) -> None:
        for part in self.parts:
            if self._state(part) == "paused":
                self.resume(part)
            if self._settings.get(part):
                self.restart(part)
            elif self._state(part) != "running":
                self._containers[part].get_wrapped_container().start()
        self.wait_ready(self.parts)

    def sweep(self) -> None:
        """Remove everything this run has made, the containers before their network."""
        client = docker.from_env()
        mine = {"label": f"{LABEL}={self.run_id}"}
        for container in client.containers.list(all=True, filters=mine):
            container.remove(force=True, v=True)
        for network in client.networks.list(filters=mine):
            network.remove()
        client.close()

    # ----------------------------------------------------------------------------------- details
    def _create(self, part: str, settings: dict[str, str] | None = None) -> None:
        container = (
            self._blueprint(part)
            .with_network(self.network)
            .with_network_aliases(part)
            .with_envs(**(settings or {}))
            .with_kwargs(labels={LABEL: self.run_id}, restart_policy={"Name": "unless-stopped"})
        )
        self._containers[part] = container
        self._settings[part] = dict(settings or {})
        container.start()

    def _discard(self, part: str) -> None:
        self._earlier_logs[part] = self.log(part)
        container = self._containers.pop(part)
        container.get_wrapped_container().stop(timeout=30)
        container.stop()

    def _blueprint(self, part: str) -> DockerContainer:
        if part in SERVICES:
            return self._service(part)
        return {
            "rabbitmq": self._rabbitmq,
            "mongo": self._mongo,
            "sandbox": self._sandbox,
            "gateway": self._gateway,
        }[part]()

    def _service(self, service: str) -> DockerContainer:
        port = INSIDE.as_dict()[service]
        environment = service_environment(
            service, self.addresses, self.secrets, host="0.0.0.0", port=port
        )
        return (
            DockerContainer(product.name_of(service))
            .with_envs(**environment, **TEST_SETTINGS.get(service, {}))
            .with_bind_ports(port, self.ports.as_dict()[service])
        )

    def _rabbitmq(self) -> DockerContainer:
        document = json.dumps(definitions(self.secrets.rabbitmq_passwords)).encode()
        settings = b"load_definitions = /etc/rabbitmq/doorstep.json\n"
        return (
            DockerContainer(self.images["RABBITMQ_IMAGE"])
            .with_bind_ports(5672, self.ports.rabbitmq)
            .with_copy_into_container(document, "/etc/rabbitmq/doorstep.json")
            .with_copy_into_container(settings, "/etc/rabbitmq/conf.d/90-doorstep.conf")
        )

    def _mongo(self) -> DockerContainer:
        return (
            DockerContainer(self.images["MONGO_IMAGE"])
            .with_bind_ports(27017, self.ports.mongo)
            .with_copy_into_container(self.secrets.mongo_keyfile.encode(), KEYFILE)
            .with_command(server_command(cache_gigabytes=0.25))
        )

    def _prepare_mongo(self) -> None:
        beside = self._containers["mongo"].get_container_id()
        setup = (
            DockerContainer(product.name_of("mongo-setup"))
            .with_kwargs(labels={LABEL: self.run_id}, network_mode=f"container:{beside}")
            .with_copy_into_container(
                json.dumps(self.secrets.mongo_passwords).encode(), "/tmp/passwords.json"
            )
            .with_command(["--member", "mongo:27017", "--passwords", "/tmp/passwords.json"])
        )
        setup.start()
        outcome = setup.get_wrapped_container().wait(timeout=START_SECONDS)
        assert outcome["StatusCode"] == 0, setup.get_wrapped_container().logs().decode()

    def _sandbox(self) -> DockerContainer:
        environment = sandbox_environment(
            self.addresses, self.secrets, INSIDE, host="0.0.0.0", state="/state/sandbox.sqlite"
        )
        return (
            DockerContainer(product.name_of("sandbox"))
            .with_envs(**environment)
            .with_bind_ports(INSIDE.sandbox, self.ports.sandbox)
            .with_bind_ports(INSIDE.smtp, self.ports.smtp)
        )

    def _gateway(self) -> DockerContainer:
        return (
            DockerContainer(product.name_of("gateway"))
            .with_envs(GATEWAY_SANDBOX=f"sandbox:{INSIDE.sandbox}", **TEST_SETTINGS["gateway"])
            .with_bind_ports(8080, self.ports.gateway)
        )

    def _state(self, part: str) -> str:
        container = self._containers[part].get_wrapped_container()
        container.reload()
        return str(container.status)

    def _wait(self, part: str, is_ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not is_ready():
            assert time.monotonic() < deadline, f"{part} is not ready:\n{self.log(part)[-3000:]}"
            time.sleep(0.2)


@cache
def _images() -> dict[str, str]:
    """The bases to run; everything of ours is built on them, once per run."""
    with alone("images"):  # several workers share them
        images = product.bases()
        product.build(images)
    return images


@contextmanager
def container_stack(parts: tuple[str, ...]) -> Iterator[ContainerStack]:
    """A started stack on freshly built images, removed at the end whatever happens."""
    stack = ContainerStack(_images(), parts)
    try:
        stack.start_all()
        yield stack
    finally:
        stack.sweep()

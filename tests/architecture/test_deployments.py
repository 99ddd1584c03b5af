"""Every way to run a service gives it what its configuration asks for."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from deploy import compose
from deploy.environment import service_environment
from deploy.images.product import OFFICIAL
from deploy.k8s import manifests
from deploy.local.applications import addresses
from deploy.mongo.server import server_command
from deploy.product import SERVICES, Ports
from deploy.secrets import generate
from tools.applications import factory

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def required(service: str) -> set[str]:
    _, config = factory(service)
    prefix = config.model_config["env_prefix"]
    return {
        f"{prefix}{name}".upper()
        for name, field in config.model_fields.items()
        if field.is_required()
    }


def plain(settings) -> set[str]:
    return {name.removesuffix("_FILE") for name in settings}


@pytest.mark.parametrize("service", SERVICES)
def test_compose_gives_a_service_all_it_asks_for(service: str):
    settings = COMPOSE["services"][service]["environment"]
    assert required(service) <= plain(settings)


@pytest.mark.parametrize("service", SERVICES)
def test_the_cluster_gives_a_service_all_it_asks_for(service: str):
    assert required(service) <= plain(manifests._settings(service))


@pytest.mark.parametrize("service", SERVICES)
def test_a_local_process_gets_all_it_asks_for(service: str):
    settings = service_environment(service, addresses(Ports()), generate(), port=1)
    assert required(service) <= set(settings)


@pytest.mark.parametrize("service", SERVICES)
def test_every_secret_a_service_reads_is_mounted(service: str):
    part = COMPOSE["services"][service]
    read = {
        path.removeprefix("/run/secrets/")
        for name, path in part["environment"].items()
        if name.endswith("_FILE")
    }
    assert read == set(part["secrets"])
    assert read <= set(COMPOSE["secrets"])


@pytest.mark.parametrize("service", SERVICES)
def test_no_secret_of_a_service_stands_in_its_environment(service: str):
    _, config = factory(service)
    prefix = config.model_config["env_prefix"]
    secrets = {
        f"{prefix}{name}".upper()
        for name, field in config.model_fields.items()
        if "SecretStr" in str(field.annotation)
    }
    assert secrets.isdisjoint(COMPOSE["services"][service]["environment"])


def test_every_mounted_secret_is_made():
    assert set(COMPOSE["secrets"]) == set(compose.files(generate()))


def test_the_composition_is_valid():
    program = Path(sys.executable).with_name("docker-compose")
    checked = subprocess.run(
        [program, "--profile", "sandbox", "config", "--quiet"],
        cwd=ROOT,
        env=os.environ | {"DOORSTEP_WEBHOOK_SECRET": "whsec_x"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr


def test_the_default_images_are_the_same_everywhere():
    text = (ROOT / "docker-compose.yml").read_text()
    for variable, image in OFFICIAL.items():
        assert f"${{{variable}:-{image}}}" in text


def test_the_database_is_started_alike_everywhere():
    command = " ".join(" ".join(COMPOSE["services"]["mongo"]["command"]).split())
    (_, _, said) = server_command(cache_gigabytes=0.5)
    assert said.replace("0.5", "${DOORSTEP_MONGO_CACHE_GB:-0.5}") in command


def test_the_manifests_are_written_anew_after_a_change():
    for path, text in manifests.files().items():
        assert path.read_text() == text, "run `python -m deploy.k8s.manifests`"


@pytest.mark.parametrize("part", [*SERVICES, "gateway"])
def test_a_release_is_complete_and_on_its_own(part: str):
    folder = ROOT / "deploy/k8s" / part
    documents = list(yaml.safe_load_all((folder / "release.yaml").read_text()))
    (release,) = yaml.safe_load_all((folder / "kustomization.yaml").read_text())
    kinds = [document["kind"] for document in documents]
    assert {document["metadata"]["name"] for document in documents} == {part}
    assert {"Deployment", "Service", "PodDisruptionBudget"} <= set(kinds)
    assert len(kinds) == len(set(kinds))
    deployment = documents[kinds.index("Deployment")]["spec"]
    (container,) = deployment["template"]["spec"]["containers"]
    assert [image["name"] for image in release["images"]] == [container["image"]]
    labels = deployment["template"]["metadata"]["labels"].items()
    assert deployment["selector"]["matchLabels"].items() <= labels
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert {"readinessProbe", "livenessProbe"} <= set(container)

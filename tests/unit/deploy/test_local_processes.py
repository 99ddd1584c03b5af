"""What we started is recognised for certain, and what we did not start is never touched."""

import signal
import socket
import subprocess

import pytest

from deploy.local import backend, given, ports
from deploy.local.process import Process, Spec, started_at
from deploy.local.report import CannotContinueError
from deploy.local.stack import LocalStack
from deploy.product import Ports
from deploy.secrets import load_or_generate


@pytest.fixture
def sleeper(tmp_path):
    process = Process(tmp_path, "sleeper")
    process.start(Spec("sleeper", ("/bin/sleep", "60"), {"PATH": ""}, stop_seconds=5))
    yield process
    process.kill()


def test_starting_twice_starts_once(sleeper):
    assert sleeper.start() == sleeper.pid


def test_a_stopped_process_is_gone_and_may_be_started_again(sleeper):
    first = sleeper.pid
    sleeper.stop()
    assert sleeper.pid is None
    assert started_at(first) is None
    assert sleeper.start() != first


def test_a_frozen_process_can_be_stopped(sleeper):
    sleeper.signal(signal.SIGSTOP)
    sleeper.stop()
    assert sleeper.pid is None


def test_a_number_given_to_somebody_else_is_not_ours(sleeper, tmp_path):
    with subprocess.Popen(["/bin/sleep", "60"], start_new_session=True) as stranger:
        (tmp_path / "run/other.pid").write_text(f"{stranger.pid} 1")
        other = Process(tmp_path, "other")
        assert other.pid is None
        other.kill()
        assert stranger.poll() is None
        stranger.kill()


def test_a_settings_file_is_for_its_owner_alone(sleeper, tmp_path):
    assert (tmp_path / "run/sleeper.spec").stat().st_mode & 0o777 == 0o600


def test_secrets_are_made_once_and_kept_private(tmp_path):
    secrets = load_or_generate(tmp_path)
    assert load_or_generate(tmp_path) == secrets
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert all("d" not in key for key in secrets.trusted_keys["keys"])
    assert len({*secrets.mongo_passwords.values(), *secrets.rabbitmq_passwords.values()}) == 10


def test_free_ports_are_different_and_free():
    chosen = list(ports.free_ports().as_dict().values())
    assert len(set(chosen)) == len(chosen)
    assert not any(ports.is_taken(port) for port in chosen)


def test_a_stack_remembers_its_ports(tmp_path):
    chosen = LocalStack(tmp_path).ports
    assert LocalStack(tmp_path).ports == chosen
    assert LocalStack(tmp_path, Ports(gateway=9)).ports == Ports(gateway=9)


def test_a_taken_port_is_named_with_its_part():
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        port = somebody.getsockname()[1]
        with pytest.raises(CannotContinueError, match=rf"{port} \(gateway\)"):
            ports.refuse_taken({"gateway": port})


def test_a_broker_without_a_database_is_half_of_what_is_needed(monkeypatch):
    monkeypatch.delenv(given.MONGO, raising=False)
    monkeypatch.setenv(given.RABBITMQ, "http://admin:secret@broker:15672")
    with pytest.raises(CannotContinueError, match=given.MONGO):
        given.given()


def test_given_servers_are_reached_with_our_own_users(monkeypatch):
    monkeypatch.setenv(given.RABBITMQ, "http://admin:secret@broker:15672/")
    monkeypatch.setenv(given.MONGO, "mongodb://admin:secret@a:1,b:2/?authSource=x&replicaSet=rs7")
    servers = given.given()
    assert (servers.mongo, servers.mongo_options) == ("a:1,b:2", "replicaSet=rs7")
    assert (servers.rabbitmq, servers.rabbitmq_url) == (
        "broker:5672",
        "http://admin:secret@broker:15672",
    )


def test_down_stops_what_up_started(tmp_path, monkeypatch):
    monkeypatch.delenv("DOORSTEP_BACKEND", raising=False)
    backend.remember(tmp_path, "containers")
    assert backend.chosen(tmp_path) == "containers"
    monkeypatch.setenv("DOORSTEP_BACKEND", "ships")
    with pytest.raises(CannotContinueError, match="ships"):
        backend.chosen(tmp_path)

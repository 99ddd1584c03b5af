"""A sandbox in a process of its own, a receiver for its webhooks, and an SDK that is watched."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import stripe
from stripe import HTTPXClient, StripeClient
from stripe._object_classes import get_object_class

from deploy.sandbox.sdk.shapes import shape_problems

ROOT = Path(__file__).parents[3]
KEY = "sk_sandbox_contract_tests"
SECRET = "whsec_contract_tests"
PATIENCE_SECONDS = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(ready: Callable[[], Any], what: str, patience: float = PATIENCE_SECONDS) -> Any:
    """Wait for a condition; gives its (true) value."""
    deadline = time.monotonic() + patience
    while not (value := ready()):
        assert time.monotonic() < deadline, f"waited {patience:.0f} s for {what}"
        time.sleep(0.02)
    return value


@dataclass(frozen=True)
class Delivery:
    """One webhook as it arrived; `event` has passed construct_event."""

    event: dict[str, Any]
    raw: bytes
    signature: str


@dataclass
class Receiver:
    """Takes webhooks on a thread of its own; refuses the next `refuse` of them with 500."""

    port: int = field(default_factory=free_port)
    secrets: list[str] = field(default_factory=lambda: [SECRET])
    deliveries: list[Delivery] = field(default_factory=list)
    forged: list[bytes] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    refuse: int = 0

    def start(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), _handler(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/webhooks/stripe"

    def take(self, raw: bytes, signature: str) -> int:
        if self.refuse > 0:
            self.refuse -= 1
            self.refused.append(json.loads(raw)["id"])
            return 500
        for secret in self.secrets:
            with suppress(stripe.SignatureVerificationError):
                stripe.Webhook.construct_event(raw, signature, secret)
                self.deliveries.append(Delivery(json.loads(raw), raw, signature))
                return 200
        self.forged.append(raw)
        return 400

    def clear(self) -> None:
        self.deliveries.clear()
        self.refused.clear()
        self.refuse = 0
        self.secrets[1:] = []

    def of(self, subject: str) -> list[dict[str, Any]]:
        """Events whose object is, or belongs to, this id, in the order they were made."""
        found = [d.event for d in list(self.deliveries) if _concerns(d.event, subject)]
        return sorted(found, key=lambda event: event["created"])

    def types_of(self, subject: str) -> set[str]:
        return {event["type"] for event in self.of(subject)}

    def wait_for(self, event_type: str, subject: str = "") -> dict[str, Any]:
        def arrived() -> dict[str, Any] | None:
            for delivery in list(self.deliveries):
                event = delivery.event
                if event["type"] == event_type and (not subject or _concerns(event, subject)):
                    return event
            return None

        return eventually(arrived, f"{event_type} of {subject or 'anything'}")


def _concerns(event: dict[str, Any], subject: str) -> bool:
    item = event["data"]["object"]
    names = ("id", "payment_intent", "charge", "setup_intent", "customer")
    return subject in [item.get(name) for name in names]


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["content-length"]))
            status = receiver.take(raw, self.headers["stripe-signature"])
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    return Handler


class WatchedClient(HTTPXClient):
    """The SDK's own HTTP client; every answer is held against the SDK's resource classes."""

    def __init__(self) -> None:
        super().__init__(timeout=10)
        self.problems: list[str] = []
        self.attempts: list[tuple[str, str, str]] = []

    async def request_async(self, method, url, headers, post_data=None):
        path = httpx.URL(url).path
        self.attempts.append((method.upper(), path, headers.get("Idempotency-Key", "")))
        content, status, answered = await super().request_async(method, url, headers, post_data)
        self.problems += answer_problems(json.loads(content))
        return content, status, answered


def answer_problems(body: dict[str, Any]) -> list[str]:
    if "error" in body:
        held = [v for v in body["error"].values() if isinstance(v, dict) and "object" in v]
        return [problem for item in held for problem in object_problems(item)]
    if body.get("object") == "list":
        return [problem for item in body["data"] for problem in object_problems(item)]
    return object_problems(body)


def object_problems(item: dict[str, Any]) -> list[str]:
    if item.get("deleted"):
        return []
    cls = get_object_class("V1", item["object"])
    return [f"{cls.__name__}{problem}" for problem in shape_problems(item, cls)]


class Sandbox:
    """Starts, kills and restarts `python -m deploy.sandbox.main`; its state file stays."""

    def __init__(self, folder: Path, receiver: Receiver | None = None, **settings: str) -> None:
        self.port, self.smtp_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.receiver = receiver
        self._log = folder / "sandbox.log"
        self._environment = {
            **os.environ,
            "SANDBOX_HTTP_PORT": str(self.port),
            "SANDBOX_SMTP_PORT": str(self.smtp_port),
            "SANDBOX_PUBLIC_URL": self.url,
            "SANDBOX_STATE": str(folder / "sandbox.sqlite"),
            "SANDBOX_WEBHOOK_URL": receiver.url if receiver else "",
            "SANDBOX_WEBHOOK_SECRET": SECRET,
            "SANDBOX_WEBHOOK_BACKOFF_SECONDS": "[0.2, 0.2, 0.5]",
            "SANDBOX_ACH_SETTLE_SECONDS": "3600",
            "SANDBOX_REFUND_SETTLE_SECONDS": "3600",
            "SANDBOX_PAYOUT_SECONDS": "3600",
            **settings,
        }
        self._process: subprocess.Popen[bytes] | None = None
        self.http = httpx.Client(base_url=self.url, timeout=20)

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "deploy.sandbox.main"],
                cwd=ROOT,
                env=self._environment,
                stdout=log,
                stderr=log,
            )
        eventually(self._ready, f"the sandbox to start\n{self._log.read_text()[-2000:]}")

    def _ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self._log.read_text()[-2000:]
        with suppress(httpx.TransportError):
            return self.http.get("/health/ready").is_success
        return False

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait(10)

    def close(self) -> None:
        self.http.close()
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)

    def log(self) -> str:
        return self._log.read_text()

    def control(self, path: str, method: str = "POST", **body: Any) -> Any:
        """Steer the sandbox; fails the test when it refuses."""
        answer = self.http.request(method, f"/_sandbox/{path}", json=body or None)
        assert answer.is_success, answer.text
        return answer.json()

    def look(self, path: str) -> Any:
        return self.control(path, "GET")

    def stripe(self, client: HTTPXClient, retries: int = 2) -> StripeClient:
        return StripeClient(
            KEY,
            http_client=client,
            base_addresses={"api": self.url},
            max_network_retries=retries,
        )

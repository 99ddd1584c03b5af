"""The rates of production. They need a gateway of their own: all tests come from one address."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from deploy.local import gateway
from deploy.local.ports import free_ports
from deploy.local.process import Process
from deploy.product import Ports


class Anything(BaseHTTPRequestHandler):
    def do_GET(self):
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    do_POST = do_GET  # noqa: N815 - the name the server looks for

    def log_message(self, *_): ...


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[httpx.Client]:
    ports: Ports = free_ports()
    servers = [
        ThreadingHTTPServer(("127.0.0.1", port), Anything)
        for port in (ports.scheduling, ports.portal)
    ]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    nginx = Process(tmp_path, "gateway")
    nginx.start(gateway.spec(tmp_path, ports))
    try:
        patient = httpx.HTTPTransport(retries=6)  # nginx needs a moment to begin
        with httpx.Client(
            base_url=f"http://127.0.0.1:{ports.gateway}", transport=patient
        ) as client:
            yield client
    finally:
        nginx.stop()
        for server in servers:
            server.shutdown()
            server.server_close()


def statuses(send, times: int) -> list[int]:
    return [send().status_code for _ in range(times)]


def test_passwords_cannot_be_tried_out(browser: httpx.Client):
    tried = statuses(lambda: browser.post("/staff/scheduling/sign-in"), 40)
    assert tried[0] == 200
    assert tried[-1] == 429
    assert 15 <= tried.count(200) <= 30
    assert statuses(lambda: browser.get("/staff/scheduling/sign-in"), 5) == [200] * 5


@pytest.mark.scenario(67)
def test_links_cannot_be_tried_out(browser: httpx.Client):
    tried = statuses(lambda: browser.get("/p/guess"), 60)
    assert tried[-1] == 429
    assert 25 <= tried.count(200) <= 45
    refused = browser.get("/p/guess")
    assert refused.headers["retry-after"] == "30"
    assert "Too many tries" in refused.text
    assert statuses(lambda: browser.get("/p/i/opened-before"), 5) == [200] * 5

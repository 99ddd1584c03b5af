"""What is reachable from outside, what is not, and what the gateway adds and hides."""

import socket
from urllib.parse import urlsplit

import httpx
import pytest

from shared.ui.assets import asset
from tests.support.product import LARGE_PDF, Company
from tests.support.stack import Stack

HIDDEN = [
    "/internal/v1/companies",
    "/health/live",
    "/health/ready",
    "/metrics",
    "/operator",
    "/operator/rebuild",
    "/staff/../operator",
    "/billing/operator",
    "/_sandbox/overview",
    "/v1/charges",
    "/_gateway/unavailable.html",
    "/staff/unknown/",
    "/billing/internal/v1",
    "/accountant",
]


@pytest.fixture
def browser(stack: Stack):
    with httpx.Client(base_url=stack.gateway, timeout=30) as client:
        yield client


@pytest.mark.parametrize("path", HIDDEN)
@pytest.mark.scenario(70)
def test_what_is_not_for_the_public_does_not_exist(browser: httpx.Client, path: str):
    answer = browser.get(path)
    assert answer.status_code == 404
    assert "There is nothing here" in answer.text


def test_an_api_client_is_refused_in_its_own_format(browser: httpx.Client):
    answer = browser.get("/api/unknown/v1/things")
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["code"] == "not_found"


def test_the_front_door_leads_to_the_staff_sign_in(browser: httpx.Client):
    answer = browser.get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/staff/scheduling/sign-in")
    assert browser.get("/", follow_redirects=True).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/p/../internal/v1/companies",
        "/p/..%2finternal/v1/companies",
        "/p/%2e%2e/internal/v1/companies",
        "//internal/v1/companies",
        "/internal/../p/x",
        "/staff\\scheduling",
    ],
)
def test_a_path_that_means_two_things_is_refused(stack: Stack, path: str):
    assert raw(stack, f"GET {path} HTTP/1.1").startswith("HTTP/1.1 404")


def raw(stack: Stack, request: str) -> str:
    """Send it as it is: a client library would straighten the path out."""
    address = urlsplit(stack.gateway)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        connection.sendall(f"{request}\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        return connection.recv(1000).decode()


def test_a_file_named_by_its_content_is_kept_for_ever(browser: httpx.Client):
    answer = browser.get(asset("ui.css"))
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/css")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-encoding"] == "gzip"
    assert browser.get("/static/ui.css").headers["cache-control"] == "no-cache"


def test_static_files_are_all_there_is_below_static(browser: httpx.Client, stack: Stack):
    assert browser.get("/static/none.css").status_code == 404
    assert browser.get("/static/").status_code == 404
    assert browser.post("/static/ui.css").status_code == 404
    assert raw(stack, "GET /static/../templates/base.html HTTP/1.1").startswith("HTTP/1.1 404")


@pytest.mark.parametrize("path", ["/staff/scheduling/sign-in", "/p/nothing", "/webhooks/stripe"])
def test_every_answer_carries_the_security_headers_once(browser: httpx.Client, path: str):
    headers = browser.get(path).headers
    for name in (
        "content-security-policy",
        "x-content-type-options",
        "referrer-policy",
        "cross-origin-opener-policy",
        "permissions-policy",
    ):
        assert len(headers.get_list(name)) == 1, name
    assert "unsafe" not in headers["content-security-policy"]
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["server"] == "nginx"


def test_a_webhook_has_a_small_body_and_one_method(browser: httpx.Client):
    too_large = browser.post("/webhooks/stripe", content=b"x" * (256 * 1024 + 1))
    assert too_large.status_code == 413
    assert too_large.json()["code"] == "too_large"
    assert browser.get("/webhooks/stripe").status_code == 404


def test_a_report_with_photographs_gets_through(company: Company):
    inspection = company.book().inspection_id
    published = company.office.publish(inspection, "Report.pdf", LARGE_PDF)
    report = published["reports"][0]
    path = f"/api/scheduling/v1/inspections/{inspection}/reports/{report['report_id']}"
    replaced = company.office._http.put(
        path, files={"report": ("Better.pdf", LARGE_PDF, "application/pdf")}
    )
    assert replaced.status_code == 200, replaced.text


def test_a_form_may_not_be_as_large_as_a_report(browser: httpx.Client):
    answer = browser.post("/staff/scheduling/inspections/x/people", content=b"x" * 2_000_000)
    assert answer.status_code == 413


@pytest.mark.scenario(67)
def test_the_log_keeps_no_link(browser: httpx.Client, stack: Stack):
    token = "T0ken-that-opens-a-clients-page-aaaaaaaaaaaaa"
    for path in (f"/p/{token}", f"/pay/{token}?x=1", f"/account/enter/{token}"):
        browser.get(path, params={"email": "client@example.com"})
    log = stack.log("gateway")
    assert '"path":"/p/***"' in log
    assert '"path":"/pay/***"' in log
    assert token not in log
    assert "client@example.com" not in log
    assert "127.0.0.1" not in log


def test_a_service_that_is_away_is_said_kindly_and_comes_back(browser: httpx.Client, stack: Stack):
    stack.stop("billing")
    page = browser.get("/billing/fragments/anything")
    api = browser.get("/api/billing/v1/invoices")
    assert (page.status_code, api.status_code) == (503, 503)
    assert "We will be back in a moment" in page.text
    assert api.json()["code"] == "unavailable"
    assert page.headers["retry-after"] == "5"
    stack.start("billing")
    assert browser.get("/api/billing/v1/invoices").status_code == 401

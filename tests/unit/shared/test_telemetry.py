import io
import json
import logging

import pytest
import structlog

from shared.telemetry import (
    Cause,
    because_of,
    configure_logging,
    current_cause,
    redacted,
)

SECRETS = [
    ("maria.alvarez+home@example.co.uk", "[mail]"),
    ("GET /p/Zk3vN8xq2bT5yW9cR1dF7g HTTP/1.1", "GET /p/[secret] HTTP/1.1"),
    ("/pay/Zk3vN8xq2bT5yW9cR1dF7g?x=1", "/pay/[secret]?x=1"),
    ("key sk_test_4eC39HqLyjWDarjtT1zdp7dc", "key sk_[secret]"),
    ("whsec_abcDEF123", "whsec_[secret]"),
    ("Authorization: Bearer eyJhbGci.eyJzdWIi.c2ln", "Authorization: Bearer [secret]"),
    ("mongodb://billing:pa55word@db:27017/", "mongodb://[secret]@db:27017/"),
]


@pytest.mark.parametrize(("text", "shown"), SECRETS)
def test_secrets_and_addresses_do_not_reach_a_log(text, shown):
    assert redacted(text) == shown


def test_ids_stay_readable():
    text = "/p/i/0b7c4a52f1d84e2f9f0c3a6d5e4b1a90 invoice-1 5d2f8c1e7a9b4f60b3d1c2e4f5a60718"

    assert redacted(text) == text


@pytest.fixture
def logs(monkeypatch):
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    for handler in handlers:  # configuring replaces and closes what it finds
        root.removeHandler(handler)
    written = io.StringIO()
    monkeypatch.setattr("sys.stdout", written)
    configure_logging("billing")
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def test_a_log_line_is_json_with_the_service_and_without_secrets(logs):
    structlog.get_logger().info("sent", to="maria@example.com")

    (line,) = logs()
    assert line["event"] == "sent"
    assert line["service"] == "billing"
    assert line["to"] == "[mail]"
    assert line["at"].endswith("Z")


def test_a_traceback_and_a_nested_value_are_redacted_too(logs):
    try:
        int("maria@example.com")
    except ValueError:
        structlog.get_logger().exception("failed", about={"mail": "maria@example.com"})

    (line,) = logs()
    assert "maria@example.com" not in json.dumps(line)
    assert "ValueError" in line["exception"]


def test_the_libraries_log_in_the_same_form(logs):
    logging.getLogger("pymongo").warning("cannot reach mongodb://billing:pa55word@db/")

    (line,) = logs()
    assert line["event"] == "cannot reach mongodb://[secret]@db/"


def test_what_is_done_because_of_a_request_carries_its_correlation_id(logs):
    with because_of(Cause("request-1", "event-1")):
        structlog.get_logger().info("inside")
        assert current_cause() == Cause("request-1", "event-1")
    structlog.get_logger().info("outside")

    inside, outside = logs()
    assert inside["correlation_id"] == "request-1"
    assert "correlation_id" not in outside
    assert current_cause() is None

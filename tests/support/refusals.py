"""Calls that must be refused, and the problem document that says why."""

from collections.abc import Callable
from typing import Any

import httpx

from deploy.demo.office import Office


def refusal(call: Callable[[], object]) -> dict[str, Any]:
    """The problem document of a call that must be refused; raises when it was accepted."""
    try:
        accepted = call()
    except httpx.HTTPStatusError as refused:
        return problem(refused.response)
    raise AssertionError(f"accepted: {accepted!r}")


def problem(answer: httpx.Response) -> dict[str, Any]:
    """The problem document of an answer that must be one (RFC 9457)."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text[:300]
    document: dict[str, Any] = answer.json()
    assert document["status"] == answer.status_code
    assert document["code"]
    assert document["title"]
    return document


def refusal_code(office: Office, path: str) -> str:
    """The code that posting nothing there is refused with now; nothing if it is not."""
    try:
        office.post(path, {})
    except httpx.HTTPStatusError as refused:
        return str(refused.response.json()["code"])
    return ""

"""An office worker's hands on a running Doorstep: the public API and the staff pages over HTTP."""

import re
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self, TypeVar
from uuid import uuid4

import httpx

T = TypeVar("T")
TIMEOUT_SECONDS = 30.0
_HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*>')
_ATTRIBUTE = re.compile(r'(name|value)="([^"]*)"')


class NotYetError(AssertionError):
    """Something awaited did not come about in time; the message says what was seen last."""


def eventually(look: Callable[[], T | None], what: str, *, within: float = TIMEOUT_SECONDS) -> T:
    """Return the first truthy answer of `look`; raise NotYetError when none came in time."""
    deadline = time.monotonic() + within
    while True:
        seen = look()
        if seen:
            return seen
        if time.monotonic() > deadline:
            raise NotYetError(f"{what}: not within {within:.0f} s; last seen {seen!r}")
        time.sleep(0.1)


class Office:
    """One signed-in staff member. Every answer that is an error raises httpx.HTTPStatusError."""

    def __init__(self, gateway: str, email: str, password: str) -> None:
        """`gateway` is the public address, without a slash at the end."""
        self._email = email
        self._password = password
        self._http = httpx.Client(base_url=gateway, timeout=TIMEOUT_SECONDS)

    def __enter__(self) -> Self:
        """Use as a context manager to close the connections."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connections."""
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def sign_in(self) -> Self:
        """Take a token for the API. Raises for a wrong password."""
        answer = self._http.post(
            "/api/scheduling/v1/tokens", json={"email": self._email, "password": self._password}
        ).raise_for_status()
        self._http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return self

    def get(self, path: str, **params: str) -> Any:
        """The JSON at this path of the API, for example `scheduling/v1/company`."""
        return self._http.get(f"/api/{path}", params=params).raise_for_status().json()

    def download(self, path: str) -> httpx.Response:
        """A file, at its address."""
        return self._http.get(path).raise_for_status()

    def post(self, path: str, body: Mapping[str, Any], key: str = "") -> Any:
        """Create or act; the same `key` does it once."""
        headers = {"Idempotency-Key": key or uuid4().hex}
        answer = self._http.post(f"/api/{path}", json=body, headers=headers)
        return answer.raise_for_status().json()

    def put(self, path: str, body: Mapping[str, Any]) -> Any:
        """Put this in the place of what is there."""
        return self._http.put(f"/api/{path}", json=body).raise_for_status().json()

    def patch(self, path: str, body: Mapping[str, Any]) -> Any:
        """Change what is there."""
        return self._http.patch(f"/api/{path}", json=body).raise_for_status().json()

    def delete(self, path: str) -> Any:
        """Take away what is there."""
        return self._http.delete(f"/api/{path}").raise_for_status().json()

    def publish(self, inspection_id: str, file_name: str, pdf: bytes, key: str = "") -> Any:
        """Upload the report and publish it."""
        answer = self._http.post(
            f"/api/scheduling/v1/inspections/{inspection_id}/publish",
            files={"report": (file_name, pdf, "application/pdf")},
            headers={"Idempotency-Key": key or uuid4().hex},
        )
        return answer.raise_for_status().json()

    def open_pages(self) -> Self:
        """Sign in as a browser does, for the staff pages."""
        page = self._http.get("/staff/scheduling/sign-in")
        form = {**hidden_fields(page.text), "email": self._email, "password": self._password}
        answer = self._http.post("/staff/scheduling/sign-in", data=form)
        if not answer.is_redirect:
            raise NotYetError(f"sign-in answered {answer.status_code}")
        return self

    def client_view(self, inspection_id: str) -> str:
        """A link that shows this inspection as its client sees it, and works for the client."""
        page = self._http.get(f"/staff/scheduling/inspections/{inspection_id}").raise_for_status()
        answer = self._http.post(
            f"/staff/portal/inspections/{inspection_id}/client-view",
            data={"csrf_token": hidden_fields(page.text)["csrf_token"]},
        )
        if not answer.is_redirect:
            raise NotYetError(f"client view answered {answer.status_code}")
        return str(self._http.base_url.join(answer.headers["location"]))


def hidden_fields(html: str) -> dict[str, str]:
    """Name and value of the hidden fields of a page's forms."""
    fields: dict[str, str] = {}
    for tag in _HIDDEN.findall(html):
        attributes = dict(_ATTRIBUTE.findall(tag))
        if "name" in attributes:
            fields[attributes["name"]] = attributes.get("value", "")
    return fields

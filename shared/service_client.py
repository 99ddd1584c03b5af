"""Calls from one of our services to another: short token and timeout, same correlation id."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx

from shared.identity import KeyRing
from shared.problems import ForbiddenError, RefusalError, UnavailableError
from shared.telemetry import current_cause, trace_headers

TIMEOUT_SECONDS = 5.0
FORBIDDEN = 403
GENERAL = ForbiddenError.code


class RemoteRefusalError(RefusalError):
    """The other service refused; its code, status and words are passed on."""

    def __init__(self, status: int, code: str, detail: str, extra: Mapping[str, Any]) -> None:
        """As the problem document said it."""
        super().__init__(detail, **extra)
        self.remote_status = status
        self.remote_code = code


class ServiceClient:
    """One other service. Raises UnavailableError when it does not answer or fails."""

    def __init__(
        self, base_url: str, audience: str, keyring: KeyRing, *, timeout: float = TIMEOUT_SECONDS
    ) -> None:
        """`audience` is the other service's name."""
        self._audience = audience
        self._keyring = keyring
        self._client = httpx.AsyncClient(base_url=base_url, timeout=timeout)

    async def post(
        self, path: str, json: Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> Any:
        """The JSON answer, None if it is empty. Raises RemoteRefusalError for a 4xx answer."""
        response = await self._send("POST", path, json=json, headers=headers)
        return response.json() if response.content else None

    async def get(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        """The JSON answer. Raises RemoteRefusalError for a 4xx answer."""
        return (await self._send("GET", path, params=params)).json()

    @asynccontextmanager
    async def stream(
        self, path: str, params: Mapping[str, str] | None = None
    ) -> AsyncIterator[httpx.Response]:
        """The answer while it arrives, for files."""
        request = self._client.build_request(
            "GET", path, params=params, headers=self._headers(None)
        )
        try:
            response = await self._client.send(request, stream=True)
        except httpx.HTTPError as error:
            raise UnavailableError from error
        try:
            if response.is_error:
                await response.aread()
            _raise_for(response)
            yield response
        finally:
            await response.aclose()

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    def _headers(self, headers: Mapping[str, str] | None) -> dict[str, str]:
        cause = current_cause()
        correlation = {"X-Correlation-Id": cause.correlation_id} if cause else {}
        token = {"Authorization": f"Bearer {self._keyring.mint_service(self._audience)}"}
        return {**token, **correlation, **trace_headers(), **(headers or {})}

    async def _send(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **body: Any
    ) -> httpx.Response:
        try:
            response = await self._client.request(
                method, path, headers=self._headers(headers), **body
            )
        except httpx.HTTPError as error:
            raise UnavailableError from error
        _raise_for(response)
        return response


def _raise_for(response: httpx.Response) -> None:
    if response.is_success:
        return
    away = UnavailableError(f"{response.request.url.path} answered {response.status_code}")
    if response.is_server_error or response.status_code in {401, 429}:
        raise away
    try:
        problem = response.json()
    except ValueError as error:
        raise away from error
    if response.status_code == FORBIDDEN and problem.get("code", GENERAL) == GENERAL:
        raise away  # our own token was not taken; any other code is about the person's wish
    known = {"type", "title", "status", "detail", "code"}
    raise RemoteRefusalError(
        response.status_code,
        problem.get("code", "refused"),
        problem.get("detail", ""),
        {key: value for key, value in problem.items() if key not in known},
    )

"""Answers that never arrive: a connection cut in the middle, a silence longer than patience."""

import asyncio

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

_PROMISED_BYTES = b"1000"


class _Broken(Response):
    """Promise a body, send none of it: the server then closes the connection."""

    def __init__(self, silent_seconds: float) -> None:
        super().__init__()
        self._silent_seconds = silent_seconds

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Stay silent until the caller gives up or the time is over, then break off."""
        await _wait_for_hang_up(receive, self._silent_seconds)
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [(b"content-length", _PROMISED_BYTES)],
            }
        )


async def _wait_for_hang_up(receive: Receive, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        pass


def cut() -> Response:
    """Break the connection off at once."""
    return _Broken(0)


def outlast(seconds: float) -> Response:
    """Say nothing for so long, then break the connection off."""
    return _Broken(seconds)

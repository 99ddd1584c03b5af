"""Under which address a static file is served, and a small app that serves them.

Our own files are named by content: `asset("ui.css")` is `/static/ui.3f9c1a2b.css`, so a browser may
keep it for ever. Whoever serves `/static/` drops the eight hex digits again and reads
`static/ui.css`. Vendored files carry their version in the name and are addressed as they are.
"""

import hashlib
import re
from collections.abc import MutableMapping
from functools import cache
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

STATIC = Path(__file__).parent / "static"
STATIC_URL = "/static"
HASHED_NAME = re.compile(r"^(?P<stem>.+)\.[0-9a-f]{8}(?P<suffix>\.[a-z0-9]+)$")
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
VENDORED = "vendor/"


@cache
def asset(name: str) -> str:
    """Return the address of a file below `static/`; unknown names raise `FileNotFoundError`."""
    content = (STATIC / name).read_bytes()
    if name.startswith(VENDORED):
        return f"{STATIC_URL}/{name}"
    digest = hashlib.sha256(content).hexdigest()[:8]
    stem, dot, suffix = name.rpartition(".")
    return f"{STATIC_URL}/{stem}.{digest}{dot}{suffix}"


def plain_name(requested: str) -> str:
    """Return the file on disk for a requested name: a content hash is dropped, the rest kept."""
    hashed = HASHED_NAME.match(requested)
    return f"{hashed['stem']}{hashed['suffix']}" if hashed else requested


class HashedFiles(StaticFiles):
    """Serve `static/`; hashed and vendored names may be kept for ever, others are asked again."""

    async def get_response(self, path: str, scope: MutableMapping[str, Any]) -> Response:
        """Answer with the file the requested name stands for."""
        name = plain_name(path)
        response = await super().get_response(name, scope)
        kept = name != path or name.startswith(VENDORED)
        response.headers["Cache-Control"] = FOR_EVER if kept else ASK_AGAIN
        return response


def static_app() -> Starlette:
    """Return an app that serves `/static/`, for tests and for a service without the gateway."""
    return Starlette(routes=[Mount(STATIC_URL, app=HashedFiles(directory=STATIC))])

"""Who may use a service's operator page: whoever knows its password, and nobody where none is set.

The page is on the service's own port, which the gateway does not show. An operator is neither staff
nor a service of ours, so no token of theirs opens it.
"""

import hashlib
import hmac
from typing import Any

from fastapi import Request
from fastapi.exceptions import HTTPException
from fastapi.security import HTTPBasic
from pydantic import SecretStr

from shared.identity import SAFE_METHODS, declares_caller
from shared.own_forms import require_own_form
from shared.problems import NotFoundError

USER = "operator"
_REALM = "Doorstep operator"
_basic = HTTPBasic(realm=_REALM, auto_error=False)


def form_token(password: SecretStr) -> str:
    """What the page's own forms bring back; the browser sends the password along by itself."""
    key = password.get_secret_value().encode()
    return hmac.new(key, b"operator form", hashlib.sha256).hexdigest()


def password_of(request: Request) -> SecretStr:
    """The password of this service's page. Raises NotFoundError where there is none."""
    password: SecretStr | None = request.app.state.config.operator_password
    if password is None:
        raise NotFoundError
    return password


async def _operator(request: Request) -> None:
    password = password_of(request)
    given = await _basic(request)
    wanted = password.get_secret_value().encode()
    if (
        given is None
        or given.username != USER
        or not hmac.compare_digest(given.password.encode(), wanted)
    ):
        raise HTTPException(401, headers={"WWW-Authenticate": f'Basic realm="{_REALM}"'})
    if request.method not in SAFE_METHODS:
        await require_own_form(request, form_token(password))


operator_only: Any = declares_caller(_operator, "operators: by the password of this service")

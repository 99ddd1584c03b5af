"""Who is calling, and what they may do: staff, API clients, services. Deny by default.

Tokens are short JWTs signed with Ed25519. Each service holds its own private key and everybody's
public ones, so one service's secret cannot speak for another. Only scheduling may say who is
staff. A route without one of the dependencies below stops the start (see shared/webapp.py).
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from fastapi import Request
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey

from shared.config import ServiceConfig
from shared.own_forms import require_own_form
from shared.problems import ForbiddenError, NotSignedInError

STAFF_TOKEN_LIFETIME = timedelta(minutes=15)
SERVICE_TOKEN_LIFETIME = timedelta(seconds=60)
CLOCK_SKEW = timedelta(seconds=10)
STAFF_ISSUER = "scheduling"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_ALGORITHM = "Ed25519"


class Permission(StrEnum):
    """What a route asks for; also the scopes of an API key."""

    READ = "read"
    SCHEDULE = "schedule"
    PUBLISH = "publish"
    BILL = "bill"
    REFUND = "refund"
    SETTINGS = "settings"


ROLE_PERMISSIONS: Mapping[str, frozenset[Permission]] = {
    "owner": frozenset(Permission),
    "office": frozenset(Permission) - {Permission.SETTINGS},
    "inspector": frozenset({Permission.READ, Permission.SCHEDULE, Permission.PUBLISH}),
    "read_only": frozenset({Permission.READ}),
}


@dataclass(frozen=True)
class Staff:
    """A signed-in staff member. `csrf_token` belongs to the login session."""

    company_id: str
    staff_id: str
    name: str
    role: str
    session_id: str = ""
    csrf_token: str = ""

    def may(self, permission: Permission) -> bool:
        """Whether the role includes it."""
        return permission in ROLE_PERMISSIONS[self.role]


@dataclass(frozen=True)
class ApiClient:
    """A program with one of the company's API keys."""

    company_id: str
    key_id: str
    scopes: frozenset[str]

    def may(self, permission: Permission) -> bool:
        """Whether the key has the scope."""
        return permission.value in self.scopes


@dataclass(frozen=True)
class ServiceCaller:
    """Another service of ours."""

    name: str


class KeyRing:
    """This service's signing key and the public keys of all."""

    def __init__(self, signing_key: str, trusted_keys: str) -> None:
        """Both in JSON: a private Ed25519 JWK with `kid`, and a JWKS."""
        self._private = OKPKey.import_key(json.loads(signing_key))
        self._trusted = KeySet.import_key_set(json.loads(trusted_keys))
        self.name: str = str(self._private.kid)

    @classmethod
    def from_config(cls, config: ServiceConfig) -> "KeyRing":
        """From the service's settings."""
        return cls(config.signing_key.get_secret_value(), config.trusted_keys)

    def sign(self, claims: Mapping[str, Any], audience: str, lifetime: timedelta) -> str:
        """A token for one audience."""
        now = datetime.now(UTC)
        body = {
            **claims,
            "iss": self.name,
            "aud": audience,
            "iat": int(now.timestamp()),
            "exp": int((now + lifetime).timestamp()),
        }
        header = {"alg": _ALGORITHM, "kid": self.name}
        return jwt.encode(header, body, self._private, algorithms=[_ALGORITHM])

    def verify(self, token: str, audience: str) -> dict[str, Any]:
        """The claims. Raises NotSignedInError for anything but a valid token of ours."""
        try:
            decoded = jwt.decode(token, self._trusted, algorithms=[_ALGORITHM])
            jwt.JWTClaimsRegistry(
                leeway=int(CLOCK_SKEW.total_seconds()),
                aud={"essential": True, "value": audience},
                exp={"essential": True},
                iss={"essential": True, "value": decoded.header["kid"]},
            ).validate(decoded.claims)
        except (JoseError, ValueError, KeyError) as error:
            raise NotSignedInError from error
        return dict(decoded.claims)

    def mint_staff(self, staff: Staff, audience: str = "staff") -> str:
        """The short token of a login session (`staff`: cookie, `api`: bearer). Scheduling only."""
        claims = {
            "sub": staff.staff_id,
            "company_id": staff.company_id,
            "name": staff.name,
            "role": staff.role,
            "sid": staff.session_id,
            "csrf": staff.csrf_token,
        }
        return self.sign(claims, audience, STAFF_TOKEN_LIFETIME)

    def mint_api_client(self, client: ApiClient) -> str:
        """The short bearer token for an API key. Scheduling only."""
        claims = {
            "sub": client.key_id,
            "company_id": client.company_id,
            "scopes": sorted(client.scopes),
        }
        return self.sign(claims, "api", STAFF_TOKEN_LIFETIME)

    def mint_service(self, audience: str) -> str:
        """This service's token for a call to another."""
        return self.sign({}, f"service:{audience}", SERVICE_TOKEN_LIFETIME)

    def staff(self, token: str) -> Staff:
        """The staff member a cookie speaks of."""
        claims = self._from_scheduling(token, "staff")
        return _staff(claims)

    def api_caller(self, token: str) -> Staff | ApiClient:
        """The person or program a bearer token speaks of."""
        claims = self._from_scheduling(token, "api")
        if "scopes" in claims:
            return ApiClient(claims["company_id"], claims["sub"], frozenset(claims["scopes"]))
        return _staff(claims)

    def _from_scheduling(self, token: str, audience: str) -> dict[str, Any]:
        claims = self.verify(token, audience)
        if claims["iss"] != STAFF_ISSUER:
            raise NotSignedInError
        return claims


def _staff(claims: Mapping[str, Any]) -> Staff:
    return Staff(
        company_id=claims["company_id"],
        staff_id=claims["sub"],
        name=claims["name"],
        role=claims["role"],
        session_id=claims["sid"],
        csrf_token=claims["csrf"],
    )


def cookie_name(base: str, config: ServiceConfig) -> str:
    """`__Host-` wherever browsers reach us by https."""
    return f"__Host-{base}" if config.secure else base


STAFF_COOKIE = "doorstep_staff"
SESSION_COOKIE = "doorstep_session"

Caller = TypeVar("Caller")
Dependency = Callable[..., Awaitable[Caller]]


def declares_caller(dependency: Callable[..., Any], who: str) -> Callable[..., Any]:
    """Mark a dependency as one that decides who may call; the start demands one per route."""
    dependency.caller = who  # type: ignore[attr-defined]
    return dependency


def keyring_of(request: Request) -> KeyRing:
    """The key ring of the service that answers."""
    keyring: KeyRing = request.app.state.keyring
    return keyring


def may(permission: Permission) -> Callable[..., Any]:
    """An API route for staff or API clients that have this permission."""

    async def caller(request: Request) -> Staff | ApiClient:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        found: Staff | ApiClient
        if scheme.lower() == "bearer":
            found = keyring_of(request).api_caller(token)
        else:
            found = await _staff_from_cookie(request)
        if not found.may(permission):
            raise ForbiddenError(f"This needs the permission “{permission.value}”.")
        return found

    return declares_caller(caller, f"staff or API key: {permission.value}")


def staff_page(permission: Permission) -> Callable[..., Any]:
    """A page or fragment for signed-in staff that have this permission."""

    async def staff(request: Request) -> Staff:
        found = await _staff_from_cookie(request)
        if not found.may(permission):
            raise ForbiddenError("Your role does not include this. Ask an owner of your company.")
        return found

    return declares_caller(staff, f"staff: {permission.value}")


def staff_looking(request: Request) -> Staff | None:
    """The staff member whose browser this is, if any; for pages that also others may open."""
    token = request.cookies.get(cookie_name(STAFF_COOKIE, request.app.state.config))
    if not token:
        return None
    try:
        return keyring_of(request).staff(token)
    except NotSignedInError:
        return None


def service_call(*names: str) -> Callable[..., Any]:
    """An internal route for these services of ours."""

    async def service(request: Request) -> ServiceCaller:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise NotSignedInError
        keyring = keyring_of(request)
        issuer = keyring.verify(token, f"service:{keyring.name}")["iss"]
        if issuer not in names:
            raise ForbiddenError
        return ServiceCaller(issuer)

    return declares_caller(service, f"services: {', '.join(names)}")


def everyone(reason: str) -> Callable[..., Any]:
    """A public route, with the reason why it may be."""

    async def anyone() -> None:
        return None

    return declares_caller(anyone, f"everyone: {reason}")


async def _staff_from_cookie(request: Request) -> Staff:
    token = request.cookies.get(cookie_name(STAFF_COOKIE, request.app.state.config), "")
    staff = keyring_of(request).staff(token)
    if request.method not in SAFE_METHODS:
        await require_own_form(request, staff.csrf_token)
    return staff

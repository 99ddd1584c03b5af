"""A service with nothing behind it: settings, keys and a runtime that needs no broker."""

import json
from collections.abc import Mapping
from functools import cache

from fastapi import APIRouter, FastAPI
from joserfc.jwk import OKPKey

from shared.config import ServiceConfig
from shared.identity import KeyRing, Staff
from shared.runtime import Readiness
from shared.webapp import create_app

SERVICES = ("scheduling", "billing", "portal", "notifications")


@cache
def signing_key(service: str) -> str:
    """A private key; the same one for the same service in one test run."""
    key = OKPKey.generate_key("Ed25519", {"kid": service})
    return json.dumps(key.as_dict(private=True))


@cache
def trusted_keys() -> str:
    """The public keys of all services."""
    public = [
        OKPKey.import_key(json.loads(signing_key(service))).as_dict(private=False)
        for service in SERVICES
    ]
    return json.dumps({"keys": public})


def keyring(service: str) -> KeyRing:
    """What the service itself would have."""
    return KeyRing(signing_key(service), trusted_keys())


def config(service: str = "billing", **changes: object) -> ServiceConfig:
    """Complete settings that lead nowhere."""
    return ServiceConfig(
        **{
            "mongo_url": "mongodb://nowhere.invalid",
            "mongo_database": service,
            "rabbit_url": "amqp://nowhere.invalid",
            "http_port": 1,
            "public_url": "http://doorstep.test",
            "signing_key": signing_key(service),
            "trusted_keys": trusted_keys(),
            "environment": "development",
            **changes,
        }
    )


class IdleRuntime:
    """Stands where a Runtime would: starts nothing, is as ready as it is told."""

    def __init__(self, service: str, checks: Mapping[str, bool]) -> None:
        self.service = service
        self.checks = checks
        self.life: list[str] = []

    async def start(self) -> None:
        self.life.append("started")

    async def stop(self) -> None:
        self.life.append("stopped")

    async def readiness(self) -> Readiness:
        return Readiness(dict(self.checks))

    async def measure(self) -> None:
        self.life.append("measured")


def app(
    *routers: APIRouter,
    service: str = "billing",
    checks: Mapping[str, bool] | None = None,
    settings: ServiceConfig | None = None,
    **options: object,
) -> FastAPI:
    """The application of a service with these routes."""
    return create_app(
        runtime=IdleRuntime(service, {"started": True} if checks is None else checks),
        config=settings or config(service),
        routers=routers,
        title=service,
        **options,
    )


def staff(role: str = "owner", **changes: str) -> Staff:
    """Somebody of the company c1."""
    known = {
        "company_id": "c1",
        "staff_id": "s1",
        "name": "Dana Reyes",
        "session_id": "session-1",
        "csrf_token": "form-token",
    }
    return Staff(role=role, **known | changes)


def staff_cookie(role: str = "owner", **changes: str) -> dict[str, str]:
    """What the browser of a signed-in staff member sends."""
    return {"doorstep_staff": keyring("scheduling").mint_staff(staff(role, **changes))}

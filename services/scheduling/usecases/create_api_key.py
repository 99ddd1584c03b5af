"""A key with which the company's own programs use the APIs."""

from dataclasses import dataclass
from datetime import datetime

from services.scheduling.domain.access import ApiKey
from services.scheduling.domain.refusals import BadFieldError
from services.scheduling.usecases.issue_token import KEY_PREFIX
from services.scheduling.usecases.ports import Desk, Office, Secrets


@dataclass(frozen=True, kw_only=True)
class CreateApiKey:
    """What the key is for and what it may do."""

    company_id: str
    name: str
    scopes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class CreatedKey:
    """The key, and the text that is shown once and kept nowhere."""

    key: ApiKey
    plain: str


async def create_api_key(
    command: CreateApiKey, *, office: Office, secrets: Secrets, now: datetime
) -> CreatedKey:
    """Create the key; only the hash of its secret is kept."""
    if not command.name.strip():
        raise BadFieldError("Enter what the key is for", field="name")
    if not command.scopes:
        raise BadFieldError("Choose at least one scope", field="scopes")
    secret = secrets.new_secret()
    key = ApiKey(
        key_id=secrets.new_id(),
        company_id=command.company_id,
        name=command.name.strip(),
        secret_hash=secrets.digest(secret),
        scopes=tuple(sorted(set(command.scopes))),
        created_at=now,
    )

    async def work(desk: Desk) -> CreatedKey:
        await desk.company(command.company_id)
        await desk.write(key)
        return CreatedKey(key=key, plain=f"{KEY_PREFIX}{key.key_id}_{secret}")

    return await office.transaction(work)

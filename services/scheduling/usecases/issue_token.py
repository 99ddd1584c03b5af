"""A password or a company API key becomes a short token for the APIs."""

import hmac
from dataclasses import dataclass
from datetime import datetime

from services.scheduling.domain.access import API_TOKEN_LIFE, ATTEMPTS_WINDOW
from services.scheduling.domain.refusals import WrongPasswordError
from services.scheduling.domain.staff import account_email
from services.scheduling.usecases.ports import Door, Mint, Passwords, Secrets
from services.scheduling.usecases.sign_in import checked_account

KEY_PREFIX = "dsk_"


@dataclass(frozen=True, kw_only=True)
class IssueToken:
    """Either an account with its password, or an API key."""

    address: str
    email: str = ""
    password: str = ""
    api_key: str = ""


@dataclass(frozen=True, kw_only=True)
class Issued:
    """A bearer token and how long it lasts."""

    access_token: str
    expires_in_seconds: int


async def issue_token(
    command: IssueToken,
    *,
    door: Door,
    passwords: Passwords,
    secrets: Secrets,
    mint: Mint,
    now: datetime,
) -> Issued:
    """Mint the token. Raises WrongPasswordError or TooManyAttemptsError."""
    if command.api_key:
        token = await _token_of_key(command, door=door, secrets=secrets, mint=mint, now=now)
    else:
        member = await checked_account(
            account_email(command.email),
            command.password,
            command.address,
            door=door,
            passwords=passwords,
            now=now,
        )
        token = mint.bearer_token(member, f"api-{secrets.new_id()}")
    return Issued(access_token=token, expires_in_seconds=int(API_TOKEN_LIFE.total_seconds()))


async def _token_of_key(
    command: IssueToken, *, door: Door, secrets: Secrets, mint: Mint, now: datetime
) -> str:
    key_id, _, secret = command.api_key.removeprefix(KEY_PREFIX).partition("_")
    attempts = await door.attempts(key_id, command.address, since=now - ATTEMPTS_WINDOW)
    attempts.refuse_too_many()
    key = await door.key(key_id)
    known = key.secret_hash if key else ""
    fits = hmac.compare_digest(secrets.digest(secret), known)
    if key is None or not fits or key.revoked_at:
        await door.note_failure(key_id, command.address, at=now)
        raise WrongPasswordError("This API key is not valid")
    return mint.key_token(key)

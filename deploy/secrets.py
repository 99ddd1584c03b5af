"""The secrets of one installation: made once, kept readable by their owner only."""

import base64
import hashlib
import json
import os
import secrets as dice
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from deploy.product import OPERATOR, SERVICES

FILE = "secrets.json"


@dataclass(frozen=True)
class Secrets:
    """Passwords and keys by user; a signing key is a private Ed25519 JWK, its `kid` the service."""

    mongo_passwords: dict[str, str]
    rabbitmq_passwords: dict[str, str]
    signing_keys: dict[str, dict[str, str]]
    mongo_keyfile: str
    erlang_cookie: str
    stripe_secret_key: str
    stripe_webhook_secret: str

    @property
    def trusted_keys(self) -> dict[str, list[dict[str, str]]]:
        """The public halves of all signing keys, as a JWKS."""
        return {
            "keys": [
                {name: value for name, value in key.items() if name != "d"}
                for key in self.signing_keys.values()
            ]
        }

    @property
    def inbound_mail_secret(self) -> str:
        """Made from another one, so that installations from before inbound mail have it too."""
        source = f"inbound mail {self.stripe_webhook_secret}"
        return hashlib.sha256(source.encode()).hexdigest()


def generate() -> Secrets:
    """Fresh secrets for a new installation."""
    users = (OPERATOR, *SERVICES)
    return Secrets(
        mongo_passwords={user: dice.token_urlsafe(24) for user in users},
        rabbitmq_passwords={user: dice.token_urlsafe(24) for user in users},
        signing_keys={service: _signing_key(service) for service in SERVICES},
        mongo_keyfile=base64.b64encode(dice.token_bytes(96)).decode(),
        erlang_cookie=dice.token_hex(24),
        stripe_secret_key=f"sk_test_{dice.token_hex(16)}",
        stripe_webhook_secret=f"whsec_{dice.token_hex(24)}",
    )


def load_or_generate(directory: Path) -> Secrets:
    """The secrets kept in `directory`, made on the first call."""
    path = directory / FILE
    if not path.exists():
        write_private(path, json.dumps(asdict(generate()), indent=1))
    return Secrets(**json.loads(path.read_text()))


def write_private(path: Path, text: str) -> None:
    """Write a file that nobody but its owner could read at any moment, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)


def _signing_key(service: str) -> dict[str, str]:
    key = Ed25519PrivateKey.generate()
    return {
        "kty": "OKP",
        "crv": "Ed25519",
        "alg": "Ed25519",
        "use": "sig",
        "kid": service,
        "x": _base64url(key.public_key().public_bytes_raw()),
        "d": _base64url(key.private_bytes_raw()),
    }


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

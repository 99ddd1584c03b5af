"""Random names, secrets, and the short tokens made of them."""

import hashlib
import hmac
import secrets
from uuid import uuid4

from services.scheduling.domain.access import ApiKey
from services.scheduling.domain.staff import StaffMember
from shared.identity import ApiClient, KeyRing, Staff

SECRET_BYTES = 32


class SystemSecrets:
    """The operating system's dice."""

    def new_id(self) -> str:
        return uuid4().hex

    def new_secret(self) -> str:
        return secrets.token_urlsafe(SECRET_BYTES)

    def digest(self, secret: str) -> str:
        return hashlib.sha256(secret.encode()).hexdigest()


class KeyRingMint:
    """Tokens signed with scheduling's own key."""

    def __init__(self, keyring: KeyRing, csrf_secret: str) -> None:
        """`csrf_secret` never leaves the service; form tokens are derived from it."""
        self._keyring = keyring
        self._csrf_secret = csrf_secret.encode()

    def staff_token(self, member: StaffMember, session_id: str) -> str:
        return self._keyring.mint_staff(self._staff(member, session_id))

    def bearer_token(self, member: StaffMember, session_id: str) -> str:
        return self._keyring.mint_staff(self._staff(member, session_id), audience="api")

    def key_token(self, key: ApiKey) -> str:
        client = ApiClient(key.company_id, key.key_id, frozenset(key.scopes))
        return self._keyring.mint_api_client(client)

    def _staff(self, member: StaffMember, session_id: str) -> Staff:
        csrf = hmac.new(self._csrf_secret, session_id.encode(), hashlib.sha256).hexdigest()
        return Staff(
            company_id=member.company_id,
            staff_id=member.staff_id,
            name=member.name,
            role=member.role,
            session_id=session_id,
            csrf_token=csrf,
        )

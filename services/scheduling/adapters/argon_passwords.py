"""Passwords by argon2id. One hash takes 64 MiB: two at a time, in threads, the rest waits."""

import asyncio

from pwdlib import PasswordHash
from pwdlib.exceptions import PwdlibError

AT_ONCE = 2


class ArgonPasswords:
    """Hashes and compares; the comparison takes as long for accounts that do not exist."""

    def __init__(self) -> None:
        """The hasher with its recommended costs."""
        self._hasher = PasswordHash.recommended()
        self._places = asyncio.Semaphore(AT_ONCE)
        self._nobodys: str | None = None

    async def hash_of(self, password: str) -> str:
        async with self._places:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def fits(self, password: str, password_hash: str | None) -> bool:
        if password_hash is None and self._nobodys is None:
            self._nobodys = await self.hash_of("nobody has this password")
        known = password_hash or self._nobodys or ""
        async with self._places:
            fits = await asyncio.to_thread(self._fits, password, known)
        return fits and password_hash is not None

    def _fits(self, password: str, password_hash: str) -> bool:
        try:
            return self._hasher.verify(password, password_hash)
        except PwdlibError:
            return False

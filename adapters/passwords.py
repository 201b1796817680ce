"""Argon2id in threads, a few at a time: 19 MiB and some 21 ms each, so never on the event loop."""

import asyncio
import secrets
from functools import cache

from argon2 import PasswordHasher as Argon2
from argon2.exceptions import InvalidHashError, VerificationError

AT_ONCE = 2


def _argon2() -> Argon2:
    return Argon2(time_cost=2, memory_cost=19_456, parallelism=1)


@cache
def _nobodys_hash() -> str:
    """Return what an unknown account's password is held against: made once, before anybody signs in."""
    return _argon2().hash(secrets.token_hex())


class Argon2PasswordHasher:
    """Hashes with m=19 MiB, t=2, p=1 (OWASP's minimum for Argon2id)."""

    def __init__(self) -> None:
        self._argon2 = _argon2()
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._nobodys = _nobodys_hash()

    async def hash(self, password: str) -> str:
        async with self._gate:
            return await asyncio.to_thread(self._argon2.hash, password)

    async def verify(self, password_hash: str | None, password: str) -> bool:
        async with self._gate:
            return await asyncio.to_thread(self._verify, password_hash or self._nobodys, password)

    def _verify(self, password_hash: str, password: str) -> bool:
        try:
            return self._argon2.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False

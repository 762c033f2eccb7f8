"""Passwords: argon2id, hashed and compared in threads so that no screen waits for it."""

import asyncio
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MAX_PASSWORD_CHARS = 1_024
"""What is longer is nobody's password; it is not worth the work."""

_hasher = PasswordHasher()  # the library's defaults are RFC 9106's second recommendation


def use_cost(*, time_cost: int, memory_kib: int, parallelism: int) -> None:
    """Hash with these parameters from now on; for tests, which need no slow hashes."""
    global _hasher  # noqa: PLW0603 - one cost a process
    _hasher = PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=parallelism)


async def hashed(password: str) -> str:
    """Return what is stored of a password."""
    return await asyncio.to_thread(_hasher.hash, _encoded(password))


async def matches(password: str, password_hash: str | None) -> bool:
    """Whether a password is the one that was hashed. Without a hash it takes as long, and is not."""
    return await asyncio.to_thread(_verify, password, password_hash)


def _verify(password: str, password_hash: str | None) -> bool:
    nobodys = _nobodys_hash(_hasher)  # first, so that making it never tells the two cases apart
    try:
        _hasher.verify(password_hash or nobodys, _encoded(password[:MAX_PASSWORD_CHARS]))
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None and len(password) <= MAX_PASSWORD_CHARS


@cache
def _nobodys_hash(hasher: PasswordHasher) -> str:
    return hasher.hash('nobody has this password')


def _encoded(password: str) -> bytes:
    return password.encode('utf-8', 'surrogatepass')  # JSON can carry halves of characters

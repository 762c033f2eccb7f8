"""Passwords: argon2id, hashed and compared in threads so that they do not block the event loop."""

import asyncio
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MAX_PASSWORD_CHARS = 1_024
"""Longer passwords are refused without hashing them."""

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
"""OWASP's recommendation for argon2id: 19 MiB, two passes, one thread (decision 0038)."""


def use_cost(*, time_cost: int, memory_kib: int, parallelism: int) -> None:
    """Hash with these parameters from now on; for tests, to save time."""
    global _hasher  # noqa: PLW0603 - one cost for the process
    _hasher = PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=parallelism)


async def hashed(password: str) -> str:
    """Return the stored form of a password."""
    return await asyncio.to_thread(_hasher.hash, _encoded(password))


async def matches(password: str, password_hash: str | None) -> bool:
    """Whether a password matches a hash. Without a hash it takes as long and returns false."""
    return await asyncio.to_thread(_verify, password, password_hash)


def is_outdated(password_hash: str) -> bool:
    """Whether a hash was made with other parameters than passwords are hashed with now."""
    try:
        return _hasher.check_needs_rehash(password_hash)
    except InvalidHashError:
        return False


def _verify(password: str, password_hash: str | None) -> bool:
    nobodys = _nobodys_hash(_hasher)  # first: its cost must not tell the cases apart
    try:
        _hasher.verify(password_hash or nobodys, _encoded(password[:MAX_PASSWORD_CHARS]))
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None and len(password) <= MAX_PASSWORD_CHARS


@cache
def _nobodys_hash(hasher: PasswordHasher) -> str:
    return hasher.hash('nobody has this password')


def _encoded(password: str) -> bytes:
    return password.encode('utf-8', 'surrogatepass')  # JSON can carry unpaired surrogates

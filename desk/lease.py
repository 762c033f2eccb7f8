"""Leases in Redis, for work that one process does for all."""

from uuid import uuid4

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

log = structlog.get_logger()

SECONDS = 10
_RENEW = """
    local holder = redis.call('GET', KEYS[1])
    if holder == ARGV[1] then
        redis.call('PEXPIRE', KEYS[1], ARGV[2])
        return 1
    end
    if not holder and redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then
        return 1
    end
    return 0
"""
_GIVE_UP = """
    if redis.call('GET', KEYS[1]) == ARGV[1] then
        return redis.call('DEL', KEYS[1])
    end
    return 0
"""


class Lease:
    """One process's claim to a piece of work; it expires ``seconds`` after its last renewal.

    It avoids double work but does not exclude it: a process that was paused for longer than
    ``seconds`` may still believe that it holds the lease.
    """

    def __init__(self, redis: 'Redis', key: str, *, seconds: float = SECONDS) -> None:
        self._redis = redis
        self._key = key
        self._milliseconds = str(int(seconds * 1_000))
        self._holder = uuid4().hex

    async def is_held(self) -> bool:
        """Take or renew the lease; return whether this process holds it. No process does while Redis is away."""
        try:
            return bool(
                await self._redis.eval(_RENEW, 1, self._key, self._holder, self._milliseconds)
            )
        except (RedisError, OSError):
            log.warning('lease_without_redis', key=self._key)
            return False

    async def give_up(self) -> None:
        """Release the lease, so that another process can take it at once."""
        try:
            await self._redis.eval(_GIVE_UP, 1, self._key, self._holder)
        except (RedisError, OSError):
            return

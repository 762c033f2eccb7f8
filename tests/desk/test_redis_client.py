"""The client that all parts of a process share."""

import asyncio

from desk.redis_client import CONNECTIONS, redis_client
from desk.settings import Settings


async def test_more_commands_than_connections_wait_for_each_other(settings: Settings) -> None:
    redis = redis_client(settings.redis_url)
    keys = [f'{settings.redis_prefix}:beat:{number}' for number in range(4 * CONNECTIONS)]

    await asyncio.gather(*(redis.set(key, '1', ex=5) for key in keys))

    assert await redis.exists(*keys) == len(keys)
    await redis.aclose()

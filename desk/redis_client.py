"""A process's connections to Redis: few, and shared by waiting for one, never by being refused.

A connection costs a round trip and a greeting. When all pages of a process speak at once (they come back together after a
deploy), its commands wait for each other; with redis-py's usual pool the one above the limit is refused.
"""

from redis.asyncio import BlockingConnectionPool, Redis

from desk import tracing

CONNECTIONS = 50
"""Commands at the same time; one of these is taken by the stream's reader."""
WAIT_SECONDS = 5.0
"""How long a command waits for a connection; after that Redis counts as away."""
CONNECT_SECONDS, ANSWER_SECONDS = 2, 10


def redis_client(url: str) -> 'Redis':
    """Return a client for an address. It opens nothing until it is used."""
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=CONNECTIONS,
        timeout=WAIT_SECONDS,
        decode_responses=True,
        encoding_errors='replace',  # a stream entry that is not UTF-8 must not stop the reader
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=ANSWER_SECONDS,
    )
    client = Redis.from_pool(pool)
    tracing.watch(client)
    return client

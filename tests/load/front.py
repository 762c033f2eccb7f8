"""Services in the benchmark's own process, beside the desks that it measures: what they do reaches every one of these."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from redis.asyncio import Redis

from desk import loops
from desk.db import Database
from desk.events import Topics
from desk.sandbox import BackingUrls
from desk.stream import EventStream
from services import assembly
from services.registry import Services
from tests.load.processes import SECRET


@asynccontextmanager
async def front_of(urls: BackingUrls, prefix: str) -> AsyncIterator[Services]:
    """Give use cases without the brakes of pages on one address; desks with this ``prefix`` hear of what they do."""
    db = Database(urls.database_url, pool_size=10)
    redis = Redis.from_url(urls.redis_url, decode_responses=True)
    topics = Topics()
    stream = EventStream(redis, topics, prefix=prefix)
    services = assembly.assemble(
        db, topics, stream, redis=redis, jwt_secret=SECRET, session_hours=1
    )
    await stream.open()
    async with loops.running({'relay': services.relay.carry, 'sweep': services.relay.sweep}):
        yield services
    await redis.aclose()
    await db.close()

"""What a whole desk takes of the machine that it shares with other processes."""

from redis.asyncio import Redis
from sqlalchemy import text

from desk.db import Database
from desk.events import Topics
from desk.settings import Settings
from desk.stream import EventStream
from services import assembly
from tests.conftest import SECRET


async def test_two_processes_fit_into_the_servers_connections(settings: Settings) -> None:
    db = Database(settings.database_url)
    redis, topics = Redis.from_url(settings.redis_url), Topics()
    stream = EventStream(redis, topics)

    assembly.assemble(db, topics, stream, redis=redis, jwt_secret=SECRET, session_hours=12)

    async with db.statement() as connection:
        most = await connection.scalar(text("SELECT current_setting('max_connections')::int"))
    await db.close()
    await redis.aclose()
    assert db.ceiling == 86  # as the README says
    assert 2 * db.ceiling <= most

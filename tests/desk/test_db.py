"""The pool: a dead connection is noticed before it is used, without a round trip for each use."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from desk.db import Database
from desk.settings import Settings
from tests.support.round_trips import count_round_trips, counted


@pytest.fixture
async def pool(settings: Settings) -> AsyncIterator[Database]:
    """A pool of its own."""
    db = Database(settings.database_url, pool_size=2, pool_overflow=0)
    yield db
    await db.close()


async def test_connection_that_was_cut_while_idle_is_replaced(pool: Database, db: Database) -> None:
    cut = await _backend(pool)

    async with db.statement() as connection:
        await connection.execute(text('SELECT pg_terminate_backend(:pid, 5000)'), {'pid': cut})

    assert await _backend(pool) != cut


async def test_connection_that_was_just_used_is_not_asked(
    pool: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    count_round_trips(monkeypatch)
    await pool.ping()

    with counted() as cost:
        await pool.ping()

    assert (len(cost.statements), cost.pings) == (1, 0)


async def _backend(pool: Database) -> int:
    """Return the server process behind the connection that is used next."""
    async with pool.statement() as connection:
        return int((await connection.execute(text('SELECT pg_backend_pid()'))).scalar_one())

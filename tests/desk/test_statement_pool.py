"""The fast lane: a dead connection is replaced, a broken one is not used again, and refusals are told apart."""

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest

from desk.errors import UpstreamError
from desk.settings import Settings
from desk.statement_pool import StatementPool

MY_PID = 'SELECT pg_backend_pid() AS pid, %(text)s::text AS text'


@pytest.fixture
async def statements(settings: Settings) -> AsyncIterator[StatementPool]:
    opened = StatementPool(settings.database_url, connections=2)
    yield opened
    await opened.close()


async def test_connection_is_used_again(statements: StatementPool) -> None:
    first = await statements.first(MY_PID, {'text': '하나'})
    second = await statements.first(MY_PID, {'text': '둘'})

    assert first
    assert second
    assert (first.pid, first.text, second.text) == (second.pid, '하나', '둘')


async def test_statement_runs_again_when_its_connection_was_dead(
    statements: StatementPool, settings: Settings
) -> None:
    before = await statements.first(MY_PID, {'text': ''})
    assert before
    other = StatementPool(settings.database_url)
    await other.first('SELECT pg_terminate_backend(%(pid)s, 5000)', {'pid': before.pid})
    await other.close()

    after = await statements.first(MY_PID, {'text': ''})

    assert after
    assert after.pid != before.pid


async def test_connection_in_use_is_closed_with_its_pool(statements: StatementPool) -> None:
    asking = asyncio.ensure_future(statements.first('SELECT pg_sleep(0.3)', {}))
    await asyncio.sleep(0.1)
    await statements.close()

    assert await asking
    assert statements._idle == []


async def test_refused_rows_are_the_callers_business(statements: StatementPool) -> None:
    with pytest.raises(psycopg.IntegrityError):
        await statements.first(
            "INSERT INTO outbox (kind, body) VALUES (%(kind)s, '')", {'kind': None}
        )

    assert await statements.first(MY_PID, {'text': ''})


async def test_cancelled_statement_leaves_a_lane_that_works(statements: StatementPool) -> None:
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(
            statements.first('SELECT pg_sleep(%(seconds)s)', {'seconds': 30}), 0.1
        )

    assert await statements.first(MY_PID, {'text': ''})


async def test_many_at_once_take_turns(statements: StatementPool) -> None:
    rows = await asyncio.gather(*(statements.first(MY_PID, {'text': str(n)}) for n in range(20)))

    assert [row.text for row in rows if row] == [str(n) for n in range(20)]
    assert len({row.pid for row in rows if row}) <= 2


async def test_database_that_can_only_be_read_is_told(statements: StatementPool) -> None:
    await statements.first(
        "SELECT set_config('default_transaction_read_only', 'on', false), %(text)s::text",
        {'text': ''},
    )

    with pytest.raises(UpstreamError) as refused:
        await statements.first('DELETE FROM outbox', {})

    assert refused.value.key == 'database.read_only'
    assert await statements.first(MY_PID, {'text': ''})


async def test_database_that_is_away_is_told() -> None:
    statements = StatementPool('postgresql+psycopg://nobody:x@127.0.0.1:1/nothing')

    with pytest.raises(UpstreamError):
        await statements.first(MY_PID, {'text': ''})

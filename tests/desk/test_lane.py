"""The fast lane: a dead connection is replaced, a broken one is not used again, and refusals are told apart."""

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest

from desk.errors import UpstreamError
from desk.lane import Lane
from desk.settings import Settings

MY_PID = 'SELECT pg_backend_pid() AS pid, %(text)s::text AS text'


@pytest.fixture
async def lane(settings: Settings) -> AsyncIterator[Lane]:
    opened = Lane(settings.database_url, connections=2)
    yield opened
    await opened.close()


async def test_connection_is_used_again(lane: Lane) -> None:
    first = await lane.first(MY_PID, {'text': '하나'})
    second = await lane.first(MY_PID, {'text': '둘'})

    assert first
    assert second
    assert (first.pid, first.text, second.text) == (second.pid, '하나', '둘')


async def test_statement_runs_again_when_its_connection_was_dead(
    lane: Lane, settings: Settings
) -> None:
    before = await lane.first(MY_PID, {'text': ''})
    assert before
    other = Lane(settings.database_url)
    await other.first('SELECT pg_terminate_backend(%(pid)s, 5000)', {'pid': before.pid})
    await other.close()

    after = await lane.first(MY_PID, {'text': ''})

    assert after
    assert after.pid != before.pid


async def test_refused_rows_are_the_callers_business(lane: Lane) -> None:
    with pytest.raises(psycopg.IntegrityError):
        await lane.first("INSERT INTO outbox (kind, body) VALUES (%(kind)s, '')", {'kind': None})

    assert await lane.first(MY_PID, {'text': ''})


async def test_cancelled_statement_leaves_a_lane_that_works(lane: Lane) -> None:
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(lane.first('SELECT pg_sleep(%(seconds)s)', {'seconds': 30}), 0.1)

    assert await lane.first(MY_PID, {'text': ''})


async def test_many_at_once_take_turns(lane: Lane) -> None:
    rows = await asyncio.gather(*(lane.first(MY_PID, {'text': str(n)}) for n in range(20)))

    assert [row.text for row in rows if row] == [str(n) for n in range(20)]
    assert len({row.pid for row in rows if row}) <= 2


async def test_database_that_is_away_is_told() -> None:
    lane = Lane('postgresql+psycopg://nobody:x@127.0.0.1:1/nothing')

    with pytest.raises(UpstreamError):
        await lane.first(MY_PID, {'text': ''})

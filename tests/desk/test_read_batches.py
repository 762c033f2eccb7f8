"""SELECTs of one turn of the loop share a connection; each keeps its values, its errors and its caller."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import Float, Integer, bindparam, func, literal_column
from sqlmodel import select

from desk import tracing
from desk.compiled_select import built_once
from desk.db import Database
from desk.settings import Settings
from desk.statement_pool import StatementPool

_PID: Any = func.pg_backend_pid()
WHERE_AND_WHAT = built_once(select(_PID, bindparam('number', type_=Integer())))
SHARE: Any = built_once(select(_PID, literal_column('12') / bindparam('parts', type_=Integer())))
SLOWLY: Any = built_once(select(_PID, func.pg_sleep(bindparam('seconds', type_=Float()))))


@pytest.fixture
async def db(settings: Settings) -> AsyncIterator[Database]:
    opened = Database(settings.database_url, pool_size=1, pool_overflow=4)
    yield opened
    await opened.close()


async def ask(db: Database, statement: Any, **values: object) -> Any:
    async with db.reading() as session:
        return (await session.exec(statement, params=values)).one()


async def test_statements_of_one_turn_share_a_connection(db: Database) -> None:
    found = await asyncio.gather(*(ask(db, WHERE_AND_WHAT, number=n) for n in range(10)))

    assert [number for _, number in found] == [*range(10)]
    assert len({pid for pid, _ in found}) == 1


async def test_more_than_a_batch_takes_a_second_connection(db: Database) -> None:
    found = await asyncio.gather(*(ask(db, WHERE_AND_WHAT, number=n) for n in range(20)))

    assert [number for _, number in found] == [*range(20)]
    assert len({pid for pid, _ in found}) == 2


async def test_error_is_that_of_its_statement_alone(db: Database) -> None:
    parts = [1, 0, 3, 4]

    found: list[Any] = await asyncio.gather(
        *(ask(db, SHARE, parts=one) for one in parts), return_exceptions=True
    )

    assert isinstance(found[1], psycopg.errors.DivisionByZero)
    assert [found[place][1] for place in (0, 2, 3)] == [12, 4, 3]
    assert (await ask(db, SHARE, parts=6))[1] == 2  # and the connections work


async def test_callers_who_leave_change_nothing_for_the_others(db: Database) -> None:
    leaving = asyncio.ensure_future(ask(db, SLOWLY, seconds=0.2))
    staying = [asyncio.ensure_future(ask(db, WHERE_AND_WHAT, number=n)) for n in range(3)]
    await asyncio.sleep(0)
    leaving.cancel()

    assert [number for _, number in await asyncio.gather(*staying)] == [0, 1, 2]
    assert leaving.cancelled()


async def test_dead_connection_is_replaced_for_all_of_them(
    db: Database, settings: Settings
) -> None:
    pid, _ = await ask(db, WHERE_AND_WHAT, number=0)
    other = StatementPool(settings.database_url)
    await other.first('SELECT pg_terminate_backend(%(pid)s, 5000)', {'pid': pid})
    await other.close()

    found = await asyncio.gather(*(ask(db, WHERE_AND_WHAT, number=n) for n in range(5)))

    assert [number for _, number in found] == [*range(5)]
    assert pid not in {one for one, _ in found}


async def test_traced_statements_run_alone(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracing, 'carried', lambda: '00-1-1-01')

    found = await asyncio.gather(*(ask(db, WHERE_AND_WHAT, number=n) for n in range(3)))

    assert len({pid for pid, _ in found}) == 3

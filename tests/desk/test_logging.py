"""What the log never holds: local variables, parameters of SQL, values that PostgreSQL quotes, addresses with queries."""

import asyncio
import gc
import io
import json
import logging as stdlib_logging
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
import structlog
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from desk import logging
from desk.db import Database
from desk.settings import Settings

SECRET = '010-1234-5678'
WORDS = f'홍길동 {SECRET}'
PARTS = ('1234', '5678', '홍길동')
PROJECT = Path(__file__).parents[2]
ENDS_BADLY = """
import sys, psycopg
from desk import logging
logging.configure(as_json=True)
logging.log_uncaught()
with psycopg.connect(sys.argv[1]) as connection:
    connection.execute('CREATE TEMP TABLE known (phone text PRIMARY KEY)')
    for _ in range(2):
        connection.execute('INSERT INTO known VALUES (%s)', [sys.argv[2]])
"""
Failing = Callable[[Database], Awaitable[None]]


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    root = stdlib_logging.getLogger()
    handlers, level, processors = root.handlers, root.level, structlog.get_config()
    yield
    root.handlers = handlers
    root.setLevel(level)
    structlog.configure(**processors)


def fail() -> None:
    phone = SECRET
    raise RuntimeError(str(len(phone)))


@pytest.mark.parametrize('as_json', [True, False])
def test_traceback_comes_without_local_variables(
    capsys: pytest.CaptureFixture[str], *, as_json: bool
) -> None:
    logging.configure(as_json=as_json)
    try:
        fail()
    except RuntimeError:
        structlog.get_logger().exception('it_failed')

    written = capsys.readouterr().err
    assert 'it_failed' in written
    assert 'RuntimeError' in written
    assert SECRET not in written


def test_libraries_do_not_log_addresses(capsys: pytest.CaptureFixture[str]) -> None:
    logging.configure()

    stdlib_logging.getLogger('uvicorn.error').info('"WebSocket /socket.io/?client_id=%s"', SECRET)
    stdlib_logging.getLogger('httpx').info('GET http://desk/?phone=%s', SECRET)
    stdlib_logging.getLogger('other').info('heard')

    written = capsys.readouterr().err
    assert 'heard' in written
    assert SECRET not in written


async def a_number_twice(db: Database) -> None:
    """Store a phone number where it is stored already."""
    async with db.transaction() as session:
        connection = await session.connection()
        await connection.execute(
            text('CREATE TEMP TABLE known (phone text PRIMARY KEY) ON COMMIT DROP')
        )
        for _ in range(2):
            await connection.execute(text('INSERT INTO known VALUES (:phone)'), {'phone': SECRET})


async def a_wrong_number_on_the_driver(db: Database) -> None:
    """Read a phone number as a whole one, past SQLAlchemy."""
    sql = 'SELECT 1 FROM (VALUES (%(phone)s::text)) AS v (phone) WHERE phone::int > 0'
    await db.statements.first(sql, {'phone': SECRET})


async def a_wrong_literal(db: Database) -> None:
    """Write a name into a statement itself, where a number belongs."""
    async with db.statement() as connection:
        await connection.execute(text(f"SELECT CAST('{WORDS}' AS int)"))


async def a_search_that_cannot_be_read(db: Database) -> None:
    """Search with words that are no query: a syntax error that quotes them."""
    await db.statements.first('SELECT to_tsquery(%(words)s)', {'words': WORDS})


async def one_of_several(db: Database) -> None:
    """Fail in a group of tasks."""
    async with asyncio.TaskGroup() as group:
        group.create_task(a_number_twice(db))


async def as_a_cause(db: Database) -> None:
    """Fail because of it."""
    try:
        await a_number_twice(db)
    except Exception as error:
        raise LookupError('not kept') from error


async def a_form_that_is_none(_db: Database) -> None:
    """Read a value that is of another type: pydantic quotes it."""

    class Form(BaseModel):
        age: int

    Form.model_validate({'age': SECRET})


EVERY_FAULT = (
    a_number_twice,
    a_wrong_number_on_the_driver,
    a_wrong_literal,
    a_search_that_cannot_be_read,
    one_of_several,
    as_a_cause,
    a_form_that_is_none,
)


@pytest.mark.parametrize('as_json', [True, False])
@pytest.mark.parametrize('fails', EVERY_FAULT)
async def test_values_that_an_error_quotes_are_not_logged(
    capsys: pytest.CaptureFixture[str], db: Database, fails: Failing, *, as_json: bool
) -> None:
    logging.configure(as_json=as_json)
    with pytest.raises(Exception) as raised:  # noqa: PT011 - whichever it is
        await fails(db)
    error = raised.value

    structlog.get_logger().error('it_failed', exc_info=error, why=str(error))
    library = stdlib_logging.getLogger('a.library')
    library.error('failed with %s, %r', error, error, exc_info=error)

    written = capsys.readouterr().err
    assert written.count('it_failed') == 1
    assert written.count('failed with') == 1
    assert fails.__name__ in written  # the stack is there
    assert not [part for part in PARTS if part in written], written


async def test_what_is_wrong_with_a_row_is_logged(
    capsys: pytest.CaptureFixture[str], db: Database
) -> None:
    logging.configure(as_json=True)
    try:
        await a_number_twice(db)
    except IntegrityError:
        structlog.get_logger().exception('it_failed')

    written = capsys.readouterr().err
    assert 'UniqueViolation' in written
    assert '23505 duplicate key value violates unique constraint \\"known_pkey\\"' in written
    assert 'table_name known' in written
    assert '[SQL: INSERT INTO known VALUES (%(phone)s)]' in written


def test_line_that_cannot_be_written_is_missed_without_its_values(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logging.configure(as_json=True)
    [handler] = stdlib_logging.getLogger().handlers
    assert isinstance(handler, stdlib_logging.StreamHandler)
    stream = io.StringIO()
    stream.close()
    handler.setStream(stream)

    structlog.get_logger().error('it_failed', phone=SECRET)

    assert json.loads(capsys.readouterr().err)['event'] == 'log_line_lost'


async def test_process_that_ends_by_a_fault_logs_it_without_values(settings: Settings) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        '-c',
        ENDS_BADLY,
        settings.database_url.replace('+psycopg', ''),
        SECRET,
        stderr=asyncio.subprocess.PIPE,
        cwd=PROJECT,
    )
    _, written = await asyncio.wait_for(process.communicate(), 60)

    said = json.loads(written)
    assert process.returncode == 1
    assert (said['event'], said['level']) == ('process_failed', 'critical')
    assert said['exception'][0]['exc_type'] == 'UniqueViolation'
    assert SECRET not in written.decode()


async def test_task_that_nobody_awaits_leaves_no_value(
    capsys: pytest.CaptureFixture[str], db: Database
) -> None:
    logging.configure(as_json=True)

    task = asyncio.ensure_future(a_wrong_literal(db))
    await asyncio.wait([task])
    del task
    gc.collect()

    written = capsys.readouterr().err
    assert 'Task exception was never retrieved' in written
    assert 'InvalidTextRepresentation' in written
    assert '홍길동' not in written

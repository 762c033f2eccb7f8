"""A small connection pool for the statements that messages, screens and searches run often, on the bare driver.

Each statement is a transaction of its own and has the same effect when it runs twice: so
connections are not checked before use. A dead connection is replaced and its statement runs again
(decision 0005).

``psycopg_pool`` 3.3 was measured instead (one row by parameters, medians of eight alternating
runs): processor time per statement 88 µs against 78 µs one at a time, 74 against 73 with four at
once, 106 against 87 with twenty. It would still need the code here that runs a statement again.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeAlias, TypeVar

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.rows import namedtuple_row, tuple_row
from sqlalchemy.engine import make_url

from desk import metrics, tracing
from desk.compiled_select import DriverQuery
from desk.errors import UpstreamError
from desk.read_batches import Found, ReadBatches
from desk.statement_speed import StatementSpeed

CONNECTIONS = 20
"""One event loop keeps only a few busy; further statements wait."""
MAX_AGE_SECONDS = 3600.0  # the pool's own limit, from the guide

Values = Mapping[str, object]
STATEMENT_LISTENERS: list[Callable[[str, Values], None]] = []
"""Called with each SELECT: tests and measurements count them, as SQLAlchemy's events let them."""
ResultT = TypeVar('ResultT')
Run: TypeAlias = Callable[[psycopg.AsyncConnection[Any]], Awaitable[ResultT]]


class StatementPool:
    """A few driver connections, opened when first needed."""

    def __init__(
        self,
        url: str,
        *,
        connections: int = CONNECTIONS,
        server_settings: Mapping[str, str] | None = None,
    ) -> None:
        self._address = (
            make_url(url).set(drivername='postgresql').render_as_string(hide_password=False)
        )
        self._options = ' '.join(
            f'-c {name}={value}' for name, value in (server_settings or {}).items()
        )
        self._idle: list[tuple[float, psycopg.AsyncConnection[Any]]] = []
        self._closed_at = float('-inf')
        self._turns = asyncio.Semaphore(connections)
        self.speed = StatementSpeed()
        self._batches = ReadBatches(self._together)
        self.in_use = 0
        """Connections that run a statement now."""

    async def first(self, statement: str, values: Values) -> Any | None:
        """Run a statement that may run twice; return its first row by column names, or ``None``.

        Raises:
            UpstreamError: the database is away or read-only.
            psycopg.IntegrityError: a constraint refused the row.
        """

        async def run(connection: psycopg.AsyncConnection[Any]) -> Any | None:
            started = time.perf_counter()
            cursor = await connection.execute(statement.encode(), values)
            row = await cursor.fetchone()
            self.speed.note(time.perf_counter() - started)
            return row

        return await self._translated(run)

    async def rows(self, query: DriverQuery) -> list[Any]:
        """Return what a SELECT finds. Raises ``UpstreamError`` when the database is away, or takes too long."""
        for hear in STATEMENT_LISTENERS:
            hear(query.text, query.values)

        async def run(connection: psycopg.AsyncConnection[Any]) -> Found:
            return await _found(query, await _asked(connection, query))

        found = await self._batches.find(query)
        if found is None:
            found = await self._translated(run)
        return query.rows(found.rows, found.kinds)

    async def _together(self, queries: Sequence[DriverQuery]) -> Sequence[Found]:
        """Run SELECTs in one round trip; raises what stopped one of them."""

        async def run(connection: psycopg.AsyncConnection[Any]) -> Sequence[Found]:
            async with connection.pipeline():
                cursors = [await _asked(connection, one) for one in queries]
            return [await _found(*one) for one in zip(queries, cursors, strict=True)]

        return await self._run_again_when_cut(run, statements=len(queries))

    async def tuples(self, text: str, values: Values) -> list[tuple[Any, ...]]:
        """Return what a SELECT in the driver's own style finds. Raises as ``rows``."""
        for hear in STATEMENT_LISTENERS:
            hear(text, values)

        async def run(connection: psycopg.AsyncConnection[Any]) -> list[tuple[Any, ...]]:
            cursor = connection.cursor(row_factory=tuple_row)
            await cursor.execute(text.encode(), values)
            return await cursor.fetchall()

        return await self._translated(run)

    async def close(self) -> None:
        """Close the idle connections; a busy one is closed by its user."""
        self._closed_at = time.monotonic()
        idle, self._idle = self._idle, []
        for _, connection in idle:
            await connection.close()

    async def _translated(self, run: Run[ResultT]) -> ResultT:
        try:
            return await self._run_again_when_cut(run)
        except psycopg.errors.QueryCanceled as error:
            raise _failed('slow') from error
        except psycopg.errors.ReadOnlySqlTransaction as error:
            await self.close()  # new connections may reach a server that accepts writes
            raise _failed('read_only') from error
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            raise _failed('away') from error

    async def _run_again_when_cut(self, run: Run[ResultT], *, statements: int = 1) -> ResultT:
        try:
            return await self._run(run, statements)
        except psycopg.errors.QueryCanceled:
            raise
        except (psycopg.OperationalError, psycopg.InterfaceError):
            await self.close()  # the idle connections have most likely died too
        return await self._run(run, statements)

    async def _run(self, run: Run[ResultT], statements: int) -> ResultT:
        async with self._turns, self._connection() as connection:
            started = time.perf_counter()
            result = await run(connection)
            seconds = (time.perf_counter() - started) / statements
            for _ in range(statements):
                metrics.SQL_SECONDS.observe(seconds)
            return result

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
        self.in_use += 1
        try:
            async with self._taken() as connection:
                yield connection
        finally:
            self.in_use -= 1

    @asynccontextmanager
    async def _taken(self) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
        opened_at, connection = await self._opened()
        try:
            yield connection
        finally:
            # Do not reuse a connection that broke or was left in the middle of a statement.
            is_ready = connection.info.transaction_status is TransactionStatus.IDLE
            if is_ready and opened_at > self._closed_at:
                self._idle.append((opened_at, connection))
            else:
                await connection.close()

    async def _opened(self) -> tuple[float, psycopg.AsyncConnection[Any]]:
        while self._idle:
            opened_at, connection = self._idle.pop()
            if time.monotonic() - opened_at < MAX_AGE_SECONDS:
                return opened_at, connection
            await connection.close()
        opening_at = time.monotonic()  # ``close`` while it opens closes it too, after its statement
        connection = await psycopg.AsyncConnection.connect(
            self._address, autocommit=True, row_factory=namedtuple_row, options=self._options
        )
        tracing.watch(connection)
        return opening_at, connection


def _failed(reason: str) -> UpstreamError:
    metrics.SQL_ERRORS.labels(reason).inc()
    return UpstreamError(f'database.{reason}')


async def _asked(
    connection: psycopg.AsyncConnection[Any], query: DriverQuery
) -> psycopg.AsyncCursor[Any]:
    cursor = connection.cursor(row_factory=tuple_row)
    return await cursor.execute(query.text.encode(), query.values)


async def _found(query: DriverQuery, cursor: psycopg.AsyncCursor[Any]) -> Found:
    described = () if query.knows_columns else cursor.description or ()
    return Found(await cursor.fetchall(), [column.type_code for column in described])

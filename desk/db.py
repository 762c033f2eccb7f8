"""The database: one connection pool a process, and whole transactions only.

Only this module commits. A ``transaction`` block that is left by an exception stores nothing.
"""

import asyncio
import select
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, ParamSpec, TypeVar, cast

from psycopg.errors import QueryCanceled, ReadOnlySqlTransaction
from sqlalchemy import event, text
from sqlalchemy.exc import InterfaceError, InternalError, InvalidatePoolError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext import asyncio as sqlalchemy_asyncio
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.pool import QueuePool
from sqlmodel.ext.asyncio.session import AsyncSession

from desk import metrics
from desk.errors import UpstreamError
from desk.read_session import ReadSession
from desk.statement_pool import CONNECTIONS as STATEMENT_CONNECTIONS
from desk.statement_pool import StatementPool

POOL_RECYCLE_SECONDS = 3600  # the guide
UNCHECKED_SECONDS = 5.0
"""How long a connection counts as alive after its last use, while its socket is silent (decision 0039)."""
CLOSING_SECONDS = 2.0
ROW_LOCK = {'key_share': True}
"""``FOR NO KEY UPDATE``: plain ``FOR UPDATE`` also blocks inserts of rows that reference this one."""

ParametersT = ParamSpec('ParametersT')
OpenedT = TypeVar('OpenedT')
Opener = Callable[ParametersT, AsyncIterator[OpenedT]]


def async_url(url: str) -> str:
    """Return the database address with psycopg 3 as its driver, from one that starts with ``postgresql://``."""
    return url.replace('postgresql://', 'postgresql+psycopg://', 1)


def translated(
    open_it: Opener[ParametersT, OpenedT],
) -> Callable[ParametersT, AbstractAsyncContextManager[OpenedT]]:
    """Turn a driver error into ``UpstreamError`` when the server is away or read-only."""
    opened = asynccontextmanager(open_it)

    @asynccontextmanager
    async def opened_or_translated(
        *args: ParametersT.args, **kwargs: ParametersT.kwargs
    ) -> AsyncIterator[OpenedT]:
        try:
            async with opened(*args, **kwargs) as it:
                yield it
        except (OperationalError, InterfaceError, InternalError, PoolTimeoutError) as error:
            if key := _key_of(error):
                metrics.SQL_ERRORS.labels(key.removeprefix('database.')).inc()
                raise UpstreamError(key) from error
            raise

    return opened_or_translated


def _key_of(error: Exception) -> str:
    """Return the catalogue key of the expected server state behind an error; empty when there is none."""
    cause = getattr(error, 'orig', None)
    if isinstance(cause, QueryCanceled):
        return 'database.slow'
    if isinstance(cause, ReadOnlySqlTransaction):  # a standby, a full disk, a setting
        return 'database.read_only'
    return '' if isinstance(error, InternalError) else 'database.away'


class Database:
    """A pool of connections to PostgreSQL. Opens nothing until it is used."""

    def __init__(
        self,
        url: str,
        *,
        pool_size: int = 20,
        pool_overflow: int = 30,
        server_settings: Mapping[str, str] | None = None,
    ) -> None:
        options = ' '.join(f'-c {name}={value}' for name, value in (server_settings or {}).items())
        self._url = url
        self.size = pool_size + pool_overflow  # all connections stay open, see decision 0004
        self._reads = (
            StatementPool(url, connections=pool_overflow, server_settings=server_settings)
            if pool_overflow
            else None
        )
        self._separate: list[Database] = []
        # Transactions take a connection as it rests. To switch it while it is taken waits for the loop, and a cancellation
        # in that moment would lose the connection; reads, which switch, seldom come here.
        self._engine = sqlalchemy_asyncio.create_async_engine(  # looked up here: traces wrap it
            async_url(url),
            pool_size=pool_size,
            max_overflow=0,
            pool_use_lifo=True,
            hide_parameters=True,  # a logged error must not contain personal data
            pool_recycle=POOL_RECYCLE_SECONDS,
            connect_args={'options': options} if options else {},
        )
        self.statements = StatementPool(url, server_settings=server_settings)
        self._single = self._engine.execution_options(isolation_level='AUTOCOMMIT')
        _measure(self._engine)
        _check_when_taken(self._engine)

    def separate_pool(
        self, *, transactions: int = 1, reads: int, server_settings: Mapping[str, str]
    ) -> 'Database':
        """Return the same database with separate connection pools for one kind of work, of these sizes.

        ``server_settings`` apply to its connections, e.g. ``statement_timeout``. It is closed with
        this database.
        """
        other = Database(
            self._url, pool_size=transactions, pool_overflow=reads, server_settings=server_settings
        )
        self._separate.append(other)
        return other

    @property
    def ceiling(self) -> int:
        """The most connections a process may hold: this pool, its statement pool and all separate pools."""
        return self.size + STATEMENT_CONNECTIONS + sum(other.size for other in self._separate)

    @translated
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """Run the block as one transaction: committed at its end, undone by any exception."""
        async with AsyncSession(self._engine, expire_on_commit=False) as session:
            yield session
            await session.commit()

    @translated
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """Run queries that change nothing; the rows they return stay usable after the block."""
        if self._reads is None:
            async with self._session() as session:
                yield session
            return
        reading = ReadSession(self._reads, self._session)
        try:
            yield cast('AsyncSession', reading)
        finally:
            await reading.close()

    def _session(self) -> AsyncSession:
        return AsyncSession(self._single, expire_on_commit=False)

    @translated
    async def statement(self) -> AsyncIterator[AsyncConnection]:
        """Run single statements, each a transaction of its own (no BEGIN, no COMMIT)."""
        async with self._single.connect() as connection:
            yield connection

    def report_connections(self) -> None:
        """Let the metrics tell how many connections are in use, from now on: of this database's pools, and of the separate ones together."""
        pools: dict[str, tuple[Callable[[], float], int]] = {
            'transactions': (lambda: self._transactions_in_use, self._pool.size()),
            'statements': (lambda: self.statements.in_use, STATEMENT_CONNECTIONS),
            'separate': (
                lambda: sum(one.in_use for one in self._separate),
                sum(one.size for one in self._separate),
            ),
        }
        if (reads := self._reads) is not None:
            pools['reads'] = (lambda: reads.in_use, self.size - self._pool.size())
        for name, (in_use, limit) in pools.items():
            metrics.SQL_CONNECTIONS.labels(name).set_function(in_use)
            metrics.SQL_CONNECTIONS_LIMIT.labels(name).set(limit)

    @property
    def in_use(self) -> int:
        """Connections of this pool's transactions and reads that are in use now."""
        return self._transactions_in_use + (self._reads.in_use if self._reads else 0)

    @property
    def _pool(self) -> QueuePool:
        return cast('QueuePool', self._engine.pool)

    @property
    def _transactions_in_use(self) -> int:
        return self._pool.checkedout()

    async def ping(self) -> None:
        """Ask the server for an answer. Raises the driver's own error."""
        async with self.statement() as connection:
            await connection.execute(text('SELECT 1'))

    async def close(self) -> None:
        """Close every connection."""
        for other in self._separate:
            await other.close()
        await self.statements.close()
        if self._reads is not None:
            await self._reads.close()
        await self._until_unused()
        await self._engine.dispose()

    async def _until_unused(self) -> None:
        """Wait briefly for connections in use: nobody closes one that is returned to a closed pool."""
        deadline = time.monotonic() + CLOSING_SECONDS
        while self._transactions_in_use and time.monotonic() < deadline:  # noqa: ASYNC110 - a pool has no event for this
            await asyncio.sleep(0.01)


def _measure(engine: AsyncEngine) -> None:
    @event.listens_for(engine.sync_engine, 'before_cursor_execute')
    def started(conn: Any, *_: Any) -> None:
        conn.info['desk_started'] = time.perf_counter()

    @event.listens_for(engine.sync_engine, 'after_cursor_execute')
    def ended(conn: Any, *_: Any) -> None:
        metrics.SQL_SECONDS.observe(time.perf_counter() - conn.info['desk_started'])


def _check_when_taken(engine: AsyncEngine) -> None:
    """Ask a connection for a sign of life before it is used, but only one that may be dead (decision 0039)."""
    dialect = engine.sync_engine.dialect

    @event.listens_for(engine.sync_engine, 'checkin')
    def given_back(_connection: Any, record: Any) -> None:
        record.info['desk_used'] = time.monotonic()

    @event.listens_for(engine.sync_engine, 'checkout')
    def taken(connection: Any, record: Any, _proxy: Any) -> None:
        used = record.info.get('desk_used')
        if used is None or (time.monotonic() - used < UNCHECKED_SECONDS and _is_silent(connection)):
            return
        try:
            dialect.do_ping(connection)
        except dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error  # the pool opens new connections instead


def _is_silent(connection: Any) -> bool:
    """Whether nothing has come on an idle connection: a server that ends or dies leaves its farewell, or the end."""
    driver = connection.driver_connection
    if driver.closed:
        return False
    waiting = select.poll()
    waiting.register(driver.pgconn.socket, select.POLLIN)
    return not waiting.poll(0)

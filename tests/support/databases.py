"""Databases for tests: cloned from a migrated template, emptied after each test and used again."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlmodel import SQLModel

import models  # noqa: F401 - makes every table known
from desk.sandbox import BackingUrls
from desk.sandbox.postgres import APP_ROLE, ROLE
from desk.settings import Settings

MOST_DELETED_BYTES = 1_000_000
"""TRUNCATE makes new files of every table and index, which costs more than to delete a test's few rows."""
_SIZE = 'SELECT sum(pg_table_size(name::regclass)) FROM unnest(%s::text[]) AS name'
_REASONS = "DELETE FROM away_reasons WHERE code NOT IN ('meal', 'break', 'training', 'meeting', 'other', 'no_answer', 'protected_rest')"
"""What migrations 0011 and 0039 fill in stays."""
_CUT_LINES = (
    'SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity '
    'WHERE datname = %s AND pid <> pg_backend_pid() AND usename = ANY(%s)'
)
"""Ends the desk's connections to a database, and waits until they have ended; those of the tests' superuser stay."""
_REWIND = (
    "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)"
    ' FROM pg_sequences'
)


class Shelf:
    """One worker's databases, each empty when it is taken.

    Each keeps the connection that empties it: a new one would read the whole catalogue again, which takes ten times as long
    as the emptying.
    """

    def __init__(self, backing: BackingUrls, template: str) -> None:
        self._backing = backing
        self._template = template
        self._clean: list[str] = []
        self._cleaners: dict[str, psycopg.Connection] = {}

    def take(self) -> str:
        """Return the name of an empty database that nobody else uses."""
        if self._clean:
            return self._clean.pop()
        name = f'test_{uuid4().hex}'
        with server_of(self._backing) as server:
            server.execute(_named('CREATE DATABASE {} TEMPLATE {}', name, self._template))
        return name

    def put_back(self, name: str) -> None:
        """Empty a database whatever a test left in it; one that cannot be emptied is dropped."""
        try:
            _empty(self._cleaner(name))
        except psycopg.Error:  # a test of the schema itself
            self._drop(name)
        else:
            self._clean.append(name)

    def clear(self) -> None:
        """Drop them all."""
        for name in self._clean:
            self._drop(name)

    def _cleaner(self, name: str) -> psycopg.Connection:
        """Return this database's own connection; a test may have cut the last one."""
        if name in self._cleaners:
            with suppress(psycopg.OperationalError):
                self._cleaners[name].execute('SELECT 1')
                return self._cleaners[name]
            self._cleaners[name].close()
        new = psycopg.connect(_as_superuser(self._backing, name), autocommit=True)
        new.execute('SET session_replication_role = replica')  # no triggers, no order
        self._cleaners[name] = new
        return new

    def _drop(self, name: str) -> None:
        if cleaner := self._cleaners.pop(name, None):
            cleaner.close()
        drop(self._backing, name)


def address(backing: BackingUrls, name: str) -> str:
    """Return the address of a database of the test server, as its owner."""
    return backing.database_owner_url.rsplit('/', 1)[0] + f'/{name}'


def app_address(backing: BackingUrls, name: str) -> str:
    """Return the address of a database of the test server, as the desk itself connects."""
    return backing.database_url.rsplit('/', 1)[0] + f'/{name}'


def server_of(backing: BackingUrls) -> psycopg.Connection:
    """Open a connection to the server itself, for what no transaction can do."""
    return psycopg.connect(backing.database_owner_url.replace('+psycopg', ''), autocommit=True)


def drop(backing: BackingUrls, name: str) -> None:
    """Drop a database. What the server itself does there (autovacuum) no force ends; a plain DROP asks it to go."""
    with server_of(backing) as server:
        try:
            server.execute(_named('DROP DATABASE IF EXISTS {} WITH (FORCE)', name))
        except psycopg.errors.InsufficientPrivilege:
            server.execute(_named('DROP DATABASE IF EXISTS {}', name))


def _empty(connection: psycopg.Connection) -> None:
    tables = sorted(set(SQLModel.metadata.tables) - {'away_reasons'})
    # A connection that a test gave up half-way would be waited for.
    _cut_lines(connection, connection.info.dbname)
    [size_bytes] = connection.execute(_SIZE, [tables]).fetchone() or [0]
    if size_bytes > MOST_DELETED_BYTES:
        connection.execute(_named('TRUNCATE ' + ', '.join(['{}'] * len(tables)), *tables))
    with connection.pipeline():
        for table in tables:
            connection.execute(_named('DELETE FROM {}', table))
        connection.execute(_REASONS)
        connection.execute(_REWIND)


def _as_superuser(backing: BackingUrls, name: str) -> str:
    return address(backing, name).replace(f'postgresql+psycopg://{ROLE}:', 'postgresql://postgres:')


def _named(statement: str, *names: str) -> sql.Composed:
    return sql.SQL(statement).format(*map(sql.Identifier, names))


@contextmanager
def only_read(settings: Settings) -> Iterator[None]:
    """Let a database take no changes until the block is left, as a standby does."""
    name = settings.database_url.rsplit('/', 1)[1]
    with psycopg.connect(
        settings.database_owner_url.replace('+psycopg', ''), autocommit=True
    ) as owner:
        owner.execute(_named('ALTER DATABASE {} SET default_transaction_read_only = on', name))
        _cut_lines(owner, name)
        try:
            yield
        finally:
            owner.execute('SET default_transaction_read_only = off')
            owner.execute(_named('ALTER DATABASE {} RESET default_transaction_read_only', name))
            _cut_lines(owner, name)


@contextmanager
def away(settings: Settings) -> Iterator[None]:
    """Let a database take no connections until the block is left, as while its server is down."""
    name = settings.database_url.rsplit('/', 1)[1]
    # From another one: what is cut off must not need itself to come back.
    server = settings.database_owner_url.replace('+psycopg', '').rsplit('/', 1)[0] + '/postgres'
    with psycopg.connect(server, autocommit=True) as owner:
        owner.execute(_named('ALTER DATABASE {} ALLOW_CONNECTIONS false', name))
        _cut_lines(owner, name)
        try:
            yield
        finally:
            owner.execute(_named('ALTER DATABASE {} ALLOW_CONNECTIONS true', name))


def _cut_lines(connection: psycopg.Connection, name: str) -> None:
    """End the connections that began under other settings, or that were given up half-way."""
    connection.execute(_CUT_LINES, [name, [ROLE, APP_ROLE]])


@asynccontextmanager
async def locked(settings: Settings, table: str) -> AsyncIterator[None]:
    """Let whoever reads a table wait until the block is left. Those who are reading it must be able to end meanwhile."""
    address = settings.database_owner_url.replace('+psycopg', '')
    async with await psycopg.AsyncConnection.connect(address) as bystander:
        await bystander.execute(f'LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE')
        yield

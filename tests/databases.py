"""Databases for tests: cloned from a migrated template, emptied after each test and used again."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlmodel import SQLModel

import models  # noqa: F401 - makes every table known
from desk.sandbox import BackingUrls
from desk.sandbox.postgres import ROLE
from desk.settings import Settings

MOST_DELETED_BYTES = 1_000_000
"""TRUNCATE makes new files of every table and index, which costs more than to delete a test's few rows."""
_SIZE = 'SELECT sum(pg_table_size(name::regclass)) FROM unnest(%s::text[]) AS name'
_REWIND = (
    "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)"
    ' FROM pg_sequences'
)


class Shelf:
    """One worker's databases, each empty when it is taken."""

    def __init__(self, backing: BackingUrls, template: str) -> None:
        self._backing = backing
        self._template = template
        self._clean: list[str] = []

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
            _empty(self._backing, name)
        except psycopg.Error:  # a test of the schema itself
            drop(self._backing, name)
        else:
            self._clean.append(name)

    def clear(self) -> None:
        """Drop them all."""
        for name in self._clean:
            drop(self._backing, name)


def address(backing: BackingUrls, name: str) -> str:
    """Return the address of a database of the test server."""
    return backing.database_url.rsplit('/', 1)[0] + f'/{name}'


def server_of(backing: BackingUrls) -> psycopg.Connection:
    """Open a connection to the server itself, for what no transaction can do."""
    return psycopg.connect(backing.database_url.replace('+psycopg', ''), autocommit=True)


def drop(backing: BackingUrls, name: str) -> None:
    """Drop a database. What the server itself does there (autovacuum) no force ends; a plain DROP asks it to go."""
    with server_of(backing) as server:
        try:
            server.execute(_named('DROP DATABASE IF EXISTS {} WITH (FORCE)', name))
        except psycopg.errors.InsufficientPrivilege:
            server.execute(_named('DROP DATABASE IF EXISTS {}', name))


def _empty(backing: BackingUrls, name: str) -> None:
    tables = sorted(SQLModel.metadata.tables)
    with psycopg.connect(_as_superuser(backing, name), autocommit=True) as connection:
        # A connection that a test gave up half-way would be waited for.
        connection.execute(
            'SELECT pg_terminate_backend(pid) FROM pg_stat_activity '
            'WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename = %s',
            [ROLE],
        )
        connection.execute('SET session_replication_role = replica')  # no triggers, no order
        [size_bytes] = connection.execute(_SIZE, [tables]).fetchone() or [0]
        if size_bytes > MOST_DELETED_BYTES:
            connection.execute(_named('TRUNCATE ' + ', '.join(['{}'] * len(tables)), *tables))
        with connection.pipeline():
            for table in tables:
                connection.execute(_named('DELETE FROM {}', table))
            connection.execute(_REWIND)


def _as_superuser(backing: BackingUrls, name: str) -> str:
    return address(backing, name).replace(f'postgresql+psycopg://{ROLE}:', 'postgresql://postgres:')


def _named(statement: str, *names: str) -> sql.Composed:
    return sql.SQL(statement).format(*map(sql.Identifier, names))


@contextmanager
def locked(settings: Settings, table: str) -> Iterator[None]:
    """Let whoever reads a table wait until the block is left."""
    address = settings.database_url.replace('+psycopg', '')
    with psycopg.connect(address) as bystander:
        bystander.execute(f'LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE')
        yield

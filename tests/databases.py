"""Databases for tests: cloned from a migrated template, emptied after each test and used again."""

from uuid import uuid4

import psycopg
from psycopg import sql
from sqlmodel import SQLModel

import models  # noqa: F401 - makes every table known
from desk.sandbox import BackingUrls


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
    truncate = 'TRUNCATE ' + ', '.join(['{}'] * len(tables)) + ' RESTART IDENTITY CASCADE'
    with psycopg.connect(
        address(backing, name).replace('+psycopg', ''), autocommit=True
    ) as connection:
        # A connection that a test gave up half-way would be waited for.
        connection.execute(
            'SELECT pg_terminate_backend(pid) FROM pg_stat_activity '
            'WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename = current_user'
        )
        connection.execute(_named(truncate, *tables))


def _named(statement: str, *names: str) -> sql.Composed:
    return sql.SQL(statement).format(*map(sql.Identifier, names))

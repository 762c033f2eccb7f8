"""The session of reads: SELECTs go to the bare driver, everything else to an ordinary session.

Rows are detached from the start, as they are after any other session's end. A row that is found twice is two objects.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy.sql import Select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from desk.compiled_select import driver_query
from desk.statement_pool import StatementPool


class FoundRows:
    """What a SELECT found, with the methods of a session's result."""

    def __init__(self, rows: Sequence[Any]) -> None:
        self._rows = rows

    def __iter__(self) -> Iterator[Any]:
        return iter(self._rows)

    def all(self) -> Sequence[Any]:
        """Return all rows."""
        return self._rows

    def first(self) -> Any | None:
        """Return the first row, if any."""
        return self._rows[0] if self._rows else None

    def one(self) -> Any:
        """Return the only row."""
        [row] = self._rows
        return row

    def one_or_none(self) -> Any | None:
        """Return the only row, if any."""
        return self.one() if self._rows else None

    def scalars(self) -> 'FoundRows':
        """Return the first column of each row."""
        return FoundRows([row[0] for row in self._rows])

    def scalar_one(self) -> Any:
        """Return the first column of the only row."""
        return self.one()[0]


async def driver_tuples(
    session: AsyncSession, text: str, values: Mapping[str, Any]
) -> Sequence[Any]:
    """Run a SELECT in the driver's own style in any session; return its rows."""
    reads: object = session  # what `Database.reading` gives only looks like a session
    if isinstance(reads, ReadSession):
        return await reads.tuples(text, values)
    connection = await session.connection()
    return (await connection.exec_driver_sql(text, dict(values))).all()


class ReadSession:
    """Runs SELECTs on driver connections, each a transaction of its own; opens a session for what it cannot run."""

    def __init__(self, statements: StatementPool, open_session: Callable[[], AsyncSession]) -> None:
        self._statements = statements
        self._open = open_session
        self._session: AsyncSession | None = None

    async def exec(self, statement: Any, *, params: Any = None, **options: Any) -> Any:
        """Run a statement and return its result, as a session does."""
        query = None if options else driver_query(statement, params)
        if query is None:
            return await self._whole().exec(statement, params=params, **options)
        rows = await self._statements.rows(query)
        return FoundRows(
            [row[0] for row in rows] if isinstance(statement, SelectOfScalar) else rows
        )

    async def get(self, kind: type[Any], key: Any, **options: Any) -> Any | None:
        """Return a row by its primary key."""
        if options:
            return await self._whole().get(kind, key, **options)
        columns = kind.__table__.primary_key.columns
        values = key if isinstance(key, tuple) else (key,)
        is_it = [column == value for column, value in zip(columns, values, strict=True)]
        found = (await self.exec(Select(kind).where(*is_it))).first()
        return found[0] if found else None

    async def tuples(self, text: str, values: Mapping[str, Any]) -> Sequence[Any]:
        """Return what a SELECT in the driver's own style finds."""
        return await self._statements.tuples(text, values)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._whole(), name)

    async def close(self) -> None:
        """Close the session behind, if one was opened, also while the caller is being cancelled."""
        if self._session is not None:
            await asyncio.shield(self._session.close())

    def _whole(self) -> AsyncSession:
        if self._session is None:
            self._session = self._open()
        return self._session

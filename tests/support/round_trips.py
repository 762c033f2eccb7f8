"""What a step costs the database: every round trip of the driver that the step's own task makes.

Loops that run beside it (relay, sweep) are not counted: their statements are shared by all that happens.
"""

import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest

_counted: ContextVar['RoundTrips | None'] = ContextVar('counted', default=None)
PING = ';'
"""SQLAlchemy's sign of life."""


@dataclass(slots=True)
class RoundTrips:
    """What one step asked of the database."""

    statements: list[str] = field(default_factory=list)
    """As the driver sends them, without signs of life."""
    pings: int = 0
    transactions: int = 0
    """Each costs two round trips beside its statements: BEGIN and COMMIT."""
    cpu_milliseconds: float = 0.0
    """Of this process's thread, loops beside the step included: to be read, not judged."""

    @property
    def total(self) -> int:
        """All round trips."""
        return len(self.statements) + self.pings + 2 * self.transactions

    def note(self, statement: object) -> None:
        """Count one that is sent now."""
        text = statement.decode() if isinstance(statement, bytes) else str(statement)
        if text == PING:
            self.pings += 1
        else:
            self.statements.append(text)


def count_round_trips(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the driver note what it sends; ``counted`` collects it."""
    cursor, connection = psycopg.AsyncCursor, psycopg.AsyncConnection
    for name in ('execute', 'executemany'):
        monkeypatch.setattr(cursor, name, _noting(getattr(cursor, name)))
    commit = connection.commit

    async def noted_commit(self: Any) -> None:
        if counted_now := _counted.get():
            counted_now.transactions += 1
        await commit(self)

    monkeypatch.setattr(connection, 'commit', noted_commit)


@contextmanager
def counted() -> Iterator[RoundTrips]:
    """Count the round trips of this task while the block runs, after ``count_round_trips``."""
    found, begun = RoundTrips(), time.thread_time()
    token = _counted.set(found)
    try:
        yield found
    finally:
        _counted.reset(token)
        found.cpu_milliseconds = (time.thread_time() - begun) * 1000


def _noting(send: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def noted(self: Any, statement: Any, *args: Any, **kwargs: Any) -> Any:
        if counted_now := _counted.get():
            counted_now.note(statement)
        return await send(self, statement, *args, **kwargs)

    return noted

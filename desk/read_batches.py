"""Short SELECTs that are asked in the same turn of the loop share one connection and one round trip (decision 0062).

Each keeps its text, its values, its snapshot and its errors; only the way to the server is shared. Building a page asks a
dozen at once, and most of what one costs the loop is that way.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import psycopg

from desk import tracing
from desk.compiled_select import DriverQuery
from desk.errors import UpstreamError

MOST = 12
"""Statements of one batch: they run one after the other, so more of them at once use a second connection."""


class Found(NamedTuple):
    """What a SELECT found, as the driver gives it, and the types of its columns by the server's numbers."""

    rows: Sequence[Sequence[Any]]
    kinds: Sequence[int]


Together = Callable[[Sequence[DriverQuery]], Awaitable[Sequence[Found]]]
_Asked = tuple[DriverQuery, 'asyncio.Future[Found | None]']


class ReadBatches:
    """Collects what is asked in one turn of the loop."""

    def __init__(self, together: Together) -> None:
        self._together = together
        self._asked: list[_Asked] = []
        self._under_way: set[asyncio.Task[None]] = set()

    async def find(self, query: DriverQuery) -> Found | None:
        """Return what a SELECT finds with others of this turn; ``None`` when it has to run alone.

        That is when no other was asked, when it is traced, and when one of them failed: alone, each meets its own error.
        """
        if not query.is_short or tracing.carried():
            return None
        loop = asyncio.get_running_loop()
        if not self._asked:
            loop.call_soon(self._go)
        answer: asyncio.Future[Found | None] = loop.create_future()
        self._asked.append((query, answer))
        return await answer

    def _go(self) -> None:
        asked, self._asked = self._asked, []
        for start in range(0, len(asked), MOST):
            some = [one for one in asked[start : start + MOST] if not one[1].done()]
            if len(some) == 1:
                some[0][1].set_result(None)
            elif some:
                task = asyncio.get_running_loop().create_task(self._answer(some))
                self._under_way.add(task)
                task.add_done_callback(self._under_way.discard)

    async def _answer(self, asked: Sequence[_Asked]) -> None:
        found: Sequence[Found | None] = [None] * len(asked)
        try:
            with suppress(psycopg.Error, UpstreamError):
                found = await self._together([query for query, _ in asked])
        finally:
            for (_, answer), its in zip(asked, found, strict=True):
                if not answer.done():
                    answer.set_result(its)

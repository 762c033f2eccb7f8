"""How long a call may last before its agent is told, as its queue says."""

from dataclasses import dataclass

from desk.db import Database
from services.calls import queries

LONG_SECONDS, VERY_LONG_SECONDS = 600, 1_200
"""For calls without a queue, and what a new queue begins with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLimits:
    """After so many seconds of talk the agent gets a first and a second notice; never where one is empty."""

    long_seconds: int | None = LONG_SECONDS
    very_long_seconds: int | None = VERY_LONG_SECONDS


class LongCalls:
    """The limits of calls."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def limits(self, queue_name: str) -> CallLimits:
        """Return the limits of calls of Connect's queue of this name; the usual ones where the desk has none of it."""
        async with self._db.reading() as session:
            queue = await queries.queue_by_name(session, queue_name) if queue_name else None
        if queue is None:
            return CallLimits()
        return CallLimits(
            long_seconds=queue.long_call_seconds, very_long_seconds=queue.very_long_call_seconds
        )

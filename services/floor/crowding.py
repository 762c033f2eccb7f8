"""Which queues are crowded: as many customers wait as a queue's limit says, or somebody new would wait longer than it says.

A crowded queue still takes chats: its customers are offered other ways before (decision 0059).
"""

from uuid import UUID

from desk.db import Database
from models import Queue
from services.floor import expected_wait_queries
from services.floor.expected_waits import ExpectedWait, ExpectedWaits


class Crowding:
    """The crowded queues, at each time."""

    def __init__(self, db: Database, waits: ExpectedWaits) -> None:
        self._db = db
        self._waits = waits

    async def crowded(self) -> frozenset[UUID]:
        """Return the queues that are crowded now."""
        async with self._db.reading() as session:
            limited = await expected_wait_queries.limited_queues(session)
            if not limited:
                return frozenset()
            waiting = await expected_wait_queries.waiting_now(session)
        waits = await self._waits.of_new()
        return frozenset(
            one.id
            for one in limited
            if is_crowded(
                one,
                waiting[one.id].customers if one.id in waiting else 0,
                waits.get(one.id),
            )
        )


def is_crowded(queue: Queue, waiting: int, wait: ExpectedWait | None) -> bool:
    """Whether so many waiting customers, or the middle of what somebody new would wait, reach a limit of a queue."""
    if queue.most_waiting is not None and waiting >= queue.most_waiting:
        return True
    longest = queue.longest_wait_seconds
    return (
        longest is not None
        and wait is not None
        and wait.from_seconds + wait.to_seconds >= 2 * longest
    )

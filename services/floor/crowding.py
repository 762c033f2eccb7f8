"""Which queues are crowded: as many customers wait as a queue's limit says, or somebody new would wait longer than it says.

A crowded queue still takes chats: its customers are offered other ways before (decision 0059), and those who wait already when
it becomes crowded are offered them then (decision 0060). Each process looks every few seconds, for all of its customers at once.
"""

from datetime import datetime
from uuid import UUID

from typing_extensions import override

from desk import clock
from desk.db import Database
from desk.events import Event, Topics
from models import Queue
from services.floor import expected_wait_queries
from services.floor.expected_waits import ExpectedWait, ExpectedWaits


def crowding_topic(queue_id: UUID) -> str:
    """Return the topic of whether one queue is crowded."""
    return f'crowding:{queue_id}'


class CrowdingChanged(Event):
    """A queue has become crowded, or is no longer, as this process has seen. Never sent to other processes."""

    queue_id: UUID
    since: datetime | None
    """Since when it is crowded; ``None`` when it no longer is."""

    @override
    def topics(self) -> tuple[str, ...]:
        return (crowding_topic(self.queue_id),)


class Crowding:
    """The crowded queues, at each time."""

    def __init__(self, db: Database, waits: ExpectedWaits, topics: Topics) -> None:
        self._db = db
        self._waits = waits
        self._topics = topics
        self._since: dict[UUID, datetime] = {}

    def since(self, queue_id: UUID) -> datetime | None:
        """Return since when a queue is crowded, as this process last saw; ``None`` when it is not. Reads nothing."""
        return self._since.get(queue_id)

    async def look(self) -> frozenset[UUID]:
        """Return the queues that are crowded now, and tell those who follow a queue when that changed."""
        crowded, now = await self.crowded(), clock.now()
        changed = crowded ^ self._since.keys()
        self._since = {one: self._since.get(one, now) for one in crowded}
        for one in changed:
            self._topics.publish(CrowdingChanged(queue_id=one, since=self._since.get(one)))
        return crowded

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

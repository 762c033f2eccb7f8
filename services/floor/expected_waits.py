"""How long a customer of a queue will probably wait, from what its last hand-outs took.

**Formula.** Of the last ``MOST_HAND_OUTS`` hand-outs within ``WINDOW`` to customers who had to wait for an agent (longer than
``PICK_UP``, which even a free agent needs): T is the time since the first of these hand-outs in which at least one such customer
waited, H the number of hand-outs after it, and S the share of the agents who took them that is on duty now. While somebody
waits, one customer is taken every T divided by H times S seconds: chats at once, shared agents, 후처리 and how people accept are all in
it. With F free places of these agents, the customer at place F + k waits k times as long; up to place F it is a matter of
accepting (``SOON``). Time in which nobody had to wait says nothing about the pace and is left out.

It is shown as the middle half of what may come: waits at place k scatter as a sum of k steps does, and the pace itself was
measured on H of them, so the range is that of a gamma distribution with 1 / (1 / k + 1 / H) steps. With fewer than
``LEAST_HAND_OUTS``, or nobody on duty, nothing is said.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from desk import clock
from desk.db import Database
from services.floor import expected_wait_queries as queries
from services.floor.expected_wait_queries import FirstOutcome, WaitingNow

WINDOW = timedelta(hours=1)
PICK_UP = timedelta(seconds=15)
MOST_HAND_OUTS = 20
LEAST_HAND_OUTS = 5
KEPT_SECONDS = 5.0
"""How long a process uses what it read, for all its customers."""
MIDDLE_HALF = 0.6745
"""The quartiles of a normal distribution, in standard deviations."""


@dataclass(frozen=True, slots=True)
class ExpectedWait:
    """A range in which half of the waits end."""

    from_seconds: int
    to_seconds: int


SOON = ExpectedWait(0, 60)
"""Where an agent has a free place."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a queue moves."""

    hand_outs: int
    """How many it was measured on."""
    seconds_each: float | None = None
    """``None`` where nobody had to wait: nothing is known of later places then."""
    free: int = 0
    """Free places of agents on duty."""
    waiting: int = 0

    def wait(self, place: int) -> ExpectedWait | None:
        """Return the expected wait from now on at a place in the queue, 1 for the next; ``None`` when it is unknown."""
        ahead = place - self.free
        if ahead <= 0:
            return SOON
        if self.seconds_each is None:
            return None
        steps = 1 / (1 / ahead + 1 / self.hand_outs)
        low, high = _quartile(steps, -MIDDLE_HALF), _quartile(steps, MIDDLE_HALF)
        expected = ahead * self.seconds_each
        return ExpectedWait(round(expected * low), round(expected * high))


class ExpectedWaits:
    """The pace of every queue, read at most every ``KEPT_SECONDS`` in a process."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._read_at = float('-inf')
        self._paces: dict[UUID, Pace] = {}
        self._reading = asyncio.Lock()

    async def at_place(self, queue_id: UUID | None, place: int) -> ExpectedWait | None:
        """Return the expected wait of a customer at a place, 1 for the next; ``None`` where too little is known."""
        if queue_id is None or place < 1:
            return None
        pace = (await self._current()).get(queue_id)
        return pace.wait(place) if pace else None

    async def of_new(self) -> dict[UUID, ExpectedWait]:
        """Return by queue how long somebody who starts now waits; without the queues of which too little is known."""
        paces = await self._current()
        found = {queue_id: pace.wait(pace.waiting + 1) for queue_id, pace in paces.items()}
        return {queue_id: wait for queue_id, wait in found.items() if wait is not None}

    async def _current(self) -> dict[UUID, Pace]:
        async with self._reading:
            if time.monotonic() - self._read_at >= KEPT_SECONDS:
                self._paces = await self.paces()
                self._read_at = time.monotonic()
        return self._paces

    async def paces(self) -> dict[UUID, Pace]:
        """Read the pace of every queue of which enough is known."""
        now = clock.now()
        async with self._db.reading() as session:
            outcomes = await queries.last_outcomes(
                session, now - WINDOW, longer_than=PICK_UP, most=2 * MOST_HAND_OUTS
            )
            waiting = await queries.waiting_now(session)
            takers = {one.agent_id for rows in outcomes.values() for one in rows if one.agent_id}
            on_duty = await queries.on_duty(session, takers)
        found = {
            queue_id: pace_of(rows, waiting.get(queue_id), on_duty, now)
            for queue_id, rows in outcomes.items()
        }
        return {queue_id: pace for queue_id, pace in found.items() if pace is not None}


def pace_of(
    outcomes: Sequence[FirstOutcome],
    waiting: WaitingNow | None,
    on_duty: Mapping[UUID, int],
    now: datetime,
) -> Pace | None:
    """Return a queue's pace from the ends of its last waits, oldest first; ``None`` where too little is known.

    ``on_duty`` are the free places by agent of those who would take contacts.
    """
    outcomes = [one for one in outcomes if one.at > now - WINDOW]
    taken = [one for one in outcomes if one.agent_id is not None]
    had_to_wait = [one for one in taken if one.waited > PICK_UP][-MOST_HAND_OUTS:]
    has_queue = len(had_to_wait) >= LEAST_HAND_OUTS
    measured = had_to_wait if has_queue else taken[-MOST_HAND_OUTS:]
    takers = {one.agent_id for one in measured if one.agent_id is not None}
    on_hand = takers & on_duty.keys()
    if len(measured) < LEAST_HAND_OUTS or not on_hand:
        return None
    free, waits = sum(on_duty[one] for one in on_hand), waiting.customers if waiting else 0
    if not has_queue:
        return Pace(len(measured), None, free, waits)
    begin, count = measured[0].at, len(measured) - 1
    ended = (one for one in outcomes if one.waited > PICK_UP and one.at > begin)
    spans = [(max(one.came_at, begin), one.at) for one in ended]
    if waiting is not None and now - waiting.since > PICK_UP:
        spans.append((max(waiting.since, begin), now))
    share = len(on_hand) / len(takers)
    return Pace(count, covered(spans).total_seconds() / (count * share), free, waits)


def covered(spans: Sequence[tuple[datetime, datetime]]) -> timedelta:
    """Return how much time lies in at least one of these spans."""
    total, reached = timedelta(), None
    for begin, end in sorted(spans):
        start = begin if reached is None else max(begin, reached)
        if end > start:
            total += end - start
        reached = end if reached is None else max(reached, end)
    return total


def _quartile(steps: float, deviations: float) -> float:
    """Return a quantile of a gamma distribution with a mean of 1 (Wilson and Hilferty's approximation)."""
    third: float = 1 - 1 / (9 * steps) + deviations / (3 * steps**0.5)
    return max(third, 0.0) ** 3

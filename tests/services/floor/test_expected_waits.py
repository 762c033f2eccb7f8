"""The expected wait: measured on the last hand-outs, compared with a day that was played and with a slow count."""

import heapq
import random
from collections import deque
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import median
from uuid import UUID, uuid4

from desk import clock
from models import AgentStatus, Channel, ContactStep, StepKind
from services.floor.expected_wait_queries import FirstOutcome, WaitingNow
from services.floor.expected_waits import (
    LEAST_HAND_OUTS,
    MOST_HAND_OUTS,
    SOON,
    ExpectedWaits,
    Pace,
    covered,
    pace_of,
)
from services.registry import Services
from tests.support.make import Make

DAY = datetime(2026, 11, 2, tzinfo=UTC)
AGENTS = 6
TALK_SECONDS = 300.0


Played = tuple[float, float, UUID, dict[UUID, int]]
"""When a customer came and was taken, by whom, and the free places of all agents when the customer came."""


def _played_day(chance: random.Random) -> list[Played]:
    """The customers of ten hours: six agents, a rush at noon."""
    free = [(0.0, uuid4()) for _ in range(AGENTS)]
    came, calls = 0.0, list[Played]()
    while came < 36_000:
        is_rush = 12_000 < came < 20_000
        came += chance.expovariate(AGENTS / TALK_SECONDS * (1.15 if is_rush else 0.8))
        places = {agent: int(at <= came) for at, agent in free}
        at, agent = heapq.heappop(free)
        taken = max(came, at) + chance.uniform(2, 8)  # somebody has to press 수락
        calls.append((came, taken, agent, places))
        heapq.heappush(free, (taken + chance.expovariate(1 / TALK_SECONDS), agent))
    return calls


def _moment(seconds: float) -> datetime:
    return DAY + timedelta(seconds=seconds)


def test_expected_waits_of_a_played_day_are_near_the_real_ones() -> None:
    """Of 20 days: what is told of more than a minute is wrong by a third of it in the median, and half ends in the range."""
    errors, hits, soon = [], [], []
    for seed in range(20):
        done, pending = deque[FirstOutcome](maxlen=4 * MOST_HAND_OUTS), deque[Played]()
        for call in _played_day(random.Random(seed)):
            came, taken, _, places = call
            while pending and pending[0][1] <= came:
                began, ended, taker, _ = pending.popleft()
                done.append(FirstOutcome(_moment(began), _moment(ended), taker))
            first = WaitingNow(len(pending), _moment(pending[0][0])) if pending else None
            pace = pace_of(list(done), first, places, _moment(came))
            pending.append(call)
            told = pace.wait(len(pending)) if pace else None
            if told == SOON:
                soon.append(taken - came)
            elif pace and told and pace.seconds_each and told.to_seconds > 60:
                expected = (len(pending) - pace.free) * pace.seconds_each
                errors.append(abs(expected - (taken - came)) / expected)
                hits.append(told.from_seconds <= taken - came <= told.to_seconds)

    assert len(errors) > 4_000
    assert median(errors) < 0.33, median(errors)
    assert 0.4 < sum(hits) / len(hits) < 0.65, sum(hits) / len(hits)
    assert len(soon) > 3_000
    assert sum(one <= SOON.to_seconds for one in soon) / len(soon) > 0.99


async def test_pace_equals_a_slow_count_of_the_facts(services: Services, make: Make) -> None:
    chance = random.Random(7)
    queue, agents = await make.queue(), [await make.agent() for _ in range(3)]
    away = await make.agent(status=AgentStatus.AWAY)
    now = clock.now().replace(microsecond=0)
    spans, takers = [], []
    for number in range(LEAST_HAND_OUTS + 7):
        end = now - timedelta(seconds=chance.randrange(1, 1_500))
        begin = end - timedelta(seconds=chance.randrange(20, 200))
        is_left = number % 5 == 4
        agent = None if is_left else chance.choice([*agents, away])
        spans.append((begin, end, agent))
        takers += [agent] if agent else []
        kind = StepKind.ABANDONED if is_left else StepKind.TAKEN
        await make.kept(
            ContactStep(
                contact_id=uuid4(), channel=Channel.CHAT, kind=kind, at=end, came_at=begin,
                queue_id=queue.id, agent_id=agent.id if agent else None,
            )
        )  # fmt: skip
    waits_since = now - timedelta(seconds=90)
    await make.chat(start_time=waits_since)

    [pace] = (await services.expected_waits.paces()).values()

    begin = next(end for _, end, agent in sorted(spans, key=lambda one: one[1]) if agent)
    seconds = range(int((now - begin).total_seconds()))
    everybody = [*((came, end) for came, end, _ in spans), (waits_since, now)]
    busy = sum(
        any(came <= begin + timedelta(seconds=count) < end for came, end in everybody)
        for count in seconds
    )
    names = {one.id for one in takers}
    share = len(names - {away.id}) / len(names)
    assert (pace.hand_outs, pace.waiting) == (len(takers) - 1, 1)
    assert pace.free == sum(one.chat_capacity for one in agents if one.id in names)
    assert pace.seconds_each is not None
    assert abs(pace.seconds_each - busy / (pace.hand_outs * share)) < 1


async def test_too_little_is_known_to_say_anything(services: Services, make: Make) -> None:
    queue, agent = await make.queue(), await make.agent()
    now = clock.now()
    assert await services.expected_waits.at_place(queue.id, 1) is None

    for count in range(LEAST_HAND_OUTS):
        at = now - timedelta(seconds=60 * count + 1)
        step = ContactStep(
            contact_id=uuid4(), channel=Channel.CHAT, kind=StepKind.TAKEN, at=at,
            came_at=at - timedelta(seconds=40), queue_id=queue.id, agent_id=agent.id,
        )  # fmt: skip
        assert not await services.expected_waits.paces()
        await make.kept(step)
    assert [*await services.expected_waits.paces()] == [queue.id]

    await make.changed(agent, base_status=AgentStatus.AWAY)  # nobody is there to take anyone
    assert not await services.expected_waits.paces()


async def test_a_process_reads_once_for_many_customers(services: Services, make: Make) -> None:
    reads = 0

    class Counted(ExpectedWaits):
        async def paces(self) -> dict[UUID, Pace]:
            nonlocal reads
            reads += 1
            return await super().paces()

    waits = Counted(services.agents._db)
    queue = await make.queue()
    for place in range(1, 50):
        await waits.at_place(queue.id, place)
    assert reads == 1


def test_later_places_wait_longer_and_ranges_keep_their_order() -> None:
    pace = Pace(12, 60.0)
    ranges = [wait for place in range(1, 30) if (wait := pace.wait(place))]
    assert len(ranges) == 29
    assert all(one.from_seconds < one.to_seconds for one in ranges)
    assert all(
        before.from_seconds < after.from_seconds and before.to_seconds < after.to_seconds
        for before, after in pairwise(ranges)
    )


def test_covered_time_counts_each_second_once() -> None:
    spans = [(_moment(0), _moment(10)), (_moment(5), _moment(7)), (_moment(20), _moment(30))]
    assert covered(spans) == timedelta(seconds=20)
    assert covered([]) == timedelta()

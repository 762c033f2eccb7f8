"""What searching may take: much while nobody is slowed down, little while somebody is, and each who searches as much."""

import asyncio
import time
from collections import Counter

import pytest

from desk.errors import TooManyError
from desk.statement_speed import FEW, WINDOW_SECONDS, StatementSpeed
from services.search.budget import MAX_WAITING, WAIT_SECONDS, SearchBudget

COST = 0.01


class KnownSpeed(StatementSpeed):
    """A speed that a test sets."""

    def __init__(self, *, is_slowed: bool = False) -> None:
        super().__init__()
        self.now = is_slowed

    @property
    def is_slowed(self) -> bool:
        return self.now


async def searched(budget: SearchBudget, *, seconds: float, people: int = 10) -> float:
    """Let so many search without a pause; return the share of one core's time that they had."""
    began, done = time.monotonic(), 0.0

    async def search(who: int) -> None:
        nonlocal done
        while time.monotonic() < began + seconds:
            try:
                async with budget.turn(who):
                    started = time.monotonic()
                    await asyncio.sleep(COST)
                    done += time.monotonic() - started
            except TooManyError:
                await asyncio.sleep(COST)

    await asyncio.gather(*map(search, range(people)))
    return done / (time.monotonic() - began)


async def test_what_nobody_else_needs_is_had_after_a_moment() -> None:
    budget = SearchBudget(places=4, share=0.1, speed=KnownSpeed())
    await searched(budget, seconds=2)

    assert await searched(budget, seconds=1) > 0.6


async def test_who_slows_the_talk_down_keeps_to_the_least() -> None:
    speed = KnownSpeed()
    budget = SearchBudget(places=4, share=0.1, speed=speed)
    await searched(budget, seconds=2)
    speed.now = True
    await searched(budget, seconds=1)

    assert await searched(budget, seconds=1) < 0.1 + 4 * COST + 0.05


async def test_hundred_searches_of_one_make_nobody_else_wait() -> None:
    budget = SearchBudget(places=1, share=1, speed=KnownSpeed())
    order: list[str] = []

    async def search(who: str) -> None:
        async with budget.turn(who):
            await asyncio.sleep(0)
            order.append(who)

    async with budget.turn('somebody'):
        greedy = [asyncio.ensure_future(search('greedy')) for _ in range(20)]
        await asyncio.sleep(0)
        others = [asyncio.ensure_future(search(who)) for who in ('one', 'two')]
        await asyncio.sleep(0)
    await asyncio.gather(*greedy, *others)

    assert set(order[:3]) == {'greedy', 'one', 'two'}
    assert Counter(order)['greedy'] == 20


async def test_who_types_on_before_it_was_their_turn_costs_nothing() -> None:
    budget = SearchBudget(places=1, share=1, speed=KnownSpeed())
    reached = 0

    async def search() -> None:
        nonlocal reached
        async with budget.turn('one'):
            reached += 1

    async with budget.turn('other'):
        keystrokes = [asyncio.ensure_future(search()) for _ in range(MAX_WAITING)]
        await asyncio.sleep(0)
        for outrun in keystrokes[:-1]:
            outrun.cancel()
        await asyncio.sleep(0)
    await keystrokes[-1]
    await asyncio.gather(*keystrokes, return_exceptions=True)

    assert reached == 1
    async with asyncio.timeout(0.5), budget.turn('other'):  # no place was lost on the way
        pass


async def test_too_many_who_search_are_told_so() -> None:
    budget = SearchBudget(places=1, share=1, speed=KnownSpeed())

    async def search() -> None:
        async with budget.turn():
            await asyncio.sleep(0)

    async with budget.turn():
        waiting_ones = [asyncio.ensure_future(search()) for _ in range(MAX_WAITING)]
        await asyncio.sleep(0)
        with pytest.raises(TooManyError):
            await search()
    await asyncio.gather(*waiting_ones)


async def test_sentence_comes_within_a_second_where_the_turn_does_not() -> None:
    budget = SearchBudget(places=1, share=1, speed=KnownSpeed())
    began = time.monotonic()

    async with budget.turn():
        with pytest.raises(TooManyError):
            async with budget.turn():
                pass

    assert time.monotonic() - began < WAIT_SECONDS + 0.5
    await asyncio.sleep(1)  # what the first one took is saved up again
    async with asyncio.timeout(0.5), budget.turn():
        pass


async def test_one_slow_search_lets_nobody_wait_long() -> None:
    budget = SearchBudget(places=1, share=0.01, most=0.01, speed=KnownSpeed())
    async with budget.turn():
        await asyncio.sleep(0.5)  # for which fifty seconds would have to be rested

    async with budget.turn():  # and is not refused either
        pass


def test_pace_tells_that_the_talk_has_become_slower(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(time, 'monotonic', lambda: now)
    speed = StatementSpeed()

    def talk(seconds: float, *, windows: int) -> None:
        nonlocal now
        for _ in range(windows):
            for _ in range(5):
                speed.note(seconds)
            now += WINDOW_SECONDS

    talk(0.002, windows=FEW + 1)
    assert not speed.is_slowed
    talk(0.004, windows=4)
    assert not speed.is_slowed  # as much as a disk jitters
    talk(0.007, windows=4)
    assert speed.is_slowed
    now += 60
    assert not speed.is_slowed  # nobody talks: nobody is in the way

"""Answers kept for a moment: shared while worked out, never older than said, failures not kept."""

import asyncio

import pytest

from desk.cache import SharedCache


class Counter:
    """An answer that tells how often it was worked out."""

    def __init__(self) -> None:
        self.times = 0
        self.may_answer = asyncio.Event()

    async def __call__(self) -> int:
        self.times += 1
        await self.may_answer.wait()
        return self.times


async def test_all_who_ask_at_once_share_one_answer() -> None:
    kept: SharedCache[int] = SharedCache(60)
    counter = Counter()
    asked = [asyncio.ensure_future(kept.get('a', counter)) for _ in range(10)]
    counter.may_answer.set()

    assert await asyncio.gather(*asked) == [1] * 10
    assert await kept.get('a', counter) == 1
    assert await kept.get('b', counter) == 2


async def test_old_answer_is_worked_out_again() -> None:
    kept: SharedCache[int] = SharedCache(0)
    counter = Counter()
    counter.may_answer.set()

    assert [await kept.get('a', counter), await kept.get('a', counter)] == [1, 2]


async def test_one_who_leaves_does_not_take_the_answer_from_the_others() -> None:
    kept: SharedCache[int] = SharedCache(60)
    counter = Counter()
    leaving = asyncio.ensure_future(kept.get('a', counter))
    staying = asyncio.ensure_future(kept.get('a', counter))
    await asyncio.sleep(0)

    leaving.cancel()
    counter.may_answer.set()

    assert await staying == 1


async def test_failure_is_not_kept() -> None:
    kept: SharedCache[int] = SharedCache(60)

    async def fail() -> int:
        raise RuntimeError('away')

    with pytest.raises(RuntimeError):
        await kept.get('a', fail)
    counter = Counter()
    counter.may_answer.set()
    assert await kept.get('a', counter) == 1

"""Leases: of several processes one has the work, and another soon has it when that one is gone."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from desk.lease import Lease
from desk.settings import Settings
from tests.support.until import until


@pytest.fixture
async def redis(settings: Settings) -> AsyncIterator['Redis']:
    redis = Redis.from_url(settings.redis_url, decode_responses=True)
    yield redis
    await redis.aclose()


async def test_one_of_two_has_it_and_keeps_it(redis: 'Redis', settings: Settings) -> None:
    mine, theirs = (Lease(redis, f'{settings.redis_prefix}:work') for _ in range(2))

    assert [await mine.is_held(), await theirs.is_held(), await mine.is_held()] == [
        True,
        False,
        True,
    ]


async def test_it_goes_over_when_it_is_given_up(redis: 'Redis', settings: Settings) -> None:
    mine, theirs = (Lease(redis, f'{settings.redis_prefix}:work') for _ in range(2))
    await mine.is_held()

    await theirs.give_up()  # not theirs to give
    assert not await theirs.is_held()
    await mine.give_up()

    assert await theirs.is_held()


async def test_it_goes_over_when_its_holder_is_silent(redis: 'Redis', settings: Settings) -> None:
    mine, theirs = (Lease(redis, f'{settings.redis_prefix}:work', seconds=0.2) for _ in range(2))
    await mine.is_held()
    await asyncio.sleep(0.1)
    assert await mine.is_held()  # renewed
    await asyncio.sleep(0.15)
    assert not await theirs.is_held()

    await until(theirs.is_held)

    assert not await mine.is_held()


async def test_nobody_has_it_while_redis_is_away(settings: Settings) -> None:
    nowhere = Redis.from_url('redis://127.0.0.1:1', socket_connect_timeout=0.2)

    held = await Lease(nowhere, f'{settings.redis_prefix}:work').is_held()

    assert not held
    await nowhere.aclose()

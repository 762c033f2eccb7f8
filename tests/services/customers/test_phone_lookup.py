"""Who has a number: right after every change, in every process, whatever a slow reader does; unreadable in Redis."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from desk.settings import Settings
from models import Agent, Customer
from services.customers.fields import CustomerEdit
from services.registry import Services
from tests.support.make import Make
from tests.support.until import until

PHONE, OTHER = '01012345678', '01099998888'


@pytest.fixture
async def redis(settings: Settings) -> AsyncIterator[Redis]:
    """What anybody with access to Redis can read."""
    redis = Redis.from_url(settings.redis_url, decode_responses=True)
    yield redis
    await redis.aclose()


async def found(services: Services, phone: str = PHONE) -> list[str]:
    return [one.name for one in await services.phone_lookup.customers(phone)]


async def give(services: Services, agent: Agent, customer: Customer, *phones: str) -> None:
    """Let a customer have these numbers."""
    now = await services.customer_records.customer(agent, customer.id)
    await services.customer_records.edit(
        agent, customer.id, CustomerEdit(version=now.version, phones=phones)
    )


async def test_number_finds_its_customers_in_any_place(services: Services, make: Make) -> None:
    await make.customer(name='김철수', phone=PHONE)
    await make.customer(name='이영희', phone=OTHER, other_phones=[PHONE])

    assert sorted(await found(services)) == ['김철수', '이영희']
    assert sorted(await found(services)) == ['김철수', '이영희']
    assert await found(services, '01000000000') == []


async def test_change_in_one_process_is_seen_by_every_process_at_once(
    services: Services, another_desk: Services, make: Make
) -> None:
    agent, customer = await make.agent(), await make.customer(name='김철수', phone=PHONE)
    desks = (services, another_desk)

    for number in range(20):
        changing, reading = desks[number % 2], desks[(number + 1) % 2]
        phones = (OTHER, PHONE) if number % 4 < 2 else (OTHER,)
        await found(reading)
        await give(changing, agent, customer, *phones)

        assert await found(reading) == (['김철수'] if PHONE in phones else [])
        assert await found(reading, OTHER) == ['김철수']


async def test_delayed_reader_brings_no_old_answer_back(
    services: Services, another_desk: Services, make: Make, settings: Settings
) -> None:
    """A reader of one process asks the database, is delayed, and stores after another process changed it."""
    agent, customer = await make.agent(), await make.customer(name='김철수', phone=OTHER)
    lookup = another_desk.phone_lookup
    begun, go_on = asyncio.Event(), asyncio.Event()
    really_fill = lookup._fill

    async def late_fill(*answer: object) -> None:
        begun.set()
        await go_on.wait()
        await really_fill(*answer)  # type: ignore[arg-type]

    lookup._fill = late_fill  # type: ignore[method-assign]
    reader = asyncio.ensure_future(lookup.customers(PHONE))
    await begun.wait()
    await give(services, agent, customer, PHONE)
    go_on.set()
    assert await reader == []

    assert await found(services) == ['김철수']
    assert await found(another_desk) == ['김철수']


async def test_writer_that_died_after_its_commit_is_made_up_for(
    services: Services, another_desk: Services, make: Make
) -> None:
    agent, customer = await make.agent(), await make.customer(name='김철수', phone=OTHER)
    assert await found(another_desk) == []

    async def die(_phones: object) -> None:
        raise SystemExit

    services.phone_lookup.forget = die  # type: ignore[assignment, method-assign]
    with pytest.raises(SystemExit):
        await give(services, agent, customer, PHONE)

    async def is_found() -> bool:
        return await found(another_desk) == ['김철수']

    await until(is_found)


async def test_no_number_or_name_can_be_read_in_redis(
    services: Services, make: Make, redis: Redis, settings: Settings
) -> None:
    await make.customer(name='김철수', phone=PHONE)
    await found(services)

    keys = [key async for key in redis.scan_iter(f'{settings.redis_prefix}:phone:*')]
    kept = [str(await redis.get(key)) for key in keys]

    assert len(keys) == 1
    assert PHONE not in f'{keys}{kept}'
    assert '김철수' not in f'{kept}'


async def test_without_redis_the_database_answers(
    services: Services, make: Make, redis: Redis
) -> None:
    agent, customer = await make.agent(), await make.customer(name='김철수', phone=PHONE)
    services.phone_lookup._redis.connection_pool.connection_kwargs['port'] = 1
    await services.phone_lookup._redis.connection_pool.disconnect()

    assert await found(services) == ['김철수']
    await give(services, agent, customer, OTHER)
    assert await found(services) == []

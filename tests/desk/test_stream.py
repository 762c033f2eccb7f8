"""The stream between processes: two hear each other; away, each still hears itself; back, all read again."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from redis.asyncio import Redis
from typing_extensions import override

from desk import loops
from desk.events import Event, Resync, Topics
from desk.stream import STATE_TOPIC, EventStream, StreamState
from tests.until import until
from tests.valkey import PrivateValkey

pytestmark = pytest.mark.slow


class Counted(Event):
    """Somebody counted on."""

    number: int

    @override
    def topics(self) -> tuple[str, ...]:
        return ('counting',)


@dataclass
class Ears:
    """One process's end of the stream, and what its listeners heard."""

    stream: EventStream
    numbers: list[int] = field(default_factory=list)
    resyncs: int = 0
    states: list[bool] = field(default_factory=list)

    def hear(self, event: Event) -> None:
        if isinstance(event, Counted):
            self.numbers.append(event.number)
        elif isinstance(event, Resync):
            self.resyncs += 1

    def note(self, event: Event) -> None:
        if isinstance(event, StreamState):
            self.states.append(event.is_live)


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[PrivateValkey]:
    """A server that may be killed."""
    server = PrivateValkey(tmp_path / 'valkey')
    server.start()
    yield server
    server.kill()


@asynccontextmanager
async def listening(valkey: PrivateValkey) -> AsyncIterator[Ears]:
    """Follow the stream as a process does."""
    topics = Topics()
    redis = Redis.from_url(valkey.url, decode_responses=True)
    ears = Ears(EventStream(redis, topics))
    topics.subscribe('counting', ears.hear)
    topics.subscribe(STATE_TOPIC, ears.note)
    await ears.stream.open()
    async with loops.running({'stream': ears.stream.follow}):
        yield ears
    await redis.aclose()


async def test_every_process_hears_every_event_once_in_order(valkey: PrivateValkey) -> None:
    async with listening(valkey) as one, listening(valkey) as other:
        for start in range(0, 600, 100):
            assert await one.stream.send([Counted(number=n) for n in range(start, start + 50)])
            assert await other.stream.send(
                [Counted(number=n) for n in range(start + 50, start + 100)]
            )

        await until(lambda: len(one.numbers) == len(other.numbers) == 600)
        assert one.numbers == other.numbers == list(range(600))
        assert (one.resyncs, other.resyncs) == (0, 0)


async def test_newcomer_hears_what_comes_not_what_was(valkey: PrivateValkey) -> None:
    async with listening(valkey) as one:
        await one.stream.send([Counted(number=1)])
        async with listening(valkey) as late:
            await one.stream.send([Counted(number=2)])

            await until(lambda: late.numbers == [2])


async def test_event_added_just_after_opening_is_heard(valkey: PrivateValkey) -> None:
    topics, heard = Topics(), list[Event]()
    redis = Redis.from_url(valkey.url, decode_responses=True)
    stream = EventStream(redis, topics)
    topics.subscribe('counting', heard.append)
    await stream.open()
    await stream.send([Counted(number=1)])  # nobody follows yet

    async with loops.running({'stream': stream.follow}):
        await until(lambda: heard == [Counted(number=1)])
    await redis.aclose()


async def test_writers_own_listeners_hear_while_the_stream_is_away(valkey: PrivateValkey) -> None:
    async with listening(valkey) as one, listening(valkey) as other:
        valkey.kill()

        took_it = await one.stream.send([Counted(number=1), Counted(number=2)])

        assert not took_it
        assert one.numbers == [1, 2]
        await until(lambda: one.states[-1:] == other.states[-1:] == [False])
        assert not one.stream.is_live
        assert other.numbers == []


@pytest.mark.parametrize('forgets', [False, True], ids=['same data', 'empty data'])
async def test_on_return_everyone_reads_again_and_hears_on(
    valkey: PrivateValkey, forgets: bool
) -> None:
    async with listening(valkey) as one, listening(valkey) as other:
        await one.stream.send([Counted(number=1)])
        await until(lambda: one.numbers == other.numbers == [1])
        valkey.kill()
        await until(lambda: not one.stream.is_live and not other.stream.is_live)
        if forgets:
            valkey.forget()
        valkey.start()

        await until(lambda: one.stream.is_live and other.stream.is_live)
        await other.stream.send([Counted(number=2)])

        await until(lambda: one.numbers == other.numbers == [1, 2])
        assert (one.resyncs, other.resyncs) == (1, 1)
        assert one.states == other.states == [True, False, True]


@pytest.mark.parametrize('forgets', [False, True], ids=['same data', 'empty data'])
async def test_return_too_quick_to_be_noticed_by_a_sender_is_noticed_by_the_reader(
    valkey: PrivateValkey, forgets: bool
) -> None:
    async with listening(valkey) as one:
        await one.stream.send([Counted(number=1)])
        await until(lambda: one.numbers == [1])

        valkey.kill()
        if forgets:
            valkey.forget()
        valkey.start()

        await until(lambda: one.resyncs == 1 and one.stream.is_live)


async def test_process_that_starts_without_the_stream_finds_it_later(
    valkey: PrivateValkey,
) -> None:
    valkey.kill()
    async with listening(valkey) as one:
        assert not one.stream.is_live
        valkey.start()

        await until(lambda: one.stream.is_live)
        await one.stream.send([Counted(number=1)])

        await until(lambda: one.numbers == [1])


async def test_event_of_a_newer_desk_is_passed_over(valkey: PrivateValkey) -> None:
    async with listening(valkey) as one:
        redis = Redis.from_url(valkey.url, decode_responses=True)
        await redis.xadd('desk:events', {'kind': 'InventedLater', 'body': '{}'})
        await redis.aclose()
        await one.stream.send([Counted(number=1)])

        await until(lambda: one.numbers == [1])
        await asyncio.wait_for(one.stream.send([Counted(number=2)]), 5)
        await until(lambda: one.numbers == [1, 2])

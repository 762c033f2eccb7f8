"""The stream between processes: two hear each other; away, each still hears itself; back, all read again.

What another version of the desk wrote is passed over, and everybody reads again; so they do when the stream is emptied.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum

import pytest
import structlog
from prometheus_client import REGISTRY
from redis.asyncio import Redis
from typing_extensions import override

from desk import loops, stream
from desk.events import EncodedEvent, Event, Resync, Topics
from desk.stream import STATE_TOPIC, EventStream, StreamState
from tests.support.until import until
from tests.support.valkey import PrivateValkey

pytestmark = pytest.mark.slow


class Mood(StrEnum):
    """How somebody counts."""

    CALM = 'calm'


class Counted(Event):
    """Somebody counted on."""

    number: int
    mood: Mood = Mood.CALM

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


@asynccontextmanager
async def listening(valkey: PrivateValkey) -> AsyncIterator[Ears]:
    """Follow the stream as a process does."""
    topics = Topics()
    redis = Redis.from_url(valkey.url, decode_responses=True, encoding_errors='replace')
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


SECRET = '비밀 010-1234-5678'
UNREADABLE = {
    'unknown kind': ('InventedLater', '{}', 'kind'),
    'no kind': ('', '{"number": 7}', 'kind'),
    'unknown field': ('Counted', f'{{"number": 7, "tune": "{SECRET}"}}', 'shape'),
    'unknown member': ('Counted', f'{{"number": 7, "mood": "{SECRET}"}}', 'shape'),
    'another type': ('Counted', f'{{"number": "{SECRET}"}}', 'shape'),
    'missing field': ('Counted', '{"mood": "calm"}', 'shape'),
    'broken JSON': ('Counted', f'{{"number": 7, "mood": "{SECRET}', 'shape'),
    'nothing': ('Counted', '', 'shape'),
}


@pytest.mark.parametrize(('kind', 'body', 'reason'), UNREADABLE.values(), ids=UNREADABLE.keys())
async def test_event_of_another_version_is_skipped_counted_and_read_after(
    valkey: PrivateValkey, kind: str, body: str, reason: str
) -> None:
    async with listening(valkey) as one:
        counted = skipped(reason)
        with structlog.testing.capture_logs() as logs:
            await one.stream.send([EncodedEvent(kind, body), Counted(number=1)])
            await until(lambda: one.numbers == [1] and one.resyncs == 1, seconds=1)

        assert skipped(reason) == counted + 1
        [said] = [line for line in logs if line['event'] == 'events_skipped']
        assert said['log_level'] == 'warning'
        assert SECRET not in str(logs)
        assert one.stream.is_live


@pytest.mark.parametrize('nothing', ['null', 'false', '0', '""', '[]', '{}'])
async def test_empty_field_of_a_newer_version_is_passed_over(
    valkey: PrivateValkey, nothing: str
) -> None:
    async with listening(valkey) as one:
        counted = skipped('shape')

        await one.stream.send([EncodedEvent('Counted', f'{{"number": 7, "tune": {nothing}}}')])

        await until(lambda: one.numbers == [7])
        assert skipped('shape') == counted
        assert one.resyncs == 0


async def test_empty_field_beside_a_wrong_value_changes_nothing(valkey: PrivateValkey) -> None:
    async with listening(valkey) as one:
        await one.stream.send([EncodedEvent('Counted', '{"number": "x", "tune": null}')])

        await until(lambda: one.resyncs == 1, seconds=1)
        assert one.numbers == []


async def test_entry_that_is_no_event_at_all_is_skipped(valkey: PrivateValkey) -> None:
    raw = Redis.from_url(valkey.url)
    async with listening(valkey) as one:
        await raw.xadd('desk:events', {'other': 'thing'})
        await raw.xadd(
            'desk:events', {'kind': b'Counted', 'body': b'{"number": 1, "mood": "\xff"}'}
        )
        await one.stream.send([Counted(number=2)])

        await until(lambda: one.numbers == [2] and one.resyncs == 1)
        await one.stream.forget({'00000000-0000-0000-0000-000000000001'})
        assert await raw.xlen('desk:events') == 3
    await raw.aclose()


async def test_hundreds_of_them_have_everybody_read_again_a_few_times(
    valkey: PrivateValkey,
) -> None:
    async with listening(valkey) as one:
        began = time.monotonic()
        for _ in range(100):
            await one.stream.send([EncodedEvent('InventedLater', '{}')] * 5)
            await asyncio.sleep(0.02)
        lasted = time.monotonic() - began

        await until(lambda: one.resyncs >= 3)
        assert one.resyncs <= lasted + 2
        seen = one.resyncs
        await one.stream.send([Counted(number=1)])
        await until(lambda: one.numbers == [1])
        assert one.resyncs <= seen + 1  # the last of them are read after, too, and then no more


def skipped(reason: str) -> float:
    """How many events were skipped for a reason, as the metrics say."""
    return REGISTRY.get_sample_value('desk_unreadable_events_total', {'reason': reason}) or 0.0


async def test_events_lost_in_an_emptied_server_are_read_after(valkey: PrivateValkey) -> None:
    admin = Redis.from_url(valkey.url)
    async with listening(valkey) as one, listening(valkey) as other:
        for round_number in range(1, 13):
            async with admin.pipeline(transaction=True) as both:  # nobody can read it in between
                both.xadd('desk:events', {'kind': 'Counted', 'body': '{"number": -1}'})
                both.flushall()
                await both.execute()

            await until(lambda n=round_number: one.resyncs == other.resyncs == n, seconds=1)
            await one.stream.send([Counted(number=round_number)])
            await until(lambda n=round_number: one.numbers[-1:] == other.numbers[-1:] == [n])

        assert one.numbers == other.numbers == list(range(1, 13))
        assert one.states == [True]
    await admin.aclose()


async def test_stream_that_begins_anew_or_goes_back_is_read_after(valkey: PrivateValkey) -> None:
    admin = Redis.from_url(valkey.url)
    async with listening(valkey) as one:
        await one.stream.send([Counted(number=1)])
        await admin.copy('desk:events', 'a replica that is behind')
        await one.stream.send([Counted(number=2)])
        await until(lambda: one.numbers == [1, 2])

        await admin.rename('a replica that is behind', 'desk:events')
        await until(lambda: one.resyncs == 1, seconds=1)
        await one.stream.send([Counted(number=3)])
        await until(lambda: one.numbers == [1, 2, 3])
        async with admin.pipeline(transaction=True) as both:
            both.delete('desk:events')
            both.xadd('desk:events', {'kind': 'Counted', 'body': '{"number": 4}'})
            await both.execute()

        await until(lambda: one.resyncs == 2, seconds=1)
        await until(lambda: one.numbers == [1, 2, 3, 4])
    await admin.aclose()


async def test_reader_whose_place_was_trimmed_away_reads_again(
    valkey: PrivateValkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, 'MAX_EVENTS', 200)  # blocks of the server hold a hundred
    monkeypatch.setattr(stream, 'BATCH', 10)
    async with listening(valkey) as one:
        await one.stream.send([Counted(number=n) for n in range(2_000)])

        await until(lambda: one.resyncs == 1 and one.numbers[-1:] == [1_999])

"""Events between processes: one Redis stream that every process writes to and reads from its last position.

The stream only carries events; the database is the truth. While Redis is away a process tells its
own subscribers only (``is_live`` is false and the screens say so); when it is back all subscribers
get a ``Resync``. They also get one when the stream was replaced (``desk.stream_identity``), and
after an event of another version that this process cannot decode and skips.
"""

import asyncio
import math
import re
import time
from collections.abc import Sequence, Set

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError
from redis.typing import EncodableT, FieldT
from typing_extensions import override

from desk import metrics, tracing
from desk.events import EncodedEvent, Event, Resync, Topics, UnreadableEventError
from desk.stream_identity import StreamIdentity, event_id, identity_of

log = structlog.get_logger()

MAX_EVENTS = 100_000  # about half an hour of a busy floor; later readers use the database
BATCH = 500
RETRY_SECONDS = 0.5
WATCH_SECONDS = 0.5
"""How often the stream's identity is checked: a break is noticed within a second."""
RESYNC_SECONDS, MAX_RESYNC_SECONDS = 1.0, 8.0
"""The shortest pause between two ``Resync`` for unreadable events, and the longest. The pause grows
while they continue (two versions run side by side), because every open page reads its data
again."""
STATE_TOPIC = 'stream'
TRACE_FIELD = 'traceparent'
"""The field of a stream's entry that holds the trace context (W3C Trace Context), beside ``kind`` and ``body``."""
IDS = re.compile(r'[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}')

Fields = dict[FieldT, EncodableT]


class StreamState(Event):
    """The stream went away or came back."""

    is_live: bool

    @override
    def topics(self) -> tuple[str, ...]:
        return (STATE_TOPIC,)


class EventStream:
    """This process's connection to the stream."""

    def __init__(self, redis: 'Redis', topics: Topics, *, prefix: str = 'desk') -> None:
        self._redis = redis
        self._topics = topics
        self.prefix = prefix
        self._key = f'{prefix}:events'
        self._last = '$'
        self._identity: StreamIdentity | None = None
        self._read_since = 0
        self._watched_at = 0.0
        self._skipped = _SkippedEvents()
        self.is_live = False

    async def open(self) -> None:
        """Find the position to read from: events added from now on are received."""
        try:
            await self._begin()
            self._became(is_live=True)
        except (RedisError, OSError):
            log.warning('stream_away')

    async def send(
        self, events: Sequence[Event | EncodedEvent], traces: Sequence[str] = ()
    ) -> bool:
        """Add events to the stream in order; return whether it accepted them.

        If it did not, this process's own subscribers have been told directly. An encoded event is
        passed on unchanged, even when only a newer process can decode it. ``traces`` has each event's trace context
        (``desk.tracing``), where there are any.
        """
        traced = list(zip(events, traces or [''] * len(events), strict=True))
        try:
            await self._add(traced)
        except (RedisError, OSError):
            self._became(is_live=False)
            for event, trace in traced:
                self._publish(event, trace)
            return False
        return True

    async def forget(self, ids: Set[str]) -> None:
        """Delete the events that contain one of these ids, for an erasure; a failure is logged."""
        last = '-'
        try:
            while ids and (kept := await self._redis.xrange(self._key, last, count=BATCH)):
                entries = _by_key({self._key: [kept]})[0][1]
                named = [
                    one for one, fields in entries if ids & set(IDS.findall(fields.get('body', '')))
                ]
                if named:
                    await self._redis.xdel(self._key, *named)
                last = f'({entries[-1][0]}'
        except (RedisError, OSError):
            log.warning('stream_not_forgotten')

    async def follow(self) -> None:
        """Hand every event of the stream to this process's subscribers, until cancelled."""
        while True:
            try:
                if not self.is_live:
                    await self._return()
                await self._read()
                await self._watch()
                if self._skipped.may_be_told():
                    self._resync()
            except (RedisError, OSError):
                self._became(is_live=False)
                await asyncio.sleep(RETRY_SECONDS)

    async def _add(self, events: Sequence[tuple[Event | EncodedEvent, str]]) -> None:
        pipeline = self._redis.pipeline(transaction=False)
        for event, trace in events:
            encoded = EncodedEvent.of(event) if isinstance(event, Event) else event
            fields: Fields = {'kind': encoded.kind, 'body': encoded.body}
            if trace:  # beside the event, not in it: other versions read `kind` and `body` only
                fields[TRACE_FIELD] = trace
            pipeline.xadd(self._key, fields, maxlen=MAX_EVENTS, approximate=True)
        await pipeline.execute()

    async def _read(self) -> None:
        wait_seconds = min(WATCH_SECONDS, self._skipped.wait_seconds())
        answer = await self._redis.xread(
            {self._key: self._last}, count=BATCH, block=max(1, int(wait_seconds * 1000))
        )
        for _, entries in _by_key(answer):
            for entry_id, fields in entries:
                self._last = entry_id
                self._hear(entry_id, fields)

    def _hear(self, entry_id: str, fields: dict[str, str]) -> None:
        place = event_id(entry_id)
        if self._identity is not None and place > self._identity.last:
            self._read_since += 1
        metrics.STREAM_LAG_SECONDS.set(max(0.0, time.time() - place[0] / 1000))
        encoded = EncodedEvent(fields.get('kind', ''), fields.get('body', ''))
        self._publish(encoded, fields.get(TRACE_FIELD, ''))

    def _publish(self, event: Event | EncodedEvent, trace: str) -> None:
        try:
            with tracing.continued('event heard', trace, kind=event.kind):
                self._topics.publish(event if isinstance(event, Event) else event.decoded())
        except UnreadableEventError as error:
            self._skipped.add(error)

    async def _watch(self) -> None:
        """Publish a ``Resync`` when the stream was replaced or has lost events."""
        if time.monotonic() - self._watched_at < WATCH_SECONDS or self._identity is None:
            return
        self._watched_at = time.monotonic()
        seen, place = await identity_of(self._redis, self._key), event_id(self._last)
        if seen.has_lost(self._identity, read=self._read_since, place=place):
            metrics.STREAM_BREAKS.inc()
            log.warning('stream_broken', is_same_server=seen.server == self._identity.server)
            await self._begin()
            self._resync()
        elif seen.last == place:  # caught up: losses are counted from here
            self._identity, self._read_since = seen, 0

    async def _return(self) -> None:
        # Idle connections lead to the old server: the next sender would think Redis away again.
        await self._redis.connection_pool.disconnect(inuse_connections=False)
        await self._begin()
        self._became(is_live=True)
        self._resync()

    async def _begin(self) -> None:
        self._last = await self._newest()
        self._identity = await identity_of(self._redis, self._key)
        self._read_since, self._watched_at = 0, time.monotonic()

    def _resync(self) -> None:
        self._skipped.tell()
        self._topics.publish(Resync())

    async def _newest(self) -> str:
        newest = await self._redis.xrevrange(self._key, count=1)
        return str(newest[0][0]) if newest else '0-0'

    def _became(self, *, is_live: bool) -> None:
        metrics.STREAM_LIVE.set(int(is_live))
        if self.is_live != is_live:
            self.is_live = is_live
            log.warning('stream_state', is_live=is_live)
            self._topics.publish(StreamState(is_live=is_live))


class _SkippedEvents:
    """The events that could not be decoded since the last ``Resync``."""

    def __init__(self) -> None:
        self._count = 0
        self._faults: set[str] = set()
        self._told_at = 0.0
        self._pause = RESYNC_SECONDS

    def add(self, error: UnreadableEventError) -> None:
        """Count one event."""
        metrics.UNREADABLE_EVENTS.labels(error.reason).inc()
        self._count += 1
        self._faults |= {error.reason, *error.faults}

    def wait_seconds(self) -> float:
        """Return the seconds until skipped events cause a ``Resync``; infinite without any."""
        if not self._count:
            return math.inf
        return max(0.0, self._told_at + self._pause - time.monotonic())

    def may_be_told(self) -> bool:
        """Whether events were skipped and a ``Resync`` for them is due."""
        return self.wait_seconds() == 0

    def tell(self) -> None:
        """Log how many events were skipped and why, never their content, and start counting anew."""
        now = time.monotonic()
        is_going_on = self._count > 0 and now - self._told_at < 2 * self._pause
        self._pause = min(2 * self._pause, MAX_RESYNC_SECONDS) if is_going_on else RESYNC_SECONDS
        if self._count:
            log.warning('events_skipped', count=self._count, faults=sorted(self._faults))
        self._count, self._told_at = 0, now
        self._faults.clear()


def _by_key(answer: object) -> list[tuple[str, list[tuple[str, dict[str, str]]]]]:
    """Return an XREAD answer as a mapping; redis-py gives a mapping in RESP3 and a list in RESP2."""
    if isinstance(answer, dict):
        return [(key, batch) for key, batches in answer.items() for batch in batches]
    return list(answer) if isinstance(answer, list) else []

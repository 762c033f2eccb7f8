"""Events between processes: one Redis stream that every process writes to and reads from its last place.

The stream is a messenger, not the truth. While it is away a process tells its own listeners only
(``is_live`` is false and the screens say so); when it is back every listener gets a ``Resync``.
"""

import asyncio
import re
import time
from collections.abc import Sequence, Set

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError
from redis.typing import EncodableT, FieldT
from typing_extensions import override

from desk import metrics
from desk.events import Event, Resync, Topics

log = structlog.get_logger()

MAX_EVENTS = (
    100_000  # about half an hour of a busy floor; who is further behind reads the database anyway
)
BATCH = 500
BLOCK_MILLISECONDS = 2_000
RETRY_SECONDS = 0.5
STATE_TOPIC = 'stream'
IDS = re.compile(r'[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}')

Fields = dict[FieldT, EncodableT]


class StreamState(Event):
    """The stream went away or came back."""

    is_live: bool

    @override
    def topics(self) -> tuple[str, ...]:
        return (STATE_TOPIC,)


class EventStream:
    """This process's end of the stream."""

    def __init__(self, redis: 'Redis', topics: Topics, *, prefix: str = 'desk') -> None:
        self._redis = redis
        self._topics = topics
        self.prefix = prefix
        self._key = f'{prefix}:events'
        self._last = '$'
        self.is_live = False

    async def open(self) -> None:
        """Find the place to read from: events added from now on are heard."""
        try:
            self._last = await self._newest()
            self._became(is_live=True)
        except (RedisError, OSError):
            log.warning('stream_away')

    async def send(self, events: Sequence[Event]) -> bool:
        """Add events to the stream in order; returns whether it took them.

        When it did not, this process's own listeners have been told directly.
        """
        try:
            await self._add(events)
        except (RedisError, OSError):
            self._became(is_live=False)
            for event in events:
                self._topics.publish(event)
            return False
        return True

    async def forget(self, ids: Set[str]) -> None:
        """Remove the events that name one of these ids, for who may not be remembered; logged when it cannot be done."""
        last = '-'
        try:
            while ids and (kept := await self._redis.xrange(self._key, last, count=BATCH)):
                entries = _by_key({self._key: [kept]})[0][1]
                named = [one for one, fields in entries if ids & set(IDS.findall(fields['body']))]
                if named:
                    await self._redis.xdel(self._key, *named)
                last = f'({entries[-1][0]}'
        except (RedisError, OSError):
            log.warning('stream_not_forgotten')

    async def follow(self) -> None:
        """Hand every event of the stream to this process's listeners, until cancelled."""
        while True:
            try:
                if not self.is_live:
                    await self._return()
                await self._read()
            except (RedisError, OSError):
                self._became(is_live=False)
                await asyncio.sleep(RETRY_SECONDS)

    async def _add(self, events: Sequence[Event]) -> None:
        pipeline = self._redis.pipeline(transaction=False)
        for event in events:
            fields: Fields = {'kind': event.kind, 'body': event.model_dump_json()}
            pipeline.xadd(self._key, fields, maxlen=MAX_EVENTS, approximate=True)
        await pipeline.execute()

    async def _read(self) -> None:
        answer = await self._redis.xread(
            {self._key: self._last}, count=BATCH, block=BLOCK_MILLISECONDS
        )
        for _, entries in _by_key(answer):
            for entry_id, fields in entries:
                self._last = entry_id
                self._hear(entry_id, fields)

    def _hear(self, entry_id: str, fields: dict[str, str]) -> None:
        kind = Event.kinds.get(fields['kind'])
        if kind is None:  # a newer version of the desk runs beside this one
            return
        added_at = int(entry_id.split('-', maxsplit=1)[0]) / 1000
        metrics.STREAM_LAG_SECONDS.set(max(0.0, time.time() - added_at))
        self._topics.publish(kind.model_validate_json(fields['body']))

    async def _return(self) -> None:
        # idle connections lead to the server that went away: the next sender would think it gone again
        await self._redis.connection_pool.disconnect(inuse_connections=False)
        self._last = await self._newest()
        self._became(is_live=True)
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


def _by_key(answer: object) -> list[tuple[str, list[tuple[str, dict[str, str]]]]]:
    """Read redis-py's two shapes of an XREAD answer (RESP3 a mapping, RESP2 a list) as one."""
    if isinstance(answer, dict):
        return [(key, batch) for key, batches in answer.items() for batch in batches]
    return list(answer) if isinstance(answer, list) else []

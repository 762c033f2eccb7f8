"""Whether the stream is still the one that was read from.

A server that is emptied, or gives way to a replica that had not everything yet, goes on answering: events are missing and
nobody is told. What is watched is the server's run, a name that the stream got from whoever met it first, its last id,
and whether as many events were read as were added.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from redis.asyncio import Redis
from redis.exceptions import ResponseError

EventId = tuple[int, int]
"""An id of the stream, as ids are ordered: milliseconds, and a number among the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamIdentity:
    """What tells one stream from another, and how far it is."""

    server: str
    """The run of the server: another after a restart, and on the replica that takes over."""
    name: str
    """Kept beside the stream: gone with everything else when the server is emptied."""
    added: int | None
    """How many events were ever added; unknown before Redis 7."""
    last: EventId

    def has_lost(self, earlier: 'StreamIdentity', *, read: int, place: EventId) -> bool:
        """Whether events are missing.

        Args:
            earlier: what the stream was when its reader had caught up.
            read: how many events behind the last one of then were read since.
            place: the id of the last event that was read.
        """
        if (self.server, self.name) != (earlier.server, earlier.name) or self.last < place:
            return True
        if self.added is None or earlier.added is None:
            return False
        unread = self.added - earlier.added - read
        return unread < 0 or (unread > 0 and self.last == place)


async def identity_of(redis: 'Redis', key: str) -> StreamIdentity:
    """Return the identity of the stream at ``key``; one that has none yet gets its name now. One round trip."""
    name_key = f'{key}:name'
    pipeline = redis.pipeline(transaction=False)
    pipeline.info('server')
    pipeline.set(name_key, uuid4().hex, nx=True)
    pipeline.get(name_key)
    pipeline.xinfo_stream(key)
    server, _, name, stream = await pipeline.execute(raise_on_error=False)
    if isinstance(name, Exception):
        raise name
    return _identity(_known(server), str(name), _known(stream))


def event_id(given: str) -> EventId:
    """Return an id as it is ordered."""
    milliseconds, _, number = given.partition('-')
    return int(milliseconds), int(number or 0)


def _known(answer: object) -> Mapping[str, Any]:
    """Return what the server told; nothing when it refused: there is no stream yet, or it may not be asked."""
    if isinstance(answer, ResponseError):
        return {}
    if isinstance(answer, Exception):
        raise answer
    return answer if isinstance(answer, Mapping) else {}


def _identity(server: Mapping[str, Any], name: str, stream: Mapping[str, Any]) -> StreamIdentity:
    added = stream.get('entries-added') if stream else 0
    return StreamIdentity(
        server=str(server.get('run_id', '')),
        name=name,
        added=None if added is None else int(added),
        last=event_id(str(stream.get('last-generated-id', '0-0'))),
    )

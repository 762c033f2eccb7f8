"""Detects a stream that was replaced or has lost events.

A server that was emptied, or replaced by a replica that lagged behind, keeps answering: events are
missing and nobody is told. So the desk compares the server's run id, a random name stored beside
the stream, its last id, and the number of events added with the number read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from redis.asyncio import Redis
from redis.exceptions import ResponseError

EventId = tuple[int, int]
"""A stream id in comparable form: milliseconds, and a sequence number within them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamIdentity:
    """The identity and position of a stream."""

    server: str
    """The server's run id: it changes with a restart and with a takeover by a replica."""
    name: str
    """A random name stored beside the stream; lost with it when the server is emptied."""
    added: int | None
    """The number of events ever added; unknown before Redis 7."""
    last: EventId

    def has_lost(self, earlier: 'StreamIdentity', *, read: int, place: EventId) -> bool:
        """Whether events are missing.

        Args:
            earlier: the identity when the reader had last caught up.
            read: the number of events read since then.
            place: the id of the last event read.
        """
        if (self.server, self.name) != (earlier.server, earlier.name) or self.last < place:
            return True
        if self.added is None or earlier.added is None:
            return False
        unread = self.added - earlier.added - read
        return unread < 0 or (unread > 0 and self.last == place)


async def identity_of(redis: 'Redis', key: str) -> StreamIdentity:
    """Return the identity of the stream at ``key``, naming it if it has no name yet. One round trip."""
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
    """Return a stream id in comparable form."""
    milliseconds, _, number = given.partition('-')
    return int(milliseconds), int(number or 0)


def _known(answer: object) -> Mapping[str, Any]:
    """Return the server's answer; empty when it refused: there is no stream yet, or the command is forbidden."""
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

"""Connect's current queue figures, requested by one process for all: an account gets five a second.

That process sends them to all others and stores them in Redis for those that start later.
"""

import asyncio
from datetime import datetime
from uuid import UUID

import structlog
from pydantic import BaseModel, ConfigDict, ValidationError
from redis.asyncio import Redis
from redis.exceptions import RedisError
from typing_extensions import override

from desk.events import Event
from desk.lease import Lease
from services.calls.directory import ConnectDirectory
from services.work.relay import Relay

log = structlog.get_logger()

ASK_SECONDS = 5.0
KEEP_SECONDS = 60
CONNECT_FLOOR = 'connect-floor'
"""The topic of Connect's queue figures."""


class QueueCounts(BaseModel):
    """Connect's figures of one queue. Missing numbers are ``None``; the age is in seconds."""

    model_config = ConfigDict(frozen=True)

    connect_queue_id: str
    queue_id: UUID | None
    """The desk's queue with the same name."""
    waiting: float | None
    oldest_seconds: float | None
    agents_online: float | None
    agents_available: float | None
    agents_on_call: float | None
    agents_after_call: float | None


class QueuesCounted(Event):
    """Connect's queue figures were requested."""

    at: datetime
    queues: tuple[QueueCounts, ...]

    @override
    def topics(self) -> tuple[str, ...]:
        return (CONNECT_FLOOR,)


class ConnectFloor:
    """Connect's figures of all queues."""

    def __init__(
        self, directory: ConnectDirectory, relay: Relay, redis: 'Redis', *, prefix: str
    ) -> None:
        self._directory = directory
        self._relay = relay
        self._redis = redis
        self._key = f'{prefix}:connect:queues-now'
        self._lease = Lease(redis, f'{prefix}:connect:metrics')

    async def now(self) -> QueuesCounted | None:
        """Return figures at most a minute old; ``None`` where no process asks or Redis is away."""
        try:
            kept = await self._redis.get(self._key)
            return QueuesCounted.model_validate_json(kept) if kept else None
        except (RedisError, OSError, ValidationError):
            return None

    async def follow(self) -> None:
        """Request figures every ``ASK_SECONDS`` while no other process does, until cancelled."""
        try:
            while True:
                await self.ask_once()
                await asyncio.sleep(ASK_SECONDS)
        finally:
            await self._lease.give_up()

    async def ask_once(self) -> QueuesCounted | None:
        """Request figures if it is this process's turn; return them.

        Raises ``UpstreamError``, ``TooManyError``.
        """
        if not await self._lease.is_held():
            return None
        queues = await self._directory.api.queues()
        counted = await self._directory.api.queues_now([one.id for one in queues])
        found: list[QueueCounts] = []
        for one in counted:
            own = await self._directory.queue(one.queue_id)
            found.append(
                QueueCounts(
                    connect_queue_id=one.queue_id,
                    queue_id=own.id if own else None,
                    waiting=one.counts.get('CONTACTS_IN_QUEUE'),
                    oldest_seconds=one.counts.get('OLDEST_CONTACT_AGE'),
                    agents_online=one.counts.get('AGENTS_ONLINE'),
                    agents_available=one.counts.get('AGENTS_AVAILABLE'),
                    agents_on_call=one.counts.get('AGENTS_ON_CALL'),
                    agents_after_call=one.counts.get('AGENTS_AFTER_CONTACT_WORK'),
                )
            )
        if not found:
            return None
        told = QueuesCounted(at=min(one.at for one in counted), queues=tuple(found))
        await self._keep(told)
        await self._relay.whisper(told)
        return told

    async def _keep(self, told: QueuesCounted) -> None:
        try:
            await self._redis.set(self._key, told.model_dump_json(), ex=KEEP_SECONDS)
        except (RedisError, OSError):
            log.warning('connect_floor_not_kept')

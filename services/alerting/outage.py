"""The one alert that cannot wait in the database: the database is away.

While it is, Valkey keeps what is known: one id, since when, whether a message went out, and whether a process still sees it. Of
several processes one sends it (a lease). Whatever process reaches the database stores the alert there, as a row like all others,
which ends like all others. With Valkey away as well nothing is told before one of the two is back.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from desk.db import Database
from desk.errors import DeskError
from desk.lease import Lease
from models import AlertKind, AlertPhase, OperatorAlert
from services.alerting import queries
from services.alerting.deliveries import AlertDeliveries
from services.alerting.sighting import AWAY, Sighting

log = structlog.get_logger()

KEPT_SECONDS = 30 * 24 * 3_600
SEEN_SECONDS = 15
"""Three looks: so long the last process that saw it counts."""
LEASE_SECONDS = 60.0
"""Longer than a message takes at most (``services.aws.client``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """An outage of the database, as Valkey keeps it."""

    alert_id: UUID
    since: datetime
    is_told: bool
    is_seen: bool
    """Whether a process does not reach the database now."""

    @property
    def sighting(self) -> Sighting:
        """Return the outage as something that is wrong."""
        return Sighting(kind=AlertKind.DATABASE, subject=AWAY, since=self.since)


class DatabaseOutage:
    """The outage that goes on, if one does."""

    def __init__(self, redis: 'Redis', deliveries: AlertDeliveries, *, prefix: str) -> None:
        self._redis = redis
        self._deliveries = deliveries
        self._key = f'{prefix}:database-away'
        self._told_key = f'{prefix}:database-away-told'
        self._seen_key = f'{prefix}:database-away-seen'
        self._lease = Lease(redis, f'{prefix}:database-away-telling', seconds=LEASE_SECONDS)

    async def tell(self, since: datetime, now: datetime) -> None:
        """Tell that the database is away, unless a process has; failures are logged, and the next look tries again."""
        try:
            begun = json.dumps({'id': str(uuid4()), 'since': since.isoformat()})
            await self._redis.set(self._key, begun, nx=True, ex=KEPT_SECONDS)
            await self._redis.set(self._seen_key, '1', ex=SEEN_SECONDS)
            if not await self._lease.is_held():
                return
            outage = await self._known()
            if outage is None or outage.is_told:
                return
            alert = OperatorAlert(
                id=outage.alert_id, created_at=outage.since, seen_at=now, told_level=1,
                kind=AlertKind.DATABASE.value, subject=AWAY, details={},
            )  # fmt: skip
            if await self._deliveries.send_past_the_database(alert):
                await self._redis.set(self._told_key, str(outage.alert_id), ex=KEPT_SECONDS)
        except (RedisError, OSError, DeskError) as error:
            log.warning('database_outage_not_told', error=type(error).__name__)
        finally:
            await self._lease.give_up()

    async def stored(self, db: Database, now: datetime) -> Outage | None:
        """Store an outage that Valkey knows of as an alert; return it as long as a process still sees it.

        What was not told is told now, by the same one process: none that only finds it out meanwhile.
        """
        outage = await self._known_or_none()
        if outage is None:
            return None
        if not outage.is_told and self._deliveries.has_topic:
            if not await self._lease.is_held():
                return None
            try:
                outage = await self._tell_by(db, now)
            finally:
                await self._lease.give_up()
        else:
            await self._store(db, outage, now)
        if outage is None or outage.is_seen:
            return outage
        await self._forget()
        return None

    async def _tell_by(self, db: Database, now: datetime) -> Outage | None:
        """Store the outage with its message, unless it was told since it was read; the caller holds the lease."""
        outage = await self._known_or_none()
        if outage is None:
            return None
        await self._store(db, outage, now)
        if not outage.is_told:
            try:
                await self._redis.set(self._told_key, str(outage.alert_id), ex=KEPT_SECONDS)
            except (RedisError, OSError):
                log.warning('database_outage_not_noted')  # the row says that it was told
        return outage

    async def _store(self, db: Database, outage: Outage, now: datetime) -> None:
        level = int(outage.is_told)
        async with db.transaction() as session:
            await queries.begin(session, outage.sighting, now, outage.alert_id, told_level=level)
            if outage.is_told or not self._deliveries.has_topic:
                return
            if alert := await queries.raise_to(session, outage.sighting, now):
                self._deliveries.write(session, alert, AlertPhase.RAISED)

    async def _known_or_none(self) -> Outage | None:
        try:
            return await self._known()
        except (RedisError, OSError):
            return None

    async def _forget(self) -> None:
        try:
            await self._redis.delete(self._key, self._told_key)
        except (RedisError, OSError):
            return  # stored again under the same id, which changes nothing

    async def _known(self) -> Outage | None:
        kept, told, seen = await self._redis.mget(self._key, self._told_key, self._seen_key)
        if kept is None:
            return None
        read = json.loads(kept)
        return Outage(
            alert_id=UUID(read['id']),
            since=datetime.fromisoformat(read['since']),
            is_told=told == read['id'],
            is_seen=seen is not None,
        )

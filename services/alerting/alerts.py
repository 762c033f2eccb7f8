"""Alerts to whoever runs the desk: each is raised once and ended once, by however many processes.

Every process looks every few seconds. What it finds wrong it notes on the one open alert of that kind and subject
(``OperatorAlert.seen_at``); an alert that no process has noted for ``CALM_SECONDS`` is over. So an alert that one process alone
can see stays open as long as that process sees it, a value that goes up and down stays one alert, and a process that was
killed leaves nothing behind. The message is written in the transaction that raises or ends the alert
(``services.alerting.deliveries`` sends it).
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from desk import clock, metrics
from desk.db import Database
from desk.errors import DeskError
from models import AlertKind, AlertPhase, OperatorAlert
from services.alerting import queries
from services.alerting.deliveries import AlertDeliveries
from services.alerting.outage import DatabaseOutage
from services.alerting.shared import shared_sightings
from services.alerting.sighting import AWAY, Sighting
from services.alerting.watches import Watch

log = structlog.get_logger()

LOOK_SECONDS = 5.0
CALM_SECONDS = 30.0
"""How long nobody must have seen it before an alert is over; also how long a process looks before it ends any."""
KEPT_FOR = timedelta(days=90)

Key = tuple[str, str]
"""Kind and subject."""


class OperatorAlerts:
    """Finds what is wrong, and raises and ends alerts."""

    def __init__(
        self,
        db: Database,
        deliveries: AlertDeliveries,
        watches: Sequence[Watch],
        outage: DatabaseOutage,
        *,
        has_bucket: bool = False,
    ) -> None:
        self._db = db
        self._deliveries = deliveries
        self._watches = watches
        self._outage = outage
        self._has_bucket = has_bucket
        self._looking_since: datetime | None = None
        self._looked_at: datetime | None = None

    async def follow(self) -> None:
        """Look every few seconds, until cancelled."""
        while True:
            try:
                await self.look()
            except (SQLAlchemyError, DeskError):
                log.warning('alerts_not_looked_at', exc_info=True)
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Raise alerts for what is wrong, and end those that nobody sees any more."""
        found = [one for seen in await self._look_around() for one in seen]
        now = clock.now()
        if await self._is_database_away(found, now):
            return
        if outage := await self._outage.stored(self._db, now):
            found.append(outage.sighting)
        async with self._db.reading() as session:
            found += await shared_sightings(session, now, has_bucket=self._has_bucket)
            standing = {(one.kind, one.subject): one for one in await queries.open_alerts(session)}
        await self._keep_open(found, standing, now)
        for one in found:
            if one.is_sure and self._is_news(one, standing.get(_key(one))):
                await self._raise(one, now)
        if self._has_looked_for_long(now):
            await self._end_unseen(now)
        await self._count()

    async def forget(self) -> None:
        """Delete what has been over for ``KEPT_FOR``."""
        async with self._db.transaction() as session:
            await queries.forget(session, clock.now() - KEPT_FOR)

    async def _look_around(self) -> Sequence[Sequence[Sighting]]:
        return await asyncio.gather(*(one.look() for one in self._watches))

    async def _is_database_away(self, found: Iterable[Sighting], now: datetime) -> bool:
        """Return whether it is; after a while it is told past it."""
        away = [one for one in found if _key(one) == (AlertKind.DATABASE, AWAY)]
        for one in away:
            if one.is_sure:
                await self._outage.tell(one.since or now, now)
        return bool(away)

    def _is_news(self, sighting: Sighting, alert: OperatorAlert | None) -> bool:
        if alert is None:
            return True
        return self._deliveries.has_topic and alert.told_level < sighting.level

    async def _raise(self, sighting: Sighting, now: datetime) -> None:
        async with self._db.transaction() as session:
            await queries.begin(session, sighting, now)
            if not self._deliveries.has_topic:
                return
            if alert := await queries.raise_to(session, sighting, now):
                self._deliveries.write(session, alert, AlertPhase.RAISED)

    async def _keep_open(
        self, found: Iterable[Sighting], standing: Mapping[Key, OperatorAlert], now: datetime
    ) -> None:
        ids = [standing[_key(one)].id for one in found if _key(one) in standing]
        if ids:
            before = now - timedelta(seconds=LOOK_SECONDS / 2)  # another process has just noted it
            async with self._db.transaction() as session:
                await queries.keep_open(session, ids, now, before=before)

    async def _end_unseen(self, now: datetime) -> None:
        async with self._db.transaction() as session:
            ended = await queries.end_unseen(
                session, now, before=now - timedelta(seconds=CALM_SECONDS)
            )
            for alert in ended:
                if alert.told_level and self._deliveries.has_topic:
                    self._deliveries.write(session, alert, AlertPhase.RESOLVED)

    def _has_looked_for_long(self, now: datetime) -> bool:
        """Whether this process has looked without a pause for so long that an alert nobody notes is really over."""
        calm = timedelta(seconds=CALM_SECONDS)
        if self._looked_at is None or now - self._looked_at > calm:
            self._looking_since = now
        self._looked_at = now
        return now - (self._looking_since or now) >= calm

    async def _count(self) -> None:
        async with self._db.reading() as session:
            counted = Counter(one.kind for one in await queries.open_alerts(session))
        for kind in AlertKind:
            metrics.ALERTS_OPEN.labels(kind.value).set(counted[kind.value])


def _key(sighting: Sighting) -> Key:
    return sighting.kind.value, sighting.subject

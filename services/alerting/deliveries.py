"""Sends the messages of alerts to SNS: each once, whatever is killed in between.

A process claims one message at a time, sends it, and marks it. A failure is tried again after a growing pause. A process that is
killed before it sends leaves a claim that ends; one that is killed between sending and marking leaves a message that is sent
again with the same ``dedupe_id``: no topic of SNS takes back what it has sent.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel.ext.asyncio.session import AsyncSession

from desk import clock, metrics
from desk.backoff import Backoff
from desk.errors import ConflictError, DeskError, NotAllowedError
from desk.throttle import Throttle
from models import Agent, AgentRole, AlertDelivery, AlertPhase, AuditAction, OperatorAlert
from services.alerting import queries, texts
from services.aws.alert_topic import AlertTopic
from services.work.unit_of_work import UnitsOfWork

log = structlog.get_logger()

LOOK_SECONDS = 2.0
CLAIMED_FOR = timedelta(seconds=60)
"""Far above the time limits of a call (``services.aws.client``)."""
AGAIN = Backoff(
    limit=1, window=timedelta(0), first=timedelta(seconds=5), most=timedelta(minutes=10)
)
GIVE_UP_AFTER = timedelta(days=3)
TRIALS = Throttle(limit=6, seconds=60)
TRIAL = 'test'
"""The kind of a message that an administrator sends to see whether it arrives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertState:
    """Whether alerts go out, as administrators see it."""

    has_topic: bool
    open: Sequence[OperatorAlert]
    waiting: int
    last_sent_at: datetime | None
    last_failed_at: datetime | None
    last_fault: str
    """The key of the error."""


class AlertDeliveries:
    """The messages to one topic; without a topic none is written."""

    def __init__(self, units: UnitsOfWork, topic: AlertTopic | None, *, base_url: str = '') -> None:
        self._units = units
        self._db = units.db
        self._topic = topic
        self._base_url = base_url
        self.has_topic = topic is not None

    def write(self, session: AsyncSession, alert: OperatorAlert, phase: AlertPhase) -> None:
        """Write the message about an alert in the transaction that raises or ends it."""
        session.add(self._message(alert, phase))

    async def send_past_the_database(self, alert: OperatorAlert) -> bool:
        """Send that an alert is raised which no row holds; its id tells repeats apart. Return whether there is a topic; raises as ``AlertTopic``."""
        if self._topic is None:
            return False
        row = self._message(alert, AlertPhase.RAISED, dedupe_id=alert.id)
        await self._topic.publish(row.headline, row.body, _attributes(row))
        metrics.ALERT_DELIVERIES.labels('sent').inc()
        return True

    async def follow(self) -> None:
        """Send what is due, until cancelled."""
        while True:
            try:
                await self.send_due()
            except (SQLAlchemyError, DeskError):
                log.warning('alert_deliveries_not_read', exc_info=True)
            await asyncio.sleep(LOOK_SECONDS)

    async def send_due(self) -> int:
        """Send all that is due, one message after the other; return how many were sent. Any process may do it."""
        sent = 0
        while self._topic is not None:
            async with self._db.transaction() as session:
                now = clock.now()
                claimed = await queries.claim(session, now, now + CLAIMED_FOR)
            if claimed is None:
                break
            sent += await self._send(self._topic, claimed)
        return sent

    async def try_out(self, by: Agent) -> AlertDelivery:
        """Send a test message at once; return it as it stands afterwards: sent, or with the fault and to be tried again.

        Raises ``NotAllowedError`` for all but administrators, ``ConflictError`` without a topic, and ``TooManyError``.
        """
        if by.role is not AgentRole.ADMIN:
            raise NotAllowedError('settings.admins_only')
        if not self.has_topic:
            raise ConflictError('alerts.no_topic')
        TRIALS.hit(by.id)
        dedupe_id = uuid4()
        letter = texts.trial_letter(dedupe_id, clock.now(), self._base_url)
        row = AlertDelivery(
            dedupe_id=dedupe_id,
            kind=TRIAL,
            phase=AlertPhase.TEST.value,
            headline=letter.headline,
            body=letter.body,
        )
        async with self._units.begin() as work:
            work.session.add(row)
            work.record(by, AuditAction.ALERT_TRIED)
        await self.send_due()
        return await self._stored(row)

    async def state(self, by: Agent) -> AlertState:
        """Return whether alerts go out. Raises ``NotAllowedError`` for all but administrators."""
        if by.role is not AgentRole.ADMIN:
            raise NotAllowedError('settings.admins_only')
        async with self._db.reading() as session:
            failed = await queries.last_failed(session)
            return AlertState(
                has_topic=self.has_topic,
                open=await queries.open_alerts(session),
                waiting=await queries.waiting(session),
                last_sent_at=await queries.last_sent_at(session),
                last_failed_at=failed.failed_at if failed else None,
                last_fault=failed.fault if failed else '',
            )

    async def close(self) -> None:
        """Release the topic's threads and connections."""
        if self._topic is not None:
            await self._topic.close()

    def _message(
        self, alert: OperatorAlert, phase: AlertPhase, dedupe_id: UUID | None = None
    ) -> AlertDelivery:
        message_id = dedupe_id or uuid4()
        letter = texts.letter_of(alert, phase, message_id, self._base_url)
        return AlertDelivery(
            dedupe_id=message_id,
            alert_id=alert.id,
            kind=alert.kind,
            phase=phase.value,
            headline=letter.headline,
            body=letter.body,
        )

    async def _stored(self, row: AlertDelivery) -> AlertDelivery:
        async with self._db.reading() as session:
            return await queries.delivery(session, row.dedupe_id) or row

    async def _send(self, topic: AlertTopic, row: AlertDelivery) -> bool:
        """Send a message and record what came of it; return whether it was sent."""
        try:
            await topic.publish(row.headline, row.body, _attributes(row))
        except DeskError as error:
            await self._failed(row, error.key)
            return False
        async with self._db.transaction() as session:
            await queries.note(session, row.id, sent_at=clock.now())
        metrics.ALERT_DELIVERIES.labels('sent').inc()
        return True

    async def _failed(self, row: AlertDelivery, fault: str) -> None:
        now = clock.now()
        is_given_up = now - row.created_at >= GIVE_UP_AFTER
        wait = timedelta(seconds=AGAIN.wait_seconds(row.tries, now))
        async with self._db.transaction() as session:
            await queries.note(
                session, row.id, try_at=now + wait, failed_at=now, fault=fault,
                given_up_at=now if is_given_up else None,
            )  # fmt: skip
        metrics.ALERT_DELIVERIES.labels('given_up' if is_given_up else 'failed').inc()
        log.warning('alert_not_sent', delivery_id=row.id, tries=row.tries, key=fault)


def _attributes(row: AlertDelivery) -> dict[str, str]:
    return {'dedupe_id': str(row.dedupe_id), 'kind': row.kind, 'phase': row.phase}

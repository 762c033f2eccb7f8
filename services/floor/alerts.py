"""Alerts for the board's limits: an exceeded limit raises an alert, which ends after a calm period.

Every process checks every few seconds; the database keeps one open alert for each limit and queue
or agent. A value that crosses its limit up and down stays one alert, which ends after
``CALM_SECONDS`` within the limit.
"""

import asyncio
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from desk import clock
from desk.errors import ConflictError, DeskError, NotFoundError
from models import (
    Agent,
    FloorAlert,
    FloorThreshold,
    ProtectionStep,
    ProtectionStepKind,
    ThresholdKind,
)
from services.floor import alert_queries as queries
from services.floor.board import Number, QueueLine, Snapshot
from services.floor.definitions import beginning_of, day_of, definition_of
from services.floor.events import AlertsChanged
from services.floor.live_board import LiveBoard, check_role
from services.people import state_queries
from services.work.unit_of_work import UnitsOfWork

log = structlog.get_logger()

LOOK_SECONDS = 5.0
CALM_SECONDS = 30.0
"""How long a value must be within its limit before the alert ends."""
LEAST_FOR_LEVEL = 5
"""With fewer contacts a 서비스 레벨 is not meaningful."""
MOST_SHOWN = 50
BESIDE = {
    ThresholdKind.NEGATIVE: queries.upset_chats,
    ThresholdKind.PROMISE: queries.overdue_minutes,
}
"""Kinds whose values by queue do not stand on the board; they are read only where a limit asks for them."""
Values = Mapping[ThresholdKind, Mapping[UUID, int]]
"""Values by queue, by kind."""


class Subject(NamedTuple):
    """The subject of an alert: a limit, and the queue or agent that exceeded it."""

    threshold_id: UUID
    subject_id: UUID


class Alerts:
    """The alerts of the board's limits. For supervisors; all others get ``NotAllowedError``."""

    def __init__(self, units: UnitsOfWork, board: LiveBoard) -> None:
        self._units = units
        self._db = units.db
        self._board = board
        self._found_at: dict[Subject, float] = {}

    async def recent(self, by: Agent) -> Sequence[FloorAlert]:
        """Return the open alerts and those of today, newest first."""
        check_role(by)
        async with self._db.reading() as session:
            return await queries.recent_alerts(
                session, by, beginning_of(day_of(clock.now())), MOST_SHOWN
            )

    async def take(self, by: Agent, alert_id: UUID) -> None:
        """Take charge of an alert.

        Raises ``NotFoundError``, and ``ConflictError`` when a colleague has it.
        """
        check_role(by)
        async with self._units.begin() as work:
            alert = await queries.alert(work.session, alert_id)
            if alert is None or not await queries.is_within(work.session, by, alert):
                raise NotFoundError('board.alert')
            if alert.taken_by_id not in (None, by.id):
                raise ConflictError('board.alert_taken')
            is_new = alert.taken_by_id is None
            alert.taken_by_id, alert.taken_at = by.id, alert.taken_at or clock.now()
            if alert.case_id is not None and is_new:  # of 보호: nothing else ends it
                alert.ended_at = alert.taken_at
                work.session.add(_taken(alert.case_id, by))
            work.session.add(alert)
            work.tell(AlertsChanged())

    async def take_of_case(self, by: Agent, case_id: UUID) -> None:
        """Take charge of the alert of a case of 보호. Raises as ``take``."""
        check_role(by)
        async with self._db.reading() as session:
            alert = await queries.alert_of_case(session, case_id)
        if alert is None:
            raise NotFoundError('board.alert')
        await self.take(by, alert.id)

    async def follow(self) -> None:
        """Check the limits every few seconds, until cancelled."""
        while True:
            try:
                await self.look()
            except (SQLAlchemyError, DeskError):
                log.warning('limits_not_looked_at', exc_info=True)
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Raise alerts for exceeded limits, and end those past their calm period."""
        async with self._db.reading() as session:
            thresholds = {one.id: one for one in await queries.thresholds(session)}
            standing = await queries.open_alerts(session)
            wanted = {one.kind for one in thresholds.values()}
            beside = {kind: await read(session) for kind, read in BESIDE.items() if kind in wanted}
            reasons = await state_queries.reasons(session) if ThresholdKind.STATE in wanted else ()
        if not thresholds and not standing:
            return
        codes = definition_of(day_of(clock.now())).outside
        outside = {one.id for one in reasons if one.code in codes}
        found = passed(await self._board.latest(), thresholds.values(), beside, outside)
        now = time.monotonic()
        standing_now = {_subject(one) for one in standing}
        self._found_at = {one: at for one, at in self._found_at.items() if one in standing_now}
        self._found_at |= dict.fromkeys(found, now)
        for subject in found.keys() - standing_now:
            await self._begin(thresholds[subject.threshold_id], subject, found[subject])
        for alert in standing:
            await self._end_when_calm(alert, now)

    async def _begin(self, threshold: FloorThreshold, subject: Subject, value: int) -> None:
        async with self._units.begin() as work:
            if await queries.raise_alert(work.session, threshold, subject.subject_id, value):
                work.tell(AlertsChanged(is_new=True))

    async def _end_when_calm(self, alert: FloorAlert, now: float) -> None:
        subject = _subject(alert)
        # An alert that this process sees first, after a start, also gets a full calm period.
        if now - self._found_at.setdefault(subject, now) < CALM_SECONDS:
            return
        async with self._units.begin() as work:
            row = await queries.alert(work.session, alert.id)
            if row is not None and row.ended_at is None:
                row.ended_at = clock.now()
                work.session.add(row)
                work.tell(AlertsChanged())


def _subject(alert: FloorAlert) -> Subject:
    assert alert.threshold_id is not None  # noqa: S101 - ``open_alerts`` returns those of limits
    return Subject(alert.threshold_id, alert.subject_id)


def _taken(case_id: UUID, by: Agent) -> ProtectionStep:
    """Return the step of a case of 보호 that says which supervisor has come to help."""
    return ProtectionStep(case_id=case_id, kind=ProtectionStepKind.TAKEN.value, by_id=by.id)


def passed(
    snapshot: Snapshot,
    thresholds: Iterable[FloorThreshold],
    beside: Values,
    outside: Collection[UUID] = (),
) -> dict[Subject, int]:
    """Return the limits that are exceeded now, with the values.

    ``beside`` holds what the board has not; 이석 for a reason of ``outside`` exceeds nothing (보호 휴식).
    """
    found: dict[Subject, int] = {}
    for one in thresholds:
        is_of_agents = one.kind == ThresholdKind.STATE
        values = _of_agents(snapshot, one, outside) if is_of_agents else _of_queues(snapshot, one, beside)  # fmt: skip
        found |= {Subject(one.id, subject_id): value for subject_id, value in values.items()}
    return found


def _of_queues(snapshot: Snapshot, threshold: FloorThreshold, beside: Values) -> dict[UUID, int]:
    found: dict[UUID, int] = {}
    for line in snapshot.queues:
        if threshold.kind in BESIDE:
            value = beside.get(ThresholdKind(threshold.kind), {}).get(line.queue_id)
        else:
            value = _value(line, threshold.kind)
        if value is None or threshold.queue_id not in (None, line.queue_id):
            continue
        is_level = threshold.kind == ThresholdKind.LEVEL
        if value < threshold.most if is_level else value > threshold.most:
            found[line.queue_id] = value
    return found


def _value(line: QueueLine, kind: str) -> int | None:
    """Return the value of a queue for a kind of limit; ``None`` when there is none."""
    if kind == ThresholdKind.WAITING:
        return line.numbers[Number.WAITING]
    if kind == ThresholdKind.LONGEST and line.waiting_since is not None:
        return int((clock.now() - line.waiting_since).total_seconds())
    if kind == ThresholdKind.LEVEL and line.numbers[Number.SERVICE_LEVEL] >= LEAST_FOR_LEVEL:
        return int(line.percent(Number.SERVICE_LEVEL) or 0)
    return None


def _of_agents(
    snapshot: Snapshot, threshold: FloorThreshold, outside: Collection[UUID]
) -> dict[UUID, int]:
    found = {}
    for line in snapshot.agents:
        minutes = (clock.now() - line.agent.since).total_seconds() / 60
        if line.agent.reason_id in outside:
            continue
        if line.agent.status == threshold.status and minutes > threshold.most:
            found[line.agent.id] = int(minutes)
    return found

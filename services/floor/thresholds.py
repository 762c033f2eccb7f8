"""The board's limits, for those who set them: supervisors for their department's queues, administrators for all."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession
from typing_extensions import override

from desk import clock
from desk.errors import InvalidInputError, NotFoundError
from models import (
    EVERYWHERE,
    Agent,
    AgentRole,
    AgentStatus,
    AuditAction,
    FloorThreshold,
    SettingKind,
    ThresholdKind,
)
from services.floor import alert_queries
from services.floor.events import AlertsChanged
from services.settings import access
from services.settings.rows import SettingRows, checked, flag, number, yes_no
from services.settings.stored import Subject
from services.work.setting_log import Values
from services.work.unit_of_work import UnitOfWork, UnitsOfWork

LIMITS = {
    ThresholdKind.WAITING: (0, 10_000),
    ThresholdKind.LONGEST: (1, 86_400),
    ThresholdKind.LEVEL: (1, 100),
    ThresholdKind.STATE: (1, 1_440),
    ThresholdKind.NEGATIVE: (0, 1_000),
    ThresholdKind.PROMISE: (0, 10_080),
}
_LIMITS_BY_NAME = {kind.value: limits for kind, limits in LIMITS.items()}
"""The range of a limit, by kind: contacts, seconds, percent, minutes, contacts, minutes."""


class Thresholds(SettingRows[FloorThreshold]):
    """The limits as settings. One that is no longer wanted is switched off; alerts that it raised stay on record."""

    kind = SettingKind.THRESHOLD
    action = AuditAction.THRESHOLD_CHANGED
    new_fields = frozenset({'kind', 'most', 'queue_id', 'status'})

    def __init__(self, units: UnitsOfWork) -> None:
        super().__init__(units)
        self.removed = {'is_active': 'no'}

    async def all(self, by: Agent) -> Sequence[FloorThreshold]:
        """Return the limits that a person may change, those in force first. Raises ``NotAllowedError``."""
        async with self._units.db.reading() as session:
            now = await access.require_supervisor(session, by)
            own = {one.id for one in await access.own_queues(session, by)}
            rows = await alert_queries.every_threshold(session)
        is_admin = now.role is AgentRole.ADMIN
        return [one for one in rows if is_admin or one.queue_id in own]

    @override
    async def subjects(self, by: Agent) -> list[Subject]:
        return [Subject(id=one.id, name=one.kind) for one in await self.all(by)]

    async def add(self, by: Agent, values: Values) -> FloorThreshold:
        """Add a limit from typed fields: ``kind``, ``most``, ``queue_id``, ``status``.

        Raises:
            InvalidInputError: the kind, number or state is invalid.
            NotAllowedError: the person may not set limits of this queue, or of every queue.
            NotFoundError: the queue does not exist.
        """
        row = _parsed(by, values)
        async with self._units.begin() as work:
            await access.require_editor(work.session, by, row.queue_id or EVERYWHERE)
            await self._added(work, by, row.id, row)
        return row

    @override
    async def add_typed(self, by: Agent, values: Values) -> UUID:
        return (await self.add(by, values)).id

    @override
    async def _row(self, session: AsyncSession, subject_id: UUID, *, lock: bool) -> FloorThreshold:
        row = await alert_queries.any_threshold(session, subject_id, lock=lock)
        if row is None:
            raise NotFoundError('board.threshold')
        return row

    @override
    async def _require(self, session: AsyncSession, by: Agent, row: FloorThreshold) -> None:
        await access.require_editor(session, by, row.queue_id or EVERYWHERE)

    @override
    def _typed(self, row: FloorThreshold) -> dict[str, str]:
        return {'most': str(row.most), 'is_active': yes_no(row.is_active)}

    @override
    async def _given(
        self, session: AsyncSession, row: FloorThreshold, values: Values
    ) -> dict[str, Any]:
        # A limit that only a newer version of the desk knows keeps its number, and may be turned off and on.
        least, most = _LIMITS_BY_NAME.get(row.kind, (row.most, row.most))
        parsers = {'most': lambda typed: number(typed, least=least, most=most), 'is_active': flag}
        given = checked(values, parsers)
        if given.get('is_active') is False:
            await alert_queries.end_alerts_of(session, row.id, clock.now())
        return given | {'updated_at': clock.now()}

    @override
    def _announce(self, work: UnitOfWork, row: FloorThreshold) -> None:
        work.tell(AlertsChanged())


def _parsed(by: Agent, values: Values) -> FloorThreshold:
    kind, typed = values.get('kind', ''), values.get('most', '').strip()
    if kind not in set(ThresholdKind) or not (typed.isascii() and typed.isdecimal()):
        raise InvalidInputError('board.limit')
    least, most = LIMITS[ThresholdKind(kind)]
    status = values.get('status', '') if kind == ThresholdKind.STATE else ''
    if not least <= int(typed[:9]) <= most or (
        kind == ThresholdKind.STATE and status not in set(AgentStatus)
    ):
        raise InvalidInputError('board.limit')
    try:
        queue_id = UUID(values['queue_id']) if values.get('queue_id') else None
    except ValueError as error:
        raise InvalidInputError('settings.choice') from error
    return FloorThreshold(
        kind=kind, most=int(typed[:9]), queue_id=queue_id if kind != ThresholdKind.STATE else None,
        status=status or None, changed_by_id=by.id,
    )  # fmt: skip

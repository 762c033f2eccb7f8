"""The reasons of 이석 that agents choose from. A reason is never deleted: past states keep it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from sqlmodel.ext.asyncio.session import AsyncSession
from typing_extensions import override

from desk.errors import ConflictError, FieldsRefusedError, NotFoundError
from models import EVERYWHERE, Agent, AgentRole, AuditAction, AwayReason, SettingKind
from services.people import state_queries
from services.people.states import OTHER
from services.settings import access, queries
from services.settings.rows import SettingRows, checked, flag, name_of, number, yes_no
from services.settings.stored import Subject
from services.work.setting_log import Values
from services.work.unit_of_work import UnitsOfWork

MAX_NAME_CHARS = 50


class AwayReasons(SettingRows[AwayReason]):
    """The reasons as settings, for administrators."""

    kind = SettingKind.AWAY_REASON
    action = AuditAction.SETTING_CHANGED
    new_fields = frozenset({'name', 'name_en'})

    def __init__(self, units: UnitsOfWork) -> None:
        super().__init__(units)
        self.removed = {'is_active': 'no'}

    async def all(self, by: Agent) -> Sequence[AwayReason]:
        """Return all reasons in their order. Raises ``NotAllowedError``."""
        async with self._units.db.reading() as session:
            await access.require_editor(session, by, EVERYWHERE)
            return await state_queries.reasons(session)

    @override
    async def subjects(self, by: Agent) -> list[Subject]:
        if by.role is not AgentRole.ADMIN:
            return []
        return [Subject(id=one.id, name=one.name) for one in await self.all(by)]

    async def add(self, by: Agent, values: Values) -> AwayReason:
        """Add a reason from ``name`` and ``name_en``, as the last one.

        Raises ``FieldsRefusedError`` and ``NotAllowedError``.
        """
        given = checked({'name': values.get('name', ''), 'name_en': values.get('name_en', '')}, _PARSERS)  # fmt: skip
        async with self._units.begin() as work:
            await access.require_editor(work.session, by, EVERYWHERE)
            last = max((one.position for one in await state_queries.reasons(work.session)), default=0)  # fmt: skip
            row = AwayReason(**given, code=f'own_{uuid4().hex[:12]}', position=last + 1)
            await self._added(work, by, row.id, row)
        return row

    @override
    async def add_typed(self, by: Agent, values: Values) -> UUID:
        return (await self.add(by, values)).id

    @override
    async def _row(self, session: AsyncSession, subject_id: UUID, *, lock: bool) -> AwayReason:
        row = await queries.away_reason(session, subject_id, lock=lock)
        if row is None:
            raise NotFoundError('away_reason.not_found')
        return row

    @override
    async def _require(self, session: AsyncSession, by: Agent, row: AwayReason) -> None:
        await access.require_editor(session, by, EVERYWHERE)

    @override
    def _typed(self, row: AwayReason) -> dict[str, str]:
        return {
            'name': row.name,
            'name_en': row.name_en,
            'position': str(row.position),
            'is_active': yes_no(row.is_active),
        }

    @override
    async def _given(
        self, session: AsyncSession, row: AwayReason, values: Values
    ) -> dict[str, Any]:
        given = checked(values, _PARSERS)
        is_needed = row.code == OTHER or not row.is_choosable  # the desk itself sets these
        if is_needed and not given.get('is_active', True):
            raise FieldsRefusedError({'is_active': ConflictError('away_reason.needed')})
        return given


_PARSERS = {
    'name': lambda typed: name_of(typed, most=MAX_NAME_CHARS),
    'name_en': lambda typed: name_of(typed, most=MAX_NAME_CHARS),
    'position': lambda typed: number(typed, least=0, most=999),
    'is_active': flag,
}

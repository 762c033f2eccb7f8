"""The labels of chats as settings: supervisors keep those of their departments, administrators also those of all chats."""

from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession
from typing_extensions import override

from desk.errors import FieldsRefusedError, InvalidInputError, NotAllowedError, NotFoundError
from models import Agent, AuditAction, ChatLabel, LabelColor, SettingKind
from models.label import MAX_LABEL_CHARS
from services.chats import label_queries
from services.contacts import queue_queries
from services.settings import access
from services.settings.rows import SettingRows, checked, flag, name_of, number, yes_no
from services.settings.stored import Subject
from services.work.setting_log import Values
from services.work.unit_of_work import UnitsOfWork


class LabelSettings(SettingRows[ChatLabel]):
    """Labels with versions, a log of changes, and a way to take a change back."""

    kind = SettingKind.LABEL
    action = AuditAction.SETTING_CHANGED

    def __init__(self, units: UnitsOfWork) -> None:
        super().__init__(units)
        self.removed = {'is_active': 'no'}

    async def editable(self, by: Agent) -> list[ChatLabel]:
        """Return the labels that a person may change, in order. Raises ``NotAllowedError``."""
        async with self._units.db.reading() as session:
            now = await access.require_supervisor(session, by)
            rows = await label_queries.every(session)
        return [one for one in rows if _may_edit(now, one.department)]

    async def departments(self, by: Agent) -> list[str]:
        """Return the departments whose labels a person may change; ``''``, first, is every department."""
        async with self._units.db.reading() as session:
            now = await access.require_supervisor(session, by)
            known = sorted({one.department for one in await queue_queries.everyone(session)})
        return [one for one in ('', *known) if _may_edit(now, one)]

    async def add(self, by: Agent, values: Values) -> ChatLabel:
        """Add a label from ``name``, ``name_en``, ``color`` and ``department``, as the last one.

        Raises:
            FieldsRefusedError: values that cannot be used, by field.
            NotAllowedError: the person may not keep labels of this department.
        """
        given = checked({name: values.get(name, '') for name in _PARSERS if name in _NEW}, _PARSERS)
        department = values.get('department', '')
        async with self._units.begin() as work:
            await self._require_department(work.session, by, department)
            position = await label_queries.last_position(work.session) + 1
            row = ChatLabel(**given, department=department, position=position)
            await self._added(work, by, row.id, row)
        return row

    @override
    async def subjects(self, by: Agent) -> list[Subject]:
        return [Subject(id=one.id, name=one.name) for one in await self.editable(by)]

    @override
    async def _row(self, session: AsyncSession, subject_id: UUID, *, lock: bool) -> ChatLabel:
        row = await label_queries.by_id(session, subject_id, lock=lock)
        if row is None:
            raise NotFoundError('label.not_found')
        return row

    @override
    async def _require(self, session: AsyncSession, by: Agent, row: ChatLabel) -> None:
        if not _may_edit(await access.require_supervisor(session, by), row.department):
            raise NotAllowedError('settings.not_your_queue')

    async def _require_department(self, session: AsyncSession, by: Agent, department: str) -> None:
        if not _may_edit(await access.require_supervisor(session, by), department):
            raise NotAllowedError('settings.not_your_queue')
        known = {one.department for one in await queue_queries.everyone(session)}
        if department and department not in known:
            raise FieldsRefusedError({'department': InvalidInputError('settings.choice')})

    @override
    def _typed(self, row: ChatLabel) -> dict[str, str]:
        return {
            'name': row.name,
            'name_en': row.name_en,
            'color': row.color.value,
            'position': str(row.position),
            'is_active': yes_no(row.is_active),
        }

    @override
    async def _given(self, session: AsyncSession, row: ChatLabel, values: Values) -> dict[str, Any]:
        return checked(values, _PARSERS)


def _may_edit(agent: Agent, department: str) -> bool:
    departments = access.editable_departments(agent)
    return departments is None or department in departments


def _color(typed: str) -> LabelColor:
    try:
        return LabelColor(typed)
    except ValueError as error:
        raise InvalidInputError('settings.choice') from error


_NEW = ('name', 'name_en', 'color')
_PARSERS = {
    'name': lambda typed: name_of(typed, most=MAX_LABEL_CHARS),
    'name_en': lambda typed: name_of(typed, most=MAX_LABEL_CHARS, may_be_empty=True),
    'color': _color,
    'position': lambda typed: number(typed, least=0, most=999),
    'is_active': flag,
}

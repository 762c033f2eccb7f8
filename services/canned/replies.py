"""Canned replies: everybody keeps their own, supervisors share some with their departments.

Everybody may read what is shared: it is written to be sent to customers, and an agent may be lent to any department. A
chat offers what is shared with its own department and with all, and what is the agent's own. Decision 0045.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession
from typing_extensions import override

from desk.errors import (
    ConflictError,
    FieldsRefusedError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
)
from models import Agent, AuditAction, CannedReply, CannedReplyFile, SettingKind
from services.canned import file_queries, queries
from services.canned.fields import NEW, PARSERS, typed
from services.people import agent_queries
from services.settings import access
from services.settings.rows import SettingRows, checked
from services.settings.stored import Subject
from services.work.setting_log import Values
from services.work.unit_of_work import UnitsOfWork

MOST_OWN = 500
"""The most own replies of one person."""
MOST_SHARED = 5_000
"""The most replies that are shared: all of them are searched in the browser."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UsableReply:
    """A reply that somebody may insert."""

    row: CannedReply
    own_uses: int
    files: Sequence[CannedReplyFile] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadableReply:
    """A reply in the list of who keeps them."""

    row: CannedReply
    is_own: bool
    may_edit: bool


class CannedReplies(SettingRows[CannedReply]):
    """The replies, also as settings: with versions, a log of changes, and a way to take a change back."""

    kind = SettingKind.CANNED_REPLY
    action = AuditAction.SETTING_CHANGED

    def __init__(self, units: UnitsOfWork) -> None:
        super().__init__(units)
        self.removed = {'is_active': 'no'}

    async def usable(self, by: Agent) -> list[UsableReply]:
        """Return a person's own and all shared replies that are in use, the person's most used first."""
        async with self._units.db.reading() as session:
            rows = await queries.usable(session, by.id)
            files = await file_queries.by_reply(session, [row.id for row, _ in rows])
        found = [
            UsableReply(row=row, own_uses=uses, files=files.get(row.id, ())) for row, uses in rows
        ]
        return sorted(found, key=lambda one: (-one.own_uses, -one.row.uses, one.row.title))

    async def readable(self, by: Agent) -> list[ReadableReply]:
        """Return a person's own and all shared replies, out of use ones too, by folder and title."""
        async with self._units.db.reading() as session:
            now = await current(session, by)
            rows = await queries.readable(session, by.id)
        return [
            ReadableReply(row=one, is_own=one.owner_id == by.id, may_edit=may_edit(now, one))
            for one in rows
        ]

    async def departments(self, by: Agent) -> list[str]:
        """Return the departments that a person may share replies with; ``''``, first, is every department."""
        async with self._units.db.reading() as session:
            now = await current(session, by)
            known = await queries.departments(session)
        return [one for one in ('', *known) if may_share(now, one)]

    async def add(
        self, by: Agent, values: Values, *, is_shared: bool = False, department: str = ''
    ) -> CannedReply:
        """Add an own reply, or one that is shared with a department (empty: with all).

        Raises:
            FieldsRefusedError: values that cannot be used, by field.
            NotAllowedError: the person may not share replies with this department.
            ConflictError: there are too many already.
        """
        given = checked({name: values.get(name, NEW[name]) for name in NEW}, PARSERS)
        async with self._units.begin() as work:
            now = await current(work.session, by)
            if is_shared:
                await require_department(work.session, now, department)
            owner_id = None if is_shared else now.id
            await require_room(work.session, owner_id)
            row = CannedReply(
                **given, owner_id=owner_id, department=department if is_shared else ''
            )
            await self._added(work, by, row.id, row)
        return row

    async def used(self, by: Agent, reply_id: UUID) -> None:
        """Count that a person has inserted a reply. Raises ``NotFoundError``."""
        async with self._units.db.transaction() as session:
            if not await queries.add_use(session, by.id, reply_id):
                raise NotFoundError('canned.not_found')

    @override
    async def subjects(self, by: Agent) -> list[Subject]:
        return [
            Subject(id=one.row.id, name=one.row.title)
            for one in await self.readable(by)
            if one.may_edit
        ]

    @override
    async def _row(self, session: AsyncSession, subject_id: UUID, *, lock: bool) -> CannedReply:
        row = await queries.by_id(session, subject_id, lock=lock)
        if row is None:
            raise NotFoundError('canned.not_found')
        return row

    @override
    async def _require(self, session: AsyncSession, by: Agent, row: CannedReply) -> None:
        now = await current(session, by)
        if row.owner_id not in (None, now.id):
            raise NotFoundError('canned.not_found')
        if not may_edit(now, row):
            raise NotAllowedError('canned.not_yours')

    @override
    def _typed(self, row: CannedReply) -> dict[str, str]:
        return typed(row)

    @override
    async def _given(
        self, session: AsyncSession, row: CannedReply, values: Values
    ) -> dict[str, Any]:
        return checked(values, PARSERS)


def may_share(agent: Agent, department: str) -> bool:
    """Whether a person may share replies with a department; with all (``''``) only administrators."""
    departments = access.editable_departments(agent)
    return departments is None or department in departments


async def require_department(session: AsyncSession, agent: Agent, department: str) -> None:
    """Raise unless a person may share replies with a department, and there is such a one.

    Raises ``NotAllowedError`` and ``FieldsRefusedError``.
    """
    if not may_share(agent, department):
        raise NotAllowedError('canned.not_your_department')
    if department and department not in await queries.departments(session):
        raise FieldsRefusedError({'department': InvalidInputError('canned.department')})


async def require_room(session: AsyncSession, owner_id: UUID | None, more: int = 1) -> None:
    """Raise ``ConflictError`` where ``more`` replies would be too many for a person, or for the desk."""
    most = MOST_OWN if owner_id else MOST_SHARED
    if await queries.count(session, owner_id) + more > most:
        raise ConflictError('canned.too_many', most=f'{most:,}')


def may_edit(agent: Agent, row: CannedReply) -> bool:
    """Whether a person may change a reply: their own, or one that they may share."""
    return row.owner_id == agent.id or (row.owner_id is None and may_share(agent, row.department))


async def current(session: AsyncSession, by: Agent) -> Agent:
    """Return the person as the database knows them now. Raises ``NotAllowedError``: they have left."""
    now = await agent_queries.by_id(session, by.id)
    if now is None or not now.is_active:
        raise NotAllowedError('canned.not_yours')
    return now

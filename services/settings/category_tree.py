"""The tree of 상담 분류, for those who shape it. A node is never deleted: contacts keep what they have."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession
from typing_extensions import override

from desk import clock
from desk.errors import FieldsRefusedError, InvalidInputError, NotFoundError
from models import (
    EVERYWHERE,
    Agent,
    AgentRole,
    AuditAction,
    ContactCategory,
    SettingKind,
    SubjectKind,
)
from models.wrap_up import MAX_DEPTH
from services.contacts import category_queries
from services.settings import access
from services.settings.rows import SettingRows, checked, flag, name_of, number, yes_no
from services.settings.stored import Subject
from services.text.terms import clean
from services.work.setting_log import Values
from services.work.unit_of_work import UnitOfWork, UnitsOfWork

MAX_NAME_CHARS = 100


class Place(StrEnum):
    """Where a node is put, seen from another one."""

    BEFORE = 'before'
    AFTER = 'after'
    BELOW = 'below'


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeNode:
    """One node, its level (1 for the first), and whether it is out of use, itself or with one above it."""

    row: ContactCategory
    depth: int
    is_retired: bool


class CategoryTree(SettingRows[ContactCategory]):
    """The nodes of the tree as settings: supervisors shape those of their department's queues."""

    kind = SettingKind.CATEGORY
    action = AuditAction.CATEGORY_CHANGED
    subject_kind = SubjectKind.CATEGORY
    new_fields = frozenset({'name', 'name_en', 'parent_id', 'queue_id'})

    def __init__(self, units: UnitsOfWork) -> None:
        super().__init__(units)
        self.removed = {'is_retired': 'yes'}

    async def nodes(self, by: Agent) -> list[TreeNode]:
        """Return the nodes that a person may change, in the order of the tree. Raises ``NotAllowedError``."""
        async with self._units.db.reading() as session:
            now = await access.require_supervisor(session, by)
            own = {one.id for one in await access.own_queues(session, by)}
            rows = await category_queries.seen_by(session, now)
        is_admin = now.role is AgentRole.ADMIN
        return [one for one in in_order(rows) if is_admin or one.row.queue_id in own]

    @override
    async def subjects(self, by: Agent) -> list[Subject]:
        return [Subject(id=one.row.id, name=one.row.name) for one in await self.nodes(by)]

    async def add(
        self,
        by: Agent,
        name: str,
        *,
        name_en: str = '',
        parent_id: UUID | None = None,
        queue_id: UUID | None = None,
    ) -> ContactCategory:
        """Add a node for a queue, or for every queue; below a parent it belongs where the parent does.

        Raises:
            NotAllowedError: the person may not change the tree of the queue.
            FieldsRefusedError: a name that cannot be used, or a parent on the last level.
            NotFoundError: the queue or the parent does not exist.
        """
        given = checked({'name': clean(name), 'name_en': name_en}, _PARSERS)
        async with self._units.begin() as work:
            if parent_id is not None:
                parent = await self._row(work.session, parent_id, lock=True)
                queue_id = queue_id or parent.queue_id
            await access.require_editor(work.session, by, queue_id or EVERYWHERE)
            row = ContactCategory(
                **given, queue_id=queue_id,
                position=await category_queries.next_position(work.session, parent_id),
            )  # fmt: skip
            row.parent_id = await self._parent(work.session, row, parent_id)
            await self._added(work, by, row.id, row)
        return row

    @override
    async def add_typed(self, by: Agent, values: Values) -> UUID:
        row = await self.add(
            by,
            values.get('name', ''),
            name_en=values.get('name_en', ''),
            parent_id=_id(values.get('parent_id', '')),
            queue_id=_id(values.get('queue_id', '')),
        )
        return row.id

    async def move(self, by: Agent, node_id: UUID, step: int) -> None:
        """Move a node by ``step`` places among its siblings; at an end it stays.

        Raises ``NotAllowedError`` and ``NotFoundError``.
        """
        async with self._units.begin() as work:
            node = await self._arranging(work, by, node_id)
            siblings = [*await category_queries.siblings(work.session, node)]
            at = siblings.index(node)
            to = min(max(at + step, 0), len(siblings) - 1)
            siblings.insert(to, siblings.pop(at))
            await self._renumber(work, by, siblings)

    async def place(self, by: Agent, node_id: UUID, other_id: UUID, where: Place) -> None:
        """Put a node before, after or below another one; below, it is the last.

        A node of another queue is no sibling: beside it, the node comes last among its own.

        Raises:
            NotAllowedError: the person may not change the node.
            NotFoundError: one of the nodes does not exist.
            FieldsRefusedError: it cannot stand there: below itself, in another queue's part, or too deep.
        """
        if node_id == other_id:
            return
        async with self._units.begin() as work:
            node = await self._arranging(work, by, node_id)
            other = await self._row(work.session, other_id, lock=False)
            parent_id = other.id if where is Place.BELOW else other.parent_id
            if parent_id != node.parent_id:
                await self._change(work, by, node.id, node, {'parent_id': str(parent_id or '')})
                await work.session.flush()
            siblings = [*await category_queries.siblings(work.session, node)]
            siblings.remove(node)
            to = len(siblings)
            if where is not Place.BELOW and other in siblings:
                to = siblings.index(other) + (where is Place.AFTER)
            siblings.insert(to, node)
            await self._renumber(work, by, siblings)

    async def _arranging(self, work: UnitOfWork, by: Agent, node_id: UUID) -> ContactCategory:
        """Return a node that the person may arrange, locked. Raises ``NotAllowedError`` and ``NotFoundError``."""
        await category_queries.take_turns(work.session)
        node = await self._row(work.session, node_id, lock=True)
        await self._require(work.session, by, node)
        return node

    async def _renumber(
        self, work: UnitOfWork, by: Agent, siblings: Sequence[ContactCategory]
    ) -> None:
        for position, one in enumerate(siblings, 1):
            await self._change(work, by, one.id, one, {'position': str(position)})

    @override
    async def _row(self, session: AsyncSession, subject_id: UUID, *, lock: bool) -> ContactCategory:
        row = await category_queries.by_id(session, subject_id, lock=lock)
        if row is None:
            raise NotFoundError('category.not_found')
        return row

    @override
    async def _require(self, session: AsyncSession, by: Agent, row: ContactCategory) -> None:
        await access.require_editor(session, by, row.queue_id or EVERYWHERE)

    @override
    def _typed(self, row: ContactCategory) -> dict[str, str]:
        return {
            'name': row.name,
            'name_en': row.name_en,
            'parent_id': str(row.parent_id or ''),
            'position': str(row.position),
            'is_retired': yes_no(row.retired_at),
        }

    @override
    async def _given(
        self, session: AsyncSession, row: ContactCategory, values: Values
    ) -> dict[str, Any]:
        given = checked(values, _PARSERS)
        if 'is_retired' in given:
            given['retired_at'] = (row.retired_at or clock.now()) if given.pop('is_retired') else None  # fmt: skip
        if 'parent_id' in given:
            given['parent_id'] = await self._parent(session, row, given['parent_id'])
        return given

    async def _parent(
        self, session: AsyncSession, row: ContactCategory, parent_id: UUID | None
    ) -> UUID | None:
        """Return the parent for a node. Raises ``FieldsRefusedError`` where the node cannot stand below it."""
        if parent_id is None:
            return None
        rows = await category_queries.every(session)
        above = _line_above(rows, parent_id)
        if not above:
            raise NotFoundError('category.not_found')
        fault = None
        if row.id in above or next(one for one in rows if one.id == parent_id).queue_id not in (None, row.queue_id):  # fmt: skip
            fault = InvalidInputError('category.parent')
        elif len(above) + _height(rows, row.id) > MAX_DEPTH:
            fault = InvalidInputError('category.too_deep', most=MAX_DEPTH)
        if fault:
            raise FieldsRefusedError({'parent_id': fault})
        return parent_id


def in_order(rows: Sequence[ContactCategory]) -> list[TreeNode]:
    """Return the nodes of these rows as a tree is read: each before those below it."""
    below: dict[UUID | None, list[ContactCategory]] = {}
    known = {one.id for one in rows}
    for row in sorted(rows, key=lambda one: (one.position, one.created_at)):
        below.setdefault(row.parent_id if row.parent_id in known else None, []).append(row)
    found: list[TreeNode] = []

    def walk(row: ContactCategory, depth: int, *, is_retired: bool) -> None:
        is_out = is_retired or row.retired_at is not None
        found.append(TreeNode(row=row, depth=depth, is_retired=is_out))
        for child in below.get(row.id, []):
            walk(child, depth + 1, is_retired=is_out)

    roots = sorted(below.get(None, []), key=lambda one: str(one.queue_id or ''))
    for root in roots:
        walk(root, 1, is_retired=False)
    return found


def _line_above(rows: Sequence[ContactCategory], node_id: UUID | None) -> list[UUID]:
    """Return a node and those above it."""
    parents, line = {one.id: one.parent_id for one in rows}, list[UUID]()
    while node_id is not None and node_id in parents and node_id not in line:
        line.append(node_id)
        node_id = parents[node_id]
    return line


def _height(rows: Sequence[ContactCategory], node_id: UUID) -> int:
    """Return the number of levels from a node down: 1 for a leaf, also for a new one."""
    below = [_height(rows, one.id) for one in rows if one.parent_id == node_id]
    return 1 + max(below, default=0)


def _id(typed: str) -> UUID | None:
    """Return a chosen id; none for an empty choice. Raises ``InvalidInputError``."""
    try:
        return UUID(typed) if typed else None
    except ValueError as error:
        raise InvalidInputError('settings.choice') from error


_PARSERS = {
    'name': lambda typed: name_of(typed, most=MAX_NAME_CHARS),
    'name_en': lambda typed: name_of(typed, most=MAX_NAME_CHARS, may_be_empty=True),
    'parent_id': _id,
    'position': number,
    'is_retired': flag,
}

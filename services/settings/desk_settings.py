"""All settings in one way: read, changed by version, their changes listed and taken back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from desk.errors import ConflictError, InvalidInputError, NotFoundError
from models import Agent, Queue, SettingChange, SettingKind
from services.people import agent_queries
from services.settings import access, queries
from services.settings.rows import SettingRows
from services.settings.stored import Change, SettingStore, Stored, Subject
from services.work.setting_log import Values
from services.work.unit_of_work import UnitsOfWork

KEPT_BY_EVERYBODY = frozenset({SettingKind.CANNED_REPLY})
"""Agents, too, have some of these that are theirs alone."""
MOST_CHANGES = 20
"""The number of changes of one setting that are shown, the newest."""


@dataclass(frozen=True, slots=True)
class _Named:
    """A change with the name of who made it."""

    row: SettingChange
    by_name: str

    @property
    def version(self) -> int:
        return self.row.version


class DeskSettings:
    """The settings of the desk, whatever their kind."""

    def __init__(self, units: UnitsOfWork, stores: Iterable[SettingStore]) -> None:
        self._db = units.db
        self.stores = {one.kind: one for one in stores}

    async def queues(self, by: Agent) -> Sequence[Queue]:
        """Return the queues whose settings a person may change. Raises ``NotAllowedError``."""
        async with self._db.reading() as session:
            return await access.own_queues(session, by)

    async def subjects(self, by: Agent) -> list[tuple[SettingKind, Subject]]:
        """Return all settings that a person may change. Raises ``NotAllowedError`` for agents."""
        async with self._db.reading() as session:
            now = await access.require_supervisor(session, by)
        return [
            (kind, one) for kind, store in self.stores.items() for one in await store.subjects(now)
        ]

    async def stored(self, by: Agent, kind: SettingKind, subject_id: UUID) -> Stored:
        """Return a setting as it is now, with the name of who changed it last.

        Raises ``NotAllowedError`` and ``NotFoundError``.
        """
        now, _ = await self._read(by, kind, subject_id, 1)
        return now

    async def add(self, by: Agent, kind: SettingKind, values: Values) -> UUID:
        """Add a setting of a kind that has many: a category, a reason, a limit; return its id.

        Raises:
            InvalidInputError: nothing is added to this kind here, or it has no such field.
            FieldsRefusedError, NotAllowedError, NotFoundError: as the screen's ``add`` of the kind.
        """
        async with self._db.reading() as session:
            await access.require_supervisor(session, by)
        store = self.stores[kind]
        if not isinstance(store, SettingRows) or not store.new_fields:
            raise InvalidInputError('settings.not_added_here')
        if unknown := sorted(values.keys() - store.new_fields):
            raise InvalidInputError('settings.unknown_field', name=unknown[0][:50])
        added: UUID = await store.add_typed(by, values)
        return added

    async def edit(
        self, by: Agent, kind: SettingKind, subject_id: UUID, values: Values, *, version: int
    ) -> Stored:
        """Change fields of a setting that was read at ``version``.

        Raises ``FieldsRefusedError``, ``SettingChangedError``, ``NotAllowedError`` and ``NotFoundError``.
        """
        return await self.stores[kind].edit(by, subject_id, values, version=version)

    async def changes(self, by: Agent, kind: SettingKind, subject_id: UUID) -> list[Change]:
        """Return the last changes of a setting, newest first. Raises as ``stored``."""
        _, changes = await self.with_changes(by, kind, subject_id)
        return changes

    async def with_changes(
        self, by: Agent, kind: SettingKind, subject_id: UUID
    ) -> tuple[Stored, list[Change]]:
        """Return a setting as it is now, and its last changes, newest first. Raises as ``stored``."""
        now, last = await self._read(by, kind, subject_id, MOST_CHANGES)
        return now, [
            Change(
                id=one.row.id,
                at=one.row.created_at,
                by_name=one.by_name,
                before=one.row.before,
                after=one.row.after,
                can_be_taken_back=self._stands(one.row, now),
            )
            for one in last
        ]

    async def take_back(self, by: Agent, change_id: UUID) -> Stored:
        """Give the fields of a change the values again that they had before; this is a change itself.

        Raises:
            NotFoundError: the change does not exist.
            ConflictError: one of its fields was changed again since.
            NotAllowedError: see ``stored``.
        """
        async with self._db.reading() as session:
            row = await queries.change(session, change_id)
            if row is None or row.kind not in KEPT_BY_EVERYBODY:
                await access.require_supervisor(session, by)
        kind = next((one for one in self.stores if row and one == row.kind), None)
        if row is None or kind is None:
            raise NotFoundError('settings.no_change')
        store = self.stores[kind]
        now = await store.stored(by, row.subject_id)
        if not self._stands(row, now):
            raise ConflictError('settings.changed_again')
        values = row.before or store.removed
        return await store.edit(by, row.subject_id, values, version=now.version)

    def _stands(self, row: SettingChange, now: Stored) -> bool:
        """Whether a change can be taken back: its fields have the values that it gave them."""
        if not row.before:
            removed = next(
                (one.removed for one in self.stores.values() if one.kind == row.kind), {}
            )
            return any(now.values.get(name) != value for name, value in removed.items())
        return all(now.values.get(name) == value for name, value in row.after.items())

    async def _read(
        self, by: Agent, kind: SettingKind, subject_id: UUID, limit: int
    ) -> tuple[Stored, list[_Named]]:
        """Return a setting with who made its version, and at most ``limit`` of its last changes."""
        now = await self.stores[kind].stored(by, subject_id)
        async with self._db.reading() as session:
            rows = await queries.changes(session, kind, subject_id, limit)
            names = await agent_queries.named(session, [one.by_id for one in rows])
        last = [_Named(one, names.get(one.by_id, '')) for one in rows]
        by_name = last[0].by_name if last and last[0].version == now.version else ''
        return Stored(values=now.values, version=now.version, by_name=by_name), last

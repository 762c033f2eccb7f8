"""Settings without a table of their own: a document of typed fields for each queue, or one for the desk."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from desk.errors import NotFoundError
from models import (
    EVERYWHERE,
    Agent,
    AgentRole,
    AuditAction,
    SettingDocument,
    SettingKind,
    SubjectKind,
)
from services.people.events import RoutingNeeded, SettingsChanged
from services.settings import queries
from services.settings.access import own_queues, require_editor, require_supervisor
from services.settings.stored import SettingChangedError, Stored, Subject
from services.work.setting_log import Values, log_change
from services.work.unit_of_work import UnitsOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentForm:
    """The form of one kind of document."""

    kind: SettingKind
    new: Values
    """The values of the fields before anybody changes them: all fields."""
    parsed: Callable[[Mapping[str, str]], dict[str, str]]
    """Returns given fields as they are stored. Raises ``FieldsRefusedError``."""
    of_desk: bool = False
    """Whether the desk has one (``EVERYWHERE``)."""
    of_queues: bool = True
    """Whether each queue has one."""
    usual: Values | None = None
    """The desk's own values before anybody changes them, where they differ from ``new``."""


class Documents:
    """The documents of one kind; see ``SettingStore``."""

    def __init__(self, units: UnitsOfWork, form: DocumentForm) -> None:
        self._units = units
        self._form = form
        self.kind = form.kind
        self.removed: Values = {}

    async def subjects(self, by: Agent) -> list[Subject]:
        """Return the desk's document for administrators, and those of the queues that a person may change."""
        async with self._units.db.reading() as session:
            now = await require_supervisor(session, by)
            queues = await own_queues(session, by) if self._form.of_queues else []
        is_theirs = self._form.of_desk and now.role is AgentRole.ADMIN
        desk = [Subject(id=EVERYWHERE)] if is_theirs else []
        return desk + [Subject(id=one.id, name=one.name) for one in queues]

    async def stored(self, by: Agent, subject_id: UUID) -> Stored:
        """Return a document as it is now; a new one when nobody has written it."""
        async with self._units.db.reading() as session:
            await self._require(session, by, subject_id)
            return self._stored(await queries.document(session, self.kind, subject_id), subject_id)

    async def edit(self, by: Agent, subject_id: UUID, values: Values, *, version: int) -> Stored:
        """Change fields of a document that was read at ``version``.

        Raises:
            FieldsRefusedError: values that cannot be used, by field.
            SettingChangedError: the document has changed since.
        """
        given = self._form.parsed({one: values[one] for one in values if one in self._form.new})
        async with self._units.begin() as work:
            await self._require(work.session, by, subject_id)
            row = await queries.locked_document(work.session, self.kind, subject_id)
            now = self._stored(row, subject_id)
            if now.version != version:
                raise SettingChangedError(now)
            changed = {one: given[one] for one in given if given[one] != now.values[one]}
            if not changed:
                return now
            # A newer version of the desk, running beside this one, may know more fields: they stay.
            row.values = {**row.values, **now.values, **changed}
            row.version += 1
            work.session.add(row)
            log_change(
                work, by, self.kind, subject_id, row.version, before=now.values, after=changed
            )
            subject = None if subject_id == EVERYWHERE else (SubjectKind.QUEUE, subject_id)
            work.record(
                by, AuditAction.SETTING_CHANGED, subject=subject, fields=[*changed],
                details={'setting': self.kind.value},
            )  # fmt: skip
            work.tell(SettingsChanged(part=self.kind.value))
            work.tell(RoutingNeeded())
            return self._stored(row, subject_id)

    async def _require(self, session: AsyncSession, by: Agent, subject_id: UUID) -> None:
        is_one = self._form.of_desk if subject_id == EVERYWHERE else self._form.of_queues
        await require_editor(session, by, subject_id)
        if not is_one:
            raise NotFoundError('settings.not_found')

    def _stored(self, row: SettingDocument | None, subject_id: UUID) -> Stored:
        is_desks = subject_id == EVERYWHERE and self._form.usual is not None
        new = {**self._form.new, **(self._form.usual or {})} if is_desks else self._form.new
        if row is None:
            return Stored(values=new, version=0)
        known = {one: row.values[one] for one in row.values if one in new}
        return Stored(values={**new, **known}, version=row.version)

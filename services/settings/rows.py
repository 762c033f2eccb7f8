"""Settings that are rows of a table of their own: what categories, reasons and limits have in common."""

from collections.abc import Mapping
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from desk.errors import FieldsRefusedError, InvalidInputError
from models import Agent, AuditAction, SettingKind, SubjectKind
from services.people.events import SettingsChanged
from services.settings import queries
from services.settings.stored import SettingChangedError, Stored, Subject
from services.text.visible import parse_name
from services.work.setting_log import Values, log_change
from services.work.unit_of_work import UnitOfWork, UnitsOfWork

RowT = TypeVar('RowT', bound=SQLModel)
YES_NO = frozenset({'yes', 'no'})


class SettingRows(Generic[RowT]):
    """Rows of one table as settings; see ``SettingStore``. The version of a row is that of its last change."""

    kind: SettingKind
    action: AuditAction
    new_fields: frozenset[str] = frozenset()
    """The fields of a new row as programs give them; none for a kind that has a path of its own for new rows."""
    subject_kind: SubjectKind | None = None

    def __init__(self, units: UnitsOfWork) -> None:
        self._units = units
        self.removed: Values = {}

    # ---- what a kind says of itself

    async def subjects(self, by: Agent) -> list[Subject]:
        """Return the rows that a person may change; see ``SettingStore``."""
        raise NotImplementedError

    async def add_typed(self, by: Agent, values: Values) -> UUID:
        """Add a row from ``new_fields`` as they are typed, by the rules of the screen; return its id."""
        raise NotImplementedError

    async def _row(self, session: AsyncSession, subject_id: UUID, *, lock: bool) -> RowT:
        """Return a row. Raises ``NotFoundError``."""
        raise NotImplementedError

    async def _require(self, session: AsyncSession, by: Agent, row: RowT) -> None:
        """Raise ``NotAllowedError`` unless the person may change the row."""
        raise NotImplementedError

    def _typed(self, row: RowT) -> dict[str, str]:
        """Return the fields of a row as they are typed."""
        raise NotImplementedError

    async def _given(self, session: AsyncSession, row: RowT, values: Values) -> dict[str, Any]:
        """Return fields as the row stores them. Raises ``FieldsRefusedError``."""
        raise NotImplementedError

    def _announce(self, work: UnitOfWork, row: RowT) -> None:
        """Tell whoever shows the row, beside the settings."""

    # ---- what all kinds do

    async def stored(self, by: Agent, subject_id: UUID) -> Stored:
        """Return a row as it is now."""
        async with self._units.db.reading() as session:
            row = await self._row(session, subject_id, lock=False)
            await self._require(session, by, row)
            version = await queries.version_of(session, self.kind, subject_id)
        return Stored(values=self._typed(row), version=version)

    async def edit(self, by: Agent, subject_id: UUID, values: Values, *, version: int) -> Stored:
        """Change fields of a row that was read at ``version``.

        Raises ``FieldsRefusedError``, ``SettingChangedError``, ``NotAllowedError`` and ``NotFoundError``.
        """
        async with self._units.begin() as work:
            row = await self._row(work.session, subject_id, lock=True)
            await self._require(work.session, by, row)
            now = await queries.version_of(work.session, self.kind, subject_id)
            if now != version:
                raise SettingChangedError(Stored(values=self._typed(row), version=now))
            await self._change(work, by, subject_id, row, values)
            now = await queries.version_of(work.session, self.kind, subject_id)
        return Stored(values=self._typed(row), version=now)

    async def _change(
        self, work: UnitOfWork, by: Agent, subject_id: UUID, row: RowT, values: Values
    ) -> None:
        """Change fields of a locked row, and log what differs."""
        before = self._typed(row)
        wanted = {name: values[name] for name in values if name in before}
        row.sqlmodel_update(await self._given(work.session, row, wanted))
        work.session.add(row)
        after = self._typed(row)
        if after != before:
            version = await queries.version_of(work.session, self.kind, subject_id) + 1
            log_change(work, by, self.kind, subject_id, version, before=before, after=after)
            names = [name for name in after if after[name] != before[name]]
            self._tell(work, by, subject_id, row, names)

    async def _added(self, work: UnitOfWork, by: Agent, subject_id: UUID, row: RowT) -> None:
        """Store a new row, and log it."""
        work.session.add(row)
        await work.session.flush()
        log_change(work, by, self.kind, subject_id, 1, before={}, after=self._typed(row))
        self._tell(work, by, subject_id, row, [])

    def _tell(
        self, work: UnitOfWork, by: Agent, subject_id: UUID, row: RowT, fields: list[str]
    ) -> None:
        subject = (self.subject_kind, subject_id) if self.subject_kind else None
        work.record(by, self.action, subject=subject, fields=fields, details={'setting': self.kind.value})  # fmt: skip
        work.tell(SettingsChanged(part=self.kind.value))
        self._announce(work, row)


def checked(values: Mapping[str, str], parsers: Mapping[str, Any]) -> dict[str, Any]:
    """Return typed fields as the parsers of their names read them. Raises ``FieldsRefusedError``."""
    kept: dict[str, Any] = {}
    faults = {}
    for name, typed in values.items():
        try:
            kept[name] = parsers[name](typed)
        except InvalidInputError as error:
            faults[name] = error
    if faults:
        raise FieldsRefusedError(faults)
    return kept


def flag(typed: str) -> bool:
    """Return whether a typed choice is ``yes``. Raises ``InvalidInputError``."""
    if typed not in YES_NO:
        raise InvalidInputError('settings.choice')
    return typed == 'yes'


def number(typed: str, *, least: int = 0, most: int = 100_000) -> int:
    """Return a typed number. Raises ``InvalidInputError``."""
    text = typed.strip()
    if not (text.isascii() and text.isdecimal() and len(text) < 10) or not least <= int(text) <= most:  # fmt: skip
        raise InvalidInputError('settings.number', least=least, most=f'{most:,}')
    return int(text)


def name_of(typed: str, *, most: int, may_be_empty: bool = False) -> str:
    """Return a typed name. Raises ``InvalidInputError``."""
    if may_be_empty and not typed.strip():
        return ''
    if (name := parse_name(typed, most=most)) is None:
        raise InvalidInputError('settings.name', most=most)
    return name


def yes_no(value: object) -> str:
    """Return a truth as it is typed."""
    return 'yes' if value else 'no'

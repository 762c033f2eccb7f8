"""Exports canned replies, and imports them: new ones are added, known ones changed.

A row is about the reply of the same owner or department with its folder and title. An empty cell changes nothing. A file
with one fault changes nothing; a trial says what a file would do. What a file does not name stays.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias
from uuid import UUID

from desk import sheets
from desk.errors import DeskError, InvalidInputError, NotAllowedError
from desk.sheet_lines import SheetLine, sheet_lines
from desk.sheets import Rows
from models import Agent, AuditAction, CannedReply, SettingKind
from models.chat import MAX_MESSAGE_CHARS
from services.canned import file_queries, queries
from services.canned.columns import (
    HEADINGS,
    KNOWN,
    Column,
    cells,
    column_of,
    department_of,
    state_of,
)
from services.canned.fields import NEW, PARSERS, folder_of, typed
from services.canned.replies import current, may_share, require_room
from services.customers.importing.files import ImportFile
from services.people.events import SettingsChanged
from services.settings.rows import checked
from services.text.visible import one_line
from services.work.setting_log import Values, log_change
from services.work.unit_of_work import UnitOfWork, UnitsOfWork

Key: TypeAlias = tuple[UUID | None, str, str, str]
"""Owner, department, folder and title of a reply."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CannedFault:
    """Why a row cannot be imported."""

    row: int
    """As Excel counts."""
    error: DeskError


@dataclass(frozen=True, slots=True, kw_only=True)
class CannedRowChange:
    """What a row does."""

    row: int
    title: str
    is_new: bool
    fields: tuple[str, ...]
    """The names of the fields that change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CannedReport:
    """What a sheet does, or would do."""

    changes: tuple[CannedRowChange, ...]
    same: int
    faults: tuple[CannedFault, ...]
    ignored: tuple[str, ...]
    """Headings that are no columns of ours."""
    is_written: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """A row with its reply's key and the values that are given, as they are typed."""

    row: int
    key: Key
    values: Values


@dataclass(slots=True)
class _Plan:
    """The rows with what they change."""

    new: list[tuple[_Row, CannedReply]] = field(default_factory=list)
    known: list[tuple[_Row, CannedReply]] = field(default_factory=list)
    changes: list[CannedRowChange] = field(default_factory=list)
    faults: list[CannedFault] = field(default_factory=list)
    same: int = 0


class CannedSheet:
    """Canned replies as a sheet: for everybody their own, for supervisors also what they share."""

    def __init__(self, units: UnitsOfWork) -> None:
        self._units = units

    async def export(self, by: Agent, *, is_xlsx: bool, language: str) -> AsyncGenerator[bytes]:
        """Return a person's own and all shared replies as CSV or XLSX, in parts; recorded in the audit log."""
        async with self._units.begin() as work:
            await current(work.session, by)
            found = await queries.readable(work.session, by.id)
            files = await file_queries.by_reply(work.session, [one.id for one in found])
            details = {'replies': len(found), 'format': 'xlsx' if is_xlsx else 'csv'}
            work.record(by, AuditAction.CANNED_EXPORTED, details=details)
        place = 0 if language == 'ko' else 1
        rows = [
            [names[place] for names in HEADINGS.values()],
            *(cells(one, [file.name for file in files.get(one.id, ())], place) for one in found),
        ]

        async def batches() -> AsyncIterator[Rows]:
            yield rows

        return sheets.xlsx_stream(batches()) if is_xlsx else sheets.csv_stream(batches())

    async def run(self, by: Agent, file: ImportFile, *, is_trial: bool) -> CannedReport:
        """Try a sheet, or import it.

        Raises:
            InvalidInputError: not a sheet, too large, or without the columns of title and text.
            ConflictError: there would be too many replies.
        """
        headings, lines = await sheet_lines(file.sheet, KNOWN, most_chars=MAX_MESSAGE_CHARS + 1)
        columns = [column_of(one) for one in headings]
        if Column.TITLE not in columns or Column.BODY not in columns:
            raise InvalidInputError('canned.no_columns')
        ignored = tuple(one for one in headings if one and column_of(one) is None)
        async with self._units.begin() as work:
            await queries.take_turns(work.session)
            now = await current(work.session, by)
            plan = await _planned(work, now, columns, lines)
            report = CannedReport(
                changes=tuple(plan.changes),
                same=plan.same,
                faults=tuple(sorted(plan.faults, key=lambda one: one.row)),
                ignored=ignored,
            )
            if is_trial or report.faults or not report.changes:
                return report
            await _written(work, now, plan)
        return CannedReport(
            changes=report.changes, same=report.same, faults=(), ignored=ignored, is_written=True
        )


async def _planned(
    work: UnitOfWork, by: Agent, columns: Sequence[Column | None], lines: Sequence[SheetLine]
) -> _Plan:
    plan, seen = _Plan(), set[Key]()
    known = await _by_key(work, by)
    departments = {'', *await queries.departments(work.session)}
    for line in lines:
        try:
            row = _parsed(by, columns, line)
            if row.key in seen:
                raise InvalidInputError('canned.twice')
            seen.add(row.key)
            _require_place(by, row.key, departments)
            _plan_row(plan, row, known.get(row.key, []))
        except DeskError as error:
            plan.faults.append(CannedFault(row=line.row, error=error))
    return plan


async def _by_key(work: UnitOfWork, by: Agent) -> dict[Key, list[CannedReply]]:
    """Return the replies that a person can read, locked, by their keys."""
    ids = [one.id for one in await queries.readable(work.session, by.id)]
    found: dict[Key, list[CannedReply]] = {}
    for one in await queries.locked(work.session, ids):
        key = (one.owner_id, one.department, one.folder, one.title)
        found.setdefault(key, []).append(one)
    return found


def _parsed(by: Agent, columns: Sequence[Column | None], line: SheetLine) -> _Row:
    if line.fault is not None:
        raise line.fault
    named = zip(columns, line.cells, strict=False)
    given = {column: cell.strip() for column, cell in named if column is not None and cell.strip()}
    department = department_of(given.pop(Column.WHOSE, ''))
    given.pop(Column.FILES, '')
    values = {column.value: cell for column, cell in given.items()}
    if Column.STATE in given:
        values['is_active'] = state_of(given[Column.STATE])
    title = one_line(values.get('title', ''))
    if not title:
        raise InvalidInputError('canned.no_title')
    owner = by.id if department is None else None
    key = (owner, department or '', folder_of(values.get('folder', '')), title)
    return _Row(row=line.row, key=key, values=values)


def _require_place(by: Agent, key: Key, departments: set[str]) -> None:
    owner, department, *_ = key
    if owner is None and department not in departments:
        raise InvalidInputError('canned.department')
    if owner is None and not may_share(by, department):
        raise NotAllowedError('canned.not_your_department')


def _plan_row(plan: _Plan, row: _Row, found: Sequence[CannedReply]) -> None:
    """Plan an addition, a change, or nothing. Raises ``InvalidInputError``: the row does not fit."""
    if len(found) > 1:
        raise InvalidInputError('canned.ambiguous')
    title = row.key[-1]
    if not found:
        owner, department, *_ = row.key
        given = checked({name: row.values.get(name, NEW[name]) for name in NEW}, PARSERS)
        plan.new.append((row, CannedReply(**given, owner_id=owner, department=department)))
        change = CannedRowChange(row=row.row, title=title, is_new=True, fields=())
        plan.changes.append(change)
        return
    [reply] = found
    before = typed(reply)
    given = checked(row.values, PARSERS)
    after = typed(CannedReply(**{**reply.model_dump(), **given}))
    fields = tuple(name for name in after if after[name] != before[name])
    if not fields:
        plan.same += 1
        return
    plan.known.append((row, reply))
    plan.changes.append(CannedRowChange(row=row.row, title=title, is_new=False, fields=fields))


async def _written(work: UnitOfWork, by: Agent, plan: _Plan) -> None:
    for owner_id in (by.id, None):
        more = sum(one.owner_id == owner_id for _, one in plan.new)
        if more:
            await require_room(work.session, owner_id, more)
    versions = await queries.versions(work.session, [one.id for _, one in plan.known])
    kind = SettingKind.CANNED_REPLY
    for row, reply in plan.known:
        before = typed(reply)
        reply.sqlmodel_update(checked(row.values, PARSERS))
        work.session.add(reply)
        version = versions.get(reply.id, 0) + 1
        log_change(work, by, kind, reply.id, version, before=before, after=typed(reply))
    work.session.add_all([one for _, one in plan.new])
    for _, reply in plan.new:
        log_change(work, by, kind, reply.id, 1, before={}, after=typed(reply))
    details = {'new': len(plan.new), 'changed': len(plan.known)}
    work.record(by, AuditAction.CANNED_IMPORTED, details=details)
    work.tell(SettingsChanged(part=kind.value))

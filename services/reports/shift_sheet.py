"""The shift table as a sheet: exported, tried, and imported as a whole or not at all.

A row is one person's shift of a day, in place of any that they had; days that the file does not name stay as they are. Activities
are named by their code or name: ``식사 12:00-13:00; 휴식 15:00-15:15``. A file with one fault changes nothing.
"""

import re
from collections import defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from desk import clock, sheets
from desk.errors import DeskError, InvalidInputError, NotFoundError
from desk.sheet_lines import SheetLine, by_name, folded, sheet_lines
from desk.sheets import Rows
from models import Agent, AuditAction, AwayReason, Shift
from services.contacts.access import require_supervisor
from services.customers.importing.files import ImportFile
from services.people import agent_queries, state_queries
from services.reports import shift_queries as queries
from services.reports.shifts import PlannedActivity, ShiftPlan, shift_of
from services.work.unit_of_work import UnitOfWork, UnitsOfWork

MOST_EXPORTED_DAYS = 366
_ACTIVITY = re.compile(r'(?P<what>.+?)\s*(?P<begin>\d{1,2}:\d\d)\s*[-~]\s*(?P<until>\d{1,2}:\d\d)')
_TIME = re.compile(r'(\d{1,2}):(\d\d)(?::00)?')


class ShiftColumn(StrEnum):
    """The columns; all but the last are needed."""

    USERNAME = 'username'
    NAME = 'name'
    """Exported only, for who reads the file."""
    DAY = 'day'
    BEGIN = 'begin'
    UNTIL = 'until'
    ACTIVITIES = 'activities'


HEADINGS: dict[ShiftColumn, tuple[str, str]] = {
    ShiftColumn.USERNAME: ('아이디', 'Username'),
    ShiftColumn.NAME: ('이름', 'Name'),
    ShiftColumn.DAY: ('날짜', 'Date'),
    ShiftColumn.BEGIN: ('근무 시작', 'Begin'),
    ShiftColumn.UNTIL: ('근무 끝', 'End'),
    ShiftColumn.ACTIVITIES: ('활동', 'Activities'),
}
NEEDED = (ShiftColumn.USERNAME, ShiftColumn.DAY, ShiftColumn.BEGIN, ShiftColumn.UNTIL)
KNOWN = by_name(HEADINGS)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftFault:
    """Why a row cannot be imported."""

    row: int
    error: DeskError


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftChange:
    """What a row does: a new shift, or another one in place of the one that was planned."""

    row: int
    name: str
    shift: Shift
    is_new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftReport:
    """What a sheet does, or would do."""

    changes: tuple[ShiftChange, ...] = ()
    same: int = 0
    faults: tuple[ShiftFault, ...] = ()
    ignored: tuple[str, ...] = ()
    """Headings that are no columns of ours."""
    is_written: bool = False


@dataclass(slots=True)
class _Known:
    """What rows are compared with."""

    by: Agent
    people: Mapping[str, Agent]
    """Those whom the supervisor can plan, by sign-in name in small letters."""
    codes: Mapping[str, str]
    """The codes of activities by code, name and English name."""
    planned: Mapping[tuple[UUID, date], Shift]
    seen: set[tuple[UUID, date]] = field(default_factory=set)


class ShiftSheet:
    """Shifts as a file. For supervisors, within their reach; all others get ``NotAllowedError``."""

    def __init__(self, units: UnitsOfWork) -> None:
        self._units = units
        self._db = units.db

    async def export(
        self, by: Agent, since: date, until: date, *, is_xlsx: bool, language: str
    ) -> AsyncGenerator[bytes]:
        """Return the shifts of a period as CSV or XLSX, in parts. Raises ``InvalidInputError``: too many days."""
        require_supervisor(by)
        if not 0 <= (until - since).days < MOST_EXPORTED_DAYS:
            raise InvalidInputError('shift.days', most=MOST_EXPORTED_DAYS)
        async with self._db.reading() as session:
            shifts = await queries.on_days(session, since, until)
            people = {one.id: one for one in await agent_queries.everyone(session)}
            reasons = await state_queries.reasons(session)
        place = 0 if language == 'ko' else 1
        names = {one.code: (one.name, one.name_en)[place] for one in reasons}
        rows = [[one[place] for one in HEADINGS.values()]]
        rows += [
            _cells(people[one.agent_id], one, names)
            for one in shifts
            if by.reaches(people[one.agent_id].department)
        ]

        async def batches() -> AsyncIterator[Rows]:
            yield rows

        return sheets.xlsx_stream(batches()) if is_xlsx else sheets.csv_stream(batches())

    async def run(self, by: Agent, file: ImportFile, *, is_trial: bool) -> ShiftReport:
        """Try a sheet, or plan the shifts that it holds.

        Raises:
            NotAllowedError: not a supervisor.
            InvalidInputError: not a sheet, too large, or without a column that is needed.
        """
        require_supervisor(by)
        headings, lines = await sheet_lines(file.sheet, KNOWN)
        columns = [KNOWN.get(folded(one)) for one in headings]
        if missing := [one for one in NEEDED if one not in columns]:
            raise InvalidInputError('shift.no_column', name=HEADINGS[missing[0]][0])
        ignored = tuple(
            one for one, column in zip(headings, columns, strict=True) if one and not column
        )
        async with self._units.begin() as work:
            known = await _known(work, by, _days(columns, lines))
            changes, same, faults = _planned(known, columns, lines)
            if not is_trial and not faults:
                await _write(work, by, changes)
        is_written = not is_trial and not faults
        return ShiftReport(
            changes=tuple(changes),
            same=same,
            faults=tuple(faults),
            ignored=ignored,
            is_written=is_written,
        )


def _days(columns: Sequence[ShiftColumn | None], lines: Sequence[SheetLine]) -> list[date]:
    """Return the days that a sheet names."""
    place, found = columns.index(ShiftColumn.DAY), []
    for line in lines:
        with suppress(InvalidInputError):  # said with its row
            found.append(_day(line.cells[place] if len(line.cells) > place else ''))
    return found


async def _known(work: UnitOfWork, by: Agent, days: Sequence[date]) -> _Known:
    everyone = await agent_queries.everyone(work.session)
    people = [one for one in everyone if one.is_active and by.reaches(one.department)]
    reasons: Sequence[AwayReason] = await state_queries.reasons(work.session)
    names = {
        folded(text): one.code
        for one in reasons
        for text in (one.name, one.name_en, one.code)
        if text
    }
    planned = await queries.on_days(work.session, min(days), max(days)) if days else ()
    return _Known(
        by=by,
        people={one.username.lower(): one for one in people},
        codes=names,
        planned={(one.agent_id, one.day): one for one in planned},
    )


def _planned(
    known: _Known, columns: Sequence[ShiftColumn | None], lines: Sequence[SheetLine]
) -> tuple[list[ShiftChange], int, list[ShiftFault]]:
    """Return what the rows change, how many change nothing, and what is wrong with the others."""
    changes, same, faults = [], 0, []
    for line in lines:
        named = zip(columns, line.cells, strict=False)
        cells = {column: cell.strip() for column, cell in named if column is not None}
        try:
            if line.fault is not None:
                raise line.fault
            change = _change(known, line.row, cells)
        except DeskError as error:
            faults.append(ShiftFault(row=line.row, error=error))
            continue
        if change is None:
            same += 1
        else:
            changes.append(change)
    return changes, same, faults


def _change(known: _Known, row: int, cells: Mapping[ShiftColumn, str]) -> ShiftChange | None:
    """Return what a row changes, if anything. Raises ``InvalidInputError`` or ``NotFoundError``."""
    agent = known.people.get(cells.get(ShiftColumn.USERNAME, '').lower())
    if agent is None:
        raise NotFoundError('agent.not_found')
    day = _day(cells.get(ShiftColumn.DAY, ''))
    if (agent.id, day) in known.seen:
        raise InvalidInputError('shift.twice')
    known.seen.add((agent.id, day))
    plan = ShiftPlan(
        day=day,
        begin=_time(cells.get(ShiftColumn.BEGIN, '')),
        until=_time(cells.get(ShiftColumn.UNTIL, '')),
        activities=_activities(cells.get(ShiftColumn.ACTIVITIES, ''), known.codes),
    )
    shift = shift_of(known.by, agent.id, plan, day, set(known.codes.values()))
    before = known.planned.get((agent.id, day))
    if before is not None and _said(before) == _said(shift):
        return None
    return ShiftChange(row=row, name=agent.name, shift=shift, is_new=before is None)


def _said(shift: Shift) -> tuple[object, ...]:
    """Return what two equal shifts have in common."""
    parts = [
        (one['code'], *(datetime.fromisoformat(one[name]) for name in ('begin', 'until')))
        for one in shift.activities
    ]
    return shift.begin, shift.until, parts


async def _write(work: UnitOfWork, by: Agent, changes: Sequence[ShiftChange]) -> None:
    """Plan the shifts; whoever plans one of these people's waits, or is waited for."""
    days: defaultdict[UUID, list[date]] = defaultdict(list)
    for one in changes:
        days[one.shift.agent_id].append(one.shift.day)
    for agent in await agent_queries.locked(work.session, days):
        await queries.remove(work.session, agent.id, days[agent.id])
        details = {'days': len(days[agent.id])}
        work.record(by, AuditAction.SHIFT_CHANGED, subject=agent, details=details)
    work.session.add_all([one.shift for one in changes])


def _day(text: str) -> date:
    """Return a day as typed or as Excel gives it (``2026-12-01 00:00:00``). Raises ``InvalidInputError``."""
    try:
        return date.fromisoformat(text[:10].replace('.', '-').replace('/', '-'))
    except ValueError as error:
        raise InvalidInputError('roster.cell', value=text[:40]) from error


def _time(text: str) -> str:
    """Return a time of day as ``HH:MM``; Excel adds seconds. Raises ``InvalidInputError``."""
    found = _TIME.fullmatch(text.rpartition(' ')[2])
    if found is None:
        raise InvalidInputError('shift.time')
    return f'{found[1]:0>2}:{found[2]}'


def _activities(text: str, codes: Mapping[str, str]) -> list[PlannedActivity]:
    found = []
    for part in filter(str.strip, text.split(';')):
        read = _ACTIVITY.fullmatch(part.strip())
        code = codes.get(folded(read['what'])) if read else None
        if read is None or code is None:
            raise InvalidInputError('roster.cell', value=part.strip()[:40])
        begin, until = _time(read['begin']), _time(read['until'])
        found.append(PlannedActivity(code=code, begin=begin, until=until))
    return found


def _cells(agent: Agent, shift: Shift, names: Mapping[str, str]) -> list[str]:
    """Return the cells of a shift; an activity that is no more keeps its code."""
    activities = [
        f'{names.get(one["code"], one["code"])} {_hour(datetime.fromisoformat(one["begin"]))}'
        f'-{_hour(datetime.fromisoformat(one["until"]))}'
        for one in shift.activities
    ]
    return [
        agent.username,
        agent.name,
        shift.day.isoformat(),
        _hour(shift.begin),
        _hour(shift.until),
        '; '.join(activities),
    ]


def _hour(at: datetime) -> str:
    return f'{at.astimezone(clock.SEOUL):%H:%M}'

"""Exports the people of the desk, and imports them: new ones are invited, known ones changed.

A row belongs to the person with its sign-in name. An empty cell changes nothing. A file with one fault changes
nothing; a trial says what a file would do. Nobody is deactivated by a file that does not name them.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from desk import sheets
from desk.errors import ConflictError, DeskError, InvalidInputError, NotAllowedError
from desk.sheet_lines import sheet_lines
from desk.sheets import Rows
from models import Agent, AgentRole, AuditAction, Skill
from services.customers.importing.files import ImportFile
from services.people import agent_queries, skill_queries
from services.people import invitation_queries as invitations_queries
from services.people.authority import AgentInWork, require_admin
from services.people.invitations import Invited, invite_in
from services.people.skills import change_levels
from services.roster.columns import HEADINGS, KNOWN, ROLES, STATES, Column, column_of
from services.roster.rows import RosterFault, RosterRow, parsed
from services.work.export_reasons import ExportWhy
from services.work.unit_of_work import UnitOfWork, UnitsOfWork

NEEDED = (Column.LAST_NAME, Column.FIRST_NAME, Column.EMAIL, Column.DEPARTMENT)
"""What an invitation cannot do without."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterChange:
    """What a row does."""

    row: int
    username: str
    is_new: bool
    fields: tuple[str, ...]
    """The names of the fields that change; of a new person all that are given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterReport:
    """What a sheet does, or would do."""

    changes: tuple[RosterChange, ...]
    same: int
    faults: tuple[RosterFault, ...]
    ignored: tuple[str, ...]
    """Headings that are no columns of ours."""
    invited: tuple[Invited, ...] = ()
    """The invitations with their links' tokens, which are shown only once; empty for a trial."""
    is_written: bool = False


@dataclass(slots=True)
class _Plan:
    """The rows with what they change."""

    new: list[tuple[RosterRow, RosterChange]] = field(default_factory=list)
    known: list[tuple[RosterRow, Agent, dict[str, object], dict[UUID, int], RosterChange]] = field(
        default_factory=list
    )
    same: int = 0
    faults: list[RosterFault] = field(default_factory=list)

    @property
    def changes(self) -> tuple[RosterChange, ...]:
        changes = [*(one[-1] for one in self.new), *(one[-1] for one in self.known)]
        return tuple(sorted(changes, key=lambda one: one.row))


class Roster:
    """The people as a sheet. For administrators; all others get ``NotAllowedError``."""

    def __init__(self, units: UnitsOfWork) -> None:
        self._units = units

    async def export(
        self, by: Agent, *, why: ExportWhy, is_xlsx: bool, language: str
    ) -> AsyncGenerator[bytes]:
        """Return everybody as CSV or XLSX, in parts; recorded in the audit log with the reason."""
        async with self._units.begin() as work:
            await require_admin(work.session, by)
            why = why.checked()
            people = await agent_queries.everyone(work.session)
            skills = {one.id: one.name for one in await skill_queries.skills(work.session)}
            levels = await skill_queries.levels(work.session)
            kind = 'xlsx' if is_xlsx else 'csv'
            details = {'people': len(people), 'format': kind, **why.details}
            work.record(by, AuditAction.PEOPLE_EXPORTED, reason=why.words, details=details)
        place = 0 if language == 'ko' else 1
        rows = [[names[place] for names in HEADINGS.values()]]
        rows += [_cells(one, skills, levels.get(one.id, {}), place) for one in people]

        async def batches() -> AsyncIterator[Rows]:
            yield rows

        return sheets.xlsx_stream(batches()) if is_xlsx else sheets.csv_stream(batches())

    async def run(self, by: Agent, file: ImportFile, *, is_trial: bool) -> RosterReport:
        """Try a sheet, or import it.

        Raises:
            NotAllowedError: not an administrator.
            InvalidInputError: not a sheet, too large, or without a column of sign-in names.
            ConflictError: it would leave no administrator.
        """
        async with self._units.db.reading() as session:
            await require_admin(session, by)
        headings, rows, faults = await _read(file)
        ignored = tuple(one for one in headings if one and column_of(one) is None)
        async with self._units.begin() as work:
            decider, people, skills = await _everything(work, by)
            plan = await _planned(work, rows, people, skills)
            plan.faults[:0] = faults
            report = RosterReport(
                changes=plan.changes, same=plan.same, ignored=ignored,
                faults=tuple(sorted(plan.faults, key=lambda one: one.row)),
            )  # fmt: skip
            if is_trial or report.faults:
                return report
            invited = await _written(work, decider, plan, people)
        return RosterReport(
            changes=report.changes, same=report.same, faults=(), ignored=ignored,
            invited=tuple(invited), is_written=True,
        )  # fmt: skip


def links_file(invited: Sequence[Invited], place: str, headings: Sequence[str]) -> bytes:
    """Return the links of invited people as CSV; they cannot be read again. ``place`` stands before each token."""
    rows = [list(headings)]
    rows += [
        [one.invitation.username, one.invitation.email, f'{place}{one.token}'] for one in invited
    ]
    return sheets.BYTE_ORDER_MARK + sheets.csv_bytes(rows)


def _cells(
    one: Agent, skills: Mapping[UUID, str], levels: Mapping[UUID, int], place: int
) -> list[str]:
    had = sorted((skills[skill_id], level) for skill_id, level in levels.items())
    cells = {
        Column.USERNAME: one.username,
        Column.LAST_NAME: one.last_name,
        Column.FIRST_NAME: one.first_name,
        Column.EMAIL: one.email,
        Column.ROLE: ROLES[one.role][place],
        Column.DEPARTMENT: one.department,
        Column.CAPACITY: str(one.chat_capacity),
        Column.SKILLS: '; '.join(f'{name}:{level}' for name, level in had),
        Column.STATE: STATES[one.is_active][place],
    }
    return [cells[column] for column in HEADINGS]


async def _read(file: ImportFile) -> tuple[list[str], list[RosterRow], list[RosterFault]]:
    """Return headings, rows and faults of a sheet."""
    headings, lines = await sheet_lines(file.sheet, KNOWN)
    columns = [column_of(one) for one in headings]
    if Column.USERNAME not in columns:
        raise InvalidInputError('roster.no_username_column')
    rows, faults = [], []
    for line in lines:
        if line.fault is not None:
            faults.append(RosterFault(row=line.row, error=line.fault))
            continue
        named = zip(columns, line.cells, strict=False)
        cells = {column: cell for column, cell in named if column is not None}
        try:
            rows.append(parsed(line.row, cells))
        except InvalidInputError as error:
            faults.append(RosterFault(row=line.row, error=error))
    return headings, rows, faults


async def _everything(
    work: UnitOfWork, by: Agent
) -> tuple[Agent, dict[str, Agent], dict[str, Skill]]:
    """Return the administrator, everybody by sign-in name, locked, and the skills by name."""
    await invitations_queries.take_turns(work.session)
    ids = [one.id for one in await agent_queries.everyone(work.session)]
    people = await agent_queries.with_admins(work.session, ids, lock=True)
    decider = people.get(by.id)
    if decider is None or decider.role is not AgentRole.ADMIN or not decider.is_active:
        raise NotAllowedError('settings.admins_only')
    skills = {one.name: one for one in await skill_queries.skills(work.session)}
    return decider, {one.username.lower(): one for one in people.values()}, skills


async def _planned(
    work: UnitOfWork,
    rows: Sequence[RosterRow],
    people: Mapping[str, Agent],
    skills: Mapping[str, Skill],
) -> _Plan:
    plan, seen = _Plan(), set[str]()
    levels = await skill_queries.levels(work.session)
    emails = {one.email.lower() for one in people.values()}
    for row in rows:
        key = row.username.lower()
        try:
            if key in seen:
                raise InvalidInputError('roster.twice')
            seen.add(key)
            agent = people.get(key)
            if agent is None:
                _plan_new(plan, row, emails)
            else:
                _plan_known(plan, row, agent, skills, levels.get(agent.id, {}))
        except DeskError as error:
            plan.faults.append(RosterFault(row=row.row, error=error))
    return plan


def _plan_new(plan: _Plan, row: RosterRow, emails: set[str]) -> None:
    if any(column.value not in row.names for column in NEEDED):
        raise InvalidInputError('roster.incomplete')
    email = row.names[Column.EMAIL.value].lower()
    if email in emails:
        raise ConflictError('invite.email_taken')
    emails.add(email)
    fields = tuple(row.names)
    change = RosterChange(row=row.row, username=row.username, is_new=True, fields=fields)
    plan.new.append((row, change))


def _plan_known(
    plan: _Plan,
    row: RosterRow,
    agent: Agent,
    skills: Mapping[str, Skill],
    had: Mapping[UUID, int],
) -> None:
    wanted: dict[str, object] = {
        name: value for name, value in row.names.items() if name != Column.EMAIL.value
    }
    if row.names.get(Column.EMAIL.value, agent.email).lower() != agent.email.lower():
        raise ConflictError('roster.email_stays')
    wanted |= {'role': row.role} if row.role else {}
    wanted |= {'chat_capacity': row.capacity} if row.capacity else {}
    values = {name: value for name, value in wanted.items() if getattr(agent, name) != value}
    levels = _changed_levels(row, skills, had)
    fields = (*values, *(['skills'] if levels else []))
    if not fields:
        plan.same += 1
        return
    change = RosterChange(row=row.row, username=row.username, is_new=False, fields=fields)
    plan.known.append((row, agent, values, levels, change))


def _changed_levels(
    row: RosterRow, skills: Mapping[str, Skill], had: Mapping[UUID, int]
) -> dict[UUID, int]:
    """Return the levels that change; a skill that is not named any more gets 0."""
    if row.levels is None:
        return {}
    if unknown := [name for name in row.levels if name not in skills]:
        raise InvalidInputError('roster.unknown_skill', name=unknown[0][:40])
    wanted = {skills[name].id: level for name, level in row.levels.items()}
    every = {**dict.fromkeys(had, 0), **wanted}
    return {skill_id: level for skill_id, level in every.items() if had.get(skill_id, 0) != level}


async def _written(
    work: UnitOfWork, by: Agent, plan: _Plan, people: Mapping[str, Agent]
) -> list[Invited]:
    for _, agent, values, levels, _ in plan.known:
        person = AgentInWork(work, by, agent)
        person.set(values)
        await change_levels(person, levels)
    if not any(one.role is AgentRole.ADMIN and one.is_active for one in people.values()):
        raise ConflictError('agent.last_admin')
    invited = []
    for row, _ in plan.new:
        names = {**row.names, 'username': row.username}
        invited.append(await invite_in(work, by, names, row.role or AgentRole.AGENT))
    details = {'new': len(plan.new), 'changed': len(plan.known)}
    work.record(by, AuditAction.PEOPLE_IMPORTED, details=details)
    return invited

"""The shift table: who is planned when, with activities such as 식사 and 교육. For supervisors, within their reach."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from desk import clock
from desk.errors import InvalidInputError, NotFoundError
from models import Agent, AuditAction, Shift
from services.contacts.access import require_supervisor
from services.people import agent_queries, state_queries
from services.reports import shift_queries as queries
from services.reports.adherence import WORK, PlannedPart
from services.work.unit_of_work import UnitsOfWork

MOST_ACTIVITIES = 8
MOST_DAYS = 31
"""The most days that are planned at once."""
_HOUR = re.compile(r'([01]\d|2[0-3]):[0-5]\d')


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedActivity:
    """An activity as typed: an away reason's code, and times as ``HH:MM``."""

    code: str
    begin: str
    until: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftPlan:
    """A shift as typed: the first day, how many days in a row, and times as ``HH:MM``; an earlier end is the next day's."""

    day: date
    begin: str
    until: str
    activities: Sequence[PlannedActivity] = ()
    days: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedShift:
    """A shift of an agent."""

    shift: Shift
    name: str


class Shifts:
    """Planned shifts; ``NotAllowedError`` for agents."""

    def __init__(self, units: UnitsOfWork) -> None:
        self._units = units
        self._db = units.db

    async def of_day(self, by: Agent, day: date) -> list[PlannedShift]:
        """Return the shifts that begin on a day, the earliest first."""
        require_supervisor(by)
        async with self._db.reading() as session:
            shifts = await queries.of_day(session, day)
            people = {one.id: one for one in await agent_queries.everyone(session)}
        return [
            PlannedShift(shift=one, name=people[one.agent_id].name)
            for one in shifts
            if by.reaches(people[one.agent_id].department)
        ]

    async def people(self, by: Agent) -> dict[UUID, str]:
        """Return the names of those whom a supervisor can plan, by name."""
        require_supervisor(by)
        async with self._db.reading() as session:
            everyone = await agent_queries.everyone(session)
        found = [one for one in everyone if one.is_active and by.reaches(one.department)]
        return {one.id: one.name for one in sorted(found, key=lambda one: one.name)}

    async def plan(self, by: Agent, agent_id: UUID, plan: ShiftPlan) -> None:
        """Plan an agent's shift, in place of any that they had on these days.

        Raises:
            NotAllowedError: not a supervisor.
            NotFoundError: there is no such agent within their reach.
            InvalidInputError: times that cannot be, activities outside of the shift or at the same time, too many days.
        """
        require_supervisor(by)
        if not 1 <= plan.days <= MOST_DAYS:
            raise InvalidInputError('shift.days', most=MOST_DAYS)
        days = [plan.day + timedelta(days=one) for one in range(plan.days)]
        async with self._units.begin() as work:
            agent = await agent_queries.by_id(work.session, agent_id, lock=True)
            if agent is None or not by.reaches(agent.department):
                raise NotFoundError('agent.not_found')
            codes = {one.code for one in await state_queries.reasons(work.session)}
            shifts = [shift_of(by, agent_id, plan, day, codes) for day in days]
            await queries.remove(work.session, agent_id, days)
            work.session.add_all(shifts)
            work.record(by, AuditAction.SHIFT_CHANGED, subject=agent, details={'days': len(days)})

    async def remove(self, by: Agent, agent_id: UUID, day: date) -> None:
        """Remove an agent's shift of a day; none is no error. Raises as ``plan``."""
        require_supervisor(by)
        async with self._units.begin() as work:
            agent = await agent_queries.by_id(work.session, agent_id, lock=True)
            if agent is None or not by.reaches(agent.department):
                raise NotFoundError('agent.not_found')
            if await queries.remove(work.session, agent_id, [day]):
                work.record(by, AuditAction.SHIFT_CHANGED, subject=agent, details={'removed': 1})


def parts_of(shift: Shift) -> list[PlannedPart]:
    """Return the parts of a shift, one after another: its activities, and work between them."""
    found: list[PlannedPart] = []
    since = shift.begin
    for one in shift.activities:
        begin, until = (datetime.fromisoformat(one[name]) for name in ('begin', 'until'))
        if begin > since:
            found.append(PlannedPart(activity=WORK, begin=since, end=begin))
        found.append(PlannedPart(activity=one['code'], begin=begin, end=until))
        since = until
    if shift.until > since:
        found.append(PlannedPart(activity=WORK, begin=since, end=shift.until))
    return found


def shift_of(by: Agent, agent_id: UUID, plan: ShiftPlan, day: date, codes: set[str]) -> Shift:
    """Return a plan as a row of one of its days. Raises ``InvalidInputError``: times or activities that cannot be."""
    begin = _at(day, plan.begin)
    until = _after(begin, plan.until)
    if len(plan.activities) > MOST_ACTIVITIES:
        raise InvalidInputError('shift.activities', most=MOST_ACTIVITIES)
    activities = []
    for one in plan.activities:
        starts = begin if one.begin == plan.begin else _after(begin, one.begin)
        activities.append((starts, _after(starts, one.until), one.code))
    activities.sort()
    reached = begin
    for starts, ends, code in activities:
        if code not in codes or starts < reached or ends > until:
            raise InvalidInputError('shift.activity')
        reached = ends
    return Shift(
        agent_id=agent_id,
        day=day,
        begin=begin,
        until=until,
        changed_by_id=by.id,
        activities=[
            {'code': code, 'begin': starts.isoformat(), 'until': ends.isoformat()}
            for starts, ends, code in activities
        ],
    )


def _at(day: date, typed: str) -> datetime:
    if not _HOUR.fullmatch(typed):
        raise InvalidInputError('shift.time')
    return datetime.combine(day, time.fromisoformat(typed), clock.SEOUL)


def _after(begin: datetime, typed: str) -> datetime:
    """Return the first time of day ``typed`` after ``begin``."""
    at = _at(begin.astimezone(clock.SEOUL).date(), typed)
    return at if at > begin else at + timedelta(days=1)

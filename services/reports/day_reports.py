"""상담원 하루: the days of all agents, from what they were, what they had in hand, and their planned shifts."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from desk import clock
from desk.db import Database
from models import Agent, AgentStatus, Shift
from services.contacts.access import require_supervisor
from services.floor import board_queries
from services.floor.board import AgentNow
from services.floor.definitions import Definition, beginning_of, definition_of, end_of
from services.floor.ledger import Ledger
from services.people import state_queries
from services.reports import queries, shift_queries
from services.reports.adherence import adherence
from services.reports.agent_days import (
    AgentDay,
    Loads,
    Moment,
    Stretch,
    loads_of,
    occupancy,
    stretches,
)
from services.reports.report_query import ReportQuery
from services.reports.shifts import parts_of


class DayReports:
    """Agents' days, for supervisors and administrators; all others get ``NotAllowedError``."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def agent_days(self, watcher: Agent, query: ReportQuery) -> list[AgentDay]:
        """Return the days of all who were there, or planned, on the query's last day, by name; today's until now."""
        require_supervisor(watcher)
        day = query.days[1]
        begin, until = beginning_of(day), min(end_of(day), clock.now())
        if until <= begin:
            return []
        async with self._db.reading() as session:
            people = await board_queries.agents_now(session)
            changes = await queries.status_changes(session, begin, until)
            facts = await board_queries.facts_of_day(session, begin, until)
            planned = await shift_queries.between(session, begin, end_of(day))
            codes = {one.id: one.code for one in await state_queries.reasons(session)}
        loads = loads_of(Ledger(day, {}), facts, {one.id: one.capacity for one in people})
        moments: dict[UUID, list[Moment]] = defaultdict(list)
        for agent_id, at, status, reason_id in changes:
            moments[agent_id].append((at, status, reason_id))
        shifts: dict[UUID, list[Shift]] = defaultdict(list)
        for shift in planned:
            shifts[shift.agent_id].append(shift)
        found = []
        for one in people:
            is_asked = query.department in ('', one.department) and watcher.reaches(one.department)
            states = stretches(begin, until, moments[one.id])
            was_there = any(state.status is not AgentStatus.OFFLINE for state in states)
            if is_asked and (was_there or shifts[one.id]):
                load = loads.get(one.id, [])
                found.append(
                    _day(one, states, load, shifts[one.id], codes, definition_of(day), end_of(day))
                )
        return sorted(found, key=lambda one: (one.name, one.agent_id))


def _day(  # noqa: PLR0913, PLR0917 - all that makes an agent's day
    agent: AgentNow,
    states: Sequence[Stretch],
    load: Loads,
    shifts: Sequence[Shift],
    codes: dict[UUID, str],
    definition: Definition,
    until: datetime,
) -> AgentDay:
    begin = states[0].begin
    found = [adherence(parts_of(one), states, codes, definition) for one in shifts]
    planned = sum(one.planned_seconds for one in found)
    kept = sum(one.kept_seconds for one in found)
    plan = [
        (part.activity, max(part.begin, begin), min(part.end, until))
        for one in shifts
        for part in parts_of(one)
        if part.end > begin and part.begin < until
    ]
    return AgentDay(
        agent_id=agent.id,
        name=agent.name,
        department=agent.department,
        stretches=states,
        occupancy=occupancy(states, load),
        plan=plan,
        planned_seconds=planned,
        adherence=100 * kept / planned if planned else None,
    )

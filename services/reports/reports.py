"""Reports of a day, a week, a month or any period, from the rollups; every number opens its contacts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from desk import clock
from desk.db import Database
from models import Agent, Channel, Queue, ReportLine
from services.contacts import category_queries
from services.contacts.categories import paths_of
from services.floor import board_queries
from services.floor.definitions import definition_of
from services.floor.live_board import check_role
from services.history import queries as history_queries
from services.people import agent_queries
from services.reports import queries
from services.reports.figures import FORMULAS, Figure, Formula, Span, Tally, Unit
from services.reports.queries import Counts, Scope
from services.reports.report_query import Grouping, Key, ReportQuery
from services.reports.rollups import Rollups

CATCH_UP_SECONDS = 2.0
"""A reader waits for so long until the newest facts are counted."""
PAGE = 50


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of one row, of one cell of the heat map, or of the whole."""

    counts: Counts

    def count(self, figure: Figure) -> int:
        """Return the number of contacts that make a figure: the length of its list."""
        return self.counts.tallies[FORMULAS[figure].of]

    def value(self, figure: Figure) -> float | None:
        """Return a figure: contacts, percent, seconds or points. ``None`` without anything to divide by."""
        formula, whole = FORMULAS[figure], self.count(figure)
        if formula.unit is Unit.CONTACTS:
            return whole
        if not whole:
            return None
        if formula.share:
            return 100 * self.counts.tallies[formula.share] / whole
        total = sum(self.counts.sums[one] for one in formula.spans)
        return total / whole if formula.unit is Unit.POINTS else total / 1000 / whole


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    """One row of a report."""

    key: Key
    name: str
    """Empty for contacts without one; days, hours and channels are named by the reader."""
    name_en: str
    numbers: Numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One report."""

    query: ReportQuery
    since: date
    until: date
    rows: Sequence[ReportRow]
    total: Numbers
    versions: Sequence[int]
    """The versions of the definition that hold in the period."""
    computed_at: datetime
    waiting: int
    """The number of contacts that are not counted yet; 0 but after an upgrade or a great import."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportContact:
    """One contact behind a number, as far as it counts there."""

    id: UUID
    channel: Channel
    came_at: datetime
    name: str
    """The customer's, as far as it is known."""
    queue_id: UUID | None
    agent_id: UUID | None
    outcome: str | None
    counts: bool
    """For a percentage, whether it counts towards it."""
    seconds: float | None
    """For an average of times, this contact's."""
    points: int | None = None
    """For an average of ratings, this contact's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportContacts:
    """One page of the contacts behind a number, in order of arrival."""

    count: int
    contacts: Sequence[ReportContact]
    queues: Mapping[UUID, Queue]
    agents: Mapping[UUID, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A number that was chosen: a figure of one row, of a cell of the heat map, or of the whole."""

    figure: Figure
    key: Key = None
    is_total: bool = False
    weekday: int | None = None
    hour: int | None = None


class Reports:
    """Reports, for supervisors and administrators; all others get ``NotAllowedError``."""

    def __init__(self, db: Database, rollups: Rollups) -> None:
        self._db = db
        self._rollups = rollups

    def check(self, watcher: Agent) -> None:
        """Raise ``NotAllowedError`` unless a supervisor asks."""
        check_role(watcher)

    async def report(self, watcher: Agent, query: ReportQuery) -> Report:
        """Return the figures of a period by group, the newest facts included."""
        check_role(watcher)
        waiting = await self._rollups.catch_up(seconds=CATCH_UP_SECONDS)
        scope = _scope(watcher, query)
        async with self._db.reading() as session:
            found = await queries.counts(session, scope, query.group)
            names = await self._names(watcher, query.group, [one.key for one in found])
        rows = [
            ReportRow(
                key=one.key,
                name=names.get(one.key, ('', ''))[0],
                name_en=names.get(one.key, ('', ''))[1],
                numbers=Numbers(one),
            )
            for one in found
        ]
        return Report(
            query=query,
            since=scope.since,
            until=scope.until,
            rows=sorted(rows, key=_order),
            total=Numbers(_sum(found)),
            versions=_versions(scope),
            computed_at=clock.now(),
            waiting=waiting,
        )

    async def heat(self, watcher: Agent, query: ReportQuery) -> Mapping[tuple[int, int], Numbers]:
        """Return the numbers by weekday (0 for Monday) and hour; hours without any contact are left out."""
        check_role(watcher)
        async with self._db.reading() as session:
            found = await queries.heat(session, _scope(watcher, query))
        return {place: Numbers(one) for place, one in found}

    async def contacts(
        self,
        watcher: Agent,
        query: ReportQuery,
        choice: Choice,
        *,
        limit: int = PAGE,
        offset: int = 0,
    ) -> ReportContacts:
        """Return the contacts behind a number; ``count`` is that number."""
        check_role(watcher)
        formula = FORMULAS[choice.figure]
        where = []
        if choice.weekday is not None and choice.hour is not None:
            where.append(queries.of_weekday(choice.weekday, choice.hour))
        elif not choice.is_total:
            where.append(queries.of_group(query.group, choice.key))
        scope = _scope(watcher, query)
        async with self._db.reading() as session:
            count = await queries.line_count(session, scope, formula, where)
            lines = await queries.lines(session, scope, formula, where, limit=limit, offset=offset)
            ids = [line.contact_id for line, _counts in lines]
            rows = {one.id: one for one in await history_queries.rows(session, watcher, ids)}
            people = [line.agent_id for line, _counts in lines if line.agent_id]
            agents = await agent_queries.named(session, people)
            queues = {one.id: one for one in await board_queries.queues(session)}
        contacts = [
            ReportContact(
                id=line.contact_id,
                channel=Channel(line.channel),
                came_at=line.came_at,
                name=_name(rows.get(line.contact_id)),
                queue_id=line.queue_id,
                agent_id=line.agent_id,
                outcome=line.outcome,
                counts=counts,
                seconds=_seconds(line, formula),
                points=line.rating if formula.unit is Unit.POINTS else None,
            )
            for line, counts in lines
        ]
        return ReportContacts(count=count, contacts=contacts, queues=queues, agents=agents)

    async def _names(
        self, watcher: Agent, group: Grouping, keys: Collection[Key]
    ) -> dict[Key, tuple[str, str]]:
        """Return the Korean and English names of these groups."""
        ids = [one for one in keys if isinstance(one, UUID)]
        async with self._db.reading() as session:
            match group:
                case Grouping.QUEUE:
                    queues = await board_queries.queues(session)
                    return {one.id: (one.name, one.name_en) for one in queues}
                case Grouping.AGENT:
                    named = await agent_queries.named(session, ids)
                    return {one: (name, name) for one, name in named.items()}
                case Grouping.CATEGORY:
                    nodes = await category_queries.seen_by(session, watcher)
                    return {one.id: (one.path, one.path_en) for one in paths_of(nodes)}
                case _:
                    return {}


def _scope(watcher: Agent, query: ReportQuery) -> Scope:
    """Return the days of a query, and its department as far as the watcher reaches it."""
    since, until = query.days
    if not query.department:
        return Scope(since, until, watcher.reach)
    return Scope(since, until, (query.department,) if watcher.reaches(query.department) else ())


def _versions(scope: Scope) -> list[int]:
    days = (scope.until - scope.since).days + 1
    found = {definition_of(scope.since + timedelta(days=one)).version for one in range(days)}
    return sorted(found)


def _sum(found: Sequence[Counts]) -> Counts:
    return Counts(
        None,
        {tally: sum(one.tallies[tally] for one in found) for tally in Tally},
        {span: sum(one.sums[span] for one in found) for span in Span},
    )


def _order(row: ReportRow) -> tuple[bool, str]:
    """Order rows by name, days and hours by time; contacts without one come last."""
    key = f'{row.key:02}' if isinstance(row.key, int) else str(row.key)
    return row.key is None, row.name or key


def _name(row: history_queries.ContactRow | None) -> str:
    if row is None:
        return ''
    return row.Customer.name if row.Customer else row.name


def _seconds(line: ReportLine, formula: Formula) -> float | None:
    if formula.unit is not Unit.SECONDS:
        return None
    times = {
        Span.WAIT: line.wait_ms,
        Span.REPLY: line.reply_ms,
        Span.TALK: line.talk_ms,
        Span.HOLD: line.hold_ms,
        Span.WRAP_UP: line.wrap_up_ms,
    }
    return sum(times[one] for one in formula.spans) / 1000

"""Queries for reports, all on the rollups: numbers by group, and the lines behind a number."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, literal, true
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import AgentStatus, AgentStatusChange, Queue, ReportLine
from services.floor.ledger import Bucket
from services.reports.figures import Formula, Span, Tally
from services.reports.report_query import Grouping, Key

_LINE = ReportLine
_outcome = col(_LINE.outcome)
_answered = _outcome.in_((Bucket.IN_TIME.value, Bucket.LATE.value))

HOLDS: Mapping[Tally, ColumnElement[bool]] = {
    Tally.ARRIVED: col(_LINE.has_arrived).is_(True),
    Tally.ANSWERED: _answered,
    Tally.IN_TIME: _outcome == Bucket.IN_TIME.value,
    Tally.ABANDONED: _outcome == Bucket.ABANDONED.value,
    Tally.SHORT: _outcome == Bucket.SHORT.value,
    Tally.DECIDED: _outcome.is_not(None),
    Tally.LEVELLED: _outcome != Bucket.SHORT.value,
    Tally.REPLIED: col(_LINE.has_reply).is_(True),
    Tally.HANDLED: col(_LINE.was_handled).is_(True),
    Tally.TRANSFERRED: col(_LINE.was_transferred).is_(True),
    Tally.REPEATED: and_(_answered, col(_LINE.is_repeat)),
    Tally.JUDGED: col(_LINE.has_mood).is_(True),
    Tally.NEGATIVE: col(_LINE.is_negative).is_(True),
    Tally.PROMISED: col(_LINE.has_promise).is_(True),
    Tally.KEPT: col(_LINE.has_kept).is_(True),
    Tally.RATED: col(_LINE.has_rating).is_(True),
}
"""The lines that each tally counts: for its number and for the list behind it alike."""
_SPANS: Mapping[Span, tuple[Any, ColumnElement[bool]]] = {
    Span.WAIT: (col(_LINE.wait_ms), _answered),
    Span.REPLY: (col(_LINE.reply_ms), true()),
    Span.TALK: (col(_LINE.talk_ms), true()),
    Span.HOLD: (col(_LINE.hold_ms), true()),
    Span.WRAP_UP: (col(_LINE.wrap_up_ms), true()),
    Span.RATING: (col(_LINE.rating), true()),
}
_KEYS: Mapping[Grouping, Any] = {
    Grouping.QUEUE: col(_LINE.queue_id),
    Grouping.AGENT: col(_LINE.agent_id),
    Grouping.DAY: col(_LINE.day),
    Grouping.HOUR: col(_LINE.hour),
    Grouping.CATEGORY: col(_LINE.category_id),
    Grouping.CHANNEL: col(_LINE.channel),
}


class Scope(NamedTuple):
    """The days of a report, both included, and its departments (``None``: all)."""

    since: date
    until: date
    departments: tuple[str, ...] | None


class Counts(NamedTuple):
    """The numbers of one group."""

    key: Key
    tallies: Mapping[Tally, int]
    sums: Mapping[Span, int]


async def counts(session: AsyncSession, scope: Scope, group: Grouping) -> list[Counts]:
    """Return the numbers of each group; unordered."""
    key = _KEYS[group]
    statement = _numbers(key).where(*_within(scope)).group_by(key)
    return [_counts(row[0], row[1:]) for row in (await session.exec(statement)).all()]  # type: ignore[call-overload]  # of any columns


async def heat(session: AsyncSession, scope: Scope) -> list[tuple[tuple[int, int], Counts]]:
    """Return the numbers by weekday (0 for Monday) and hour; unordered."""
    weekday = func.extract('isodow', col(_LINE.day)) - 1
    hour = col(_LINE.hour)
    statement = _numbers(weekday, hour).where(*_within(scope)).group_by(weekday, hour)
    rows = (await session.exec(statement)).all()  # type: ignore[call-overload]  # of any columns
    return [((int(row[0]), row[1]), _counts(None, row[2:])) for row in rows]


async def lines(
    session: AsyncSession,
    scope: Scope,
    formula: Formula,
    where: Sequence[ColumnElement[bool]],
    *,
    limit: int,
    offset: int,
) -> list[tuple[ReportLine, bool]]:
    """Return the lines behind a number, in order of arrival, and whether each counts towards its share."""
    counts_too = HOLDS[formula.share] if formula.share else true()
    statement = select(_LINE, counts_too).where(*_within(scope), *where, HOLDS[formula.of])
    ordered = statement.order_by(col(_LINE.came_at), col(_LINE.contact_id), col(_LINE.number))
    rows = (await session.exec(ordered.limit(limit).offset(offset))).all()
    return [(line, bool(counts)) for line, counts in rows]


async def line_count(
    session: AsyncSession, scope: Scope, formula: Formula, where: Sequence[ColumnElement[bool]]
) -> int:
    """Return how many lines are behind a number."""
    statement = select(func.count()).select_from(_LINE)
    return (await session.exec(statement.where(*_within(scope), *where, HOLDS[formula.of]))).one()


def of_group(group: Grouping, key: Key) -> ColumnElement[bool]:
    """Return the condition for lines of one group."""
    found: ColumnElement[bool] = _KEYS[group].is_not_distinct_from(key)
    return found


def of_weekday(weekday: int, hour: int) -> ColumnElement[bool]:
    """Return the condition for lines of a weekday (0 for Monday) and hour."""
    is_weekday = func.extract('isodow', col(_LINE.day)) == weekday + 1
    return and_(is_weekday, col(_LINE.hour) == hour)


def _within(scope: Scope) -> list[ColumnElement[bool]]:
    found = [col(_LINE.day) >= scope.since, col(_LINE.day) <= scope.until]
    if scope.departments is not None:
        queues = select(col(Queue.id)).where(col(Queue.department).in_(scope.departments))
        found.append(col(_LINE.queue_id).in_(queues))
    return found


def _numbers(*keys: Any) -> Select[Any]:
    """Select the keys, all tallies, and all sums."""
    tallies = [func.count().filter(condition) for condition in HOLDS.values()]
    sums = [
        func.coalesce(func.sum(column).filter(condition), literal(0))
        for column, condition in _SPANS.values()
    ]
    return select(*keys, *tallies, *sums)  # type: ignore[no-any-return]  # more columns than its stub counts


def _counts(key: Key, values: Sequence[Any]) -> Counts:
    tallies = dict(zip(HOLDS, values[: len(HOLDS)], strict=True))
    sums = zip(_SPANS, values[len(HOLDS) :], strict=True)
    return Counts(key, tallies, {span: int(total) for span, total in sums})


async def status_changes(
    session: AsyncSession, begin: datetime, until: datetime
) -> list[tuple[UUID, datetime, AgentStatus, UUID | None]]:
    """Return, in order, agents' changes of state between two times, and each agent's last one before."""
    change = AgentStatusChange
    columns = select(change.agent_id, change.created_at, change.status, change.reason_id)
    before = (
        columns.ext(distinct_on(col(change.agent_id)))
        .where(col(change.created_at) < begin)
        .order_by(col(change.agent_id), col(change.created_at).desc())
    )
    during = columns.where(col(change.created_at) >= begin, col(change.created_at) < until)
    found = [
        *(await session.exec(before)).all(),
        *(await session.exec(during.order_by(col(change.created_at)))).all(),
    ]
    return [
        (agent_id, at, AgentStatus(status), reason_id) for agent_id, at, status, reason_id in found
    ]

"""Queries for figures by quarter hour: of waits and handling from the contacts' steps, of answers and mood from chats."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Float, and_, cast, text, true
from sqlalchemy.orm import aliased
from sqlmodel import col, func, not_, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import (
    Channel,
    ChatMood,
    ChatRating,
    ChatSession,
    ContactStep,
    Message,
    Queue,
    Sender,
    Sentiment,
    StepKind,
)
from services.floor.figures import IN_PROGRESS, SILENT

QUARTER_SECONDS = 900
Days = Collection[tuple[datetime, datetime]]
"""Each from, and exclusive until."""


class Scope(NamedTuple):
    """Days, and departments; ``None`` for all (``Agent.reach``)."""

    days: Days
    departments: tuple[str, ...] | None = None

    def has_queue(self, queue_id: Any) -> ColumnElement[bool]:
        """Return the condition that a column holds a queue of these departments."""
        if self.departments is None:
            return true()
        own = select(col(Queue.id)).where(col(Queue.department).in_(self.departments))
        found: ColumnElement[bool] = queue_id.in_(own)
        return found

    def has_department(self, department: Any) -> ColumnElement[bool]:
        """Return the condition that a column holds one of these departments."""
        if self.departments is None:
            return true()
        found: ColumnElement[bool] = department.in_(self.departments)
        return found


class Quarter(NamedTuple):
    """One quarter hour of a day: how many there were, and the sum of what is averaged over them."""

    day: str
    quarter: int
    """0 to 95, from midnight in Seoul."""
    contacts: int
    total: float


async def arrived(session: AsyncSession, scope: Scope) -> Sequence[Quarter]:
    """Return the contacts that came."""
    step = ContactStep
    came = and_(col(step.kind) == StepKind.CREATED, scope.has_queue(col(step.queue_id)))
    return await _read(session, col(step.at), scope.days, came)


async def first_outcomes(session: AsyncSession, scope: Scope, kind: StepKind) -> Sequence[Quarter]:
    """Return the contacts whose first wait ended by ``kind`` (taken or abandoned), and how long they had waited in seconds."""
    step = ContactStep
    waited = seconds_between(col(step.came_at), col(step.at))
    is_within = scope.has_queue(col(step.queue_id))
    is_outcome = and_(col(step.kind) == kind, is_first_outcome(), is_within)
    return await _read(session, col(step.at), scope.days, is_outcome, total=func.sum(waited))


def is_first_outcome() -> ColumnElement[bool]:
    """Return the condition that a step says how its contact's first wait ended: taken, or abandoned."""
    step, earlier = ContactStep, aliased(ContactStep)
    was_taken = (
        select(col(earlier.id))
        .where(
            col(earlier.contact_id) == col(step.contact_id),
            col(earlier.id) < col(step.id),
            col(earlier.kind) == StepKind.TAKEN,
        )
        .exists()
    )
    return and_(col(step.kind).in_((StepKind.TAKEN, StepKind.ABANDONED)), not_(was_taken))


async def first_responses(session: AsyncSession, scope: Scope) -> Sequence[Quarter]:
    """Return the chats whose first answer was written then, and how long after their start in seconds."""
    answered = (
        select(func.min(col(Message.created_at)))
        .where(
            col(Message.chat_session_id) == col(ChatSession.id),
            col(Message.sender) == Sender.AGENT,
        )
        .scalar_subquery()
    )
    chats = (
        select(col(ChatSession.start_time).label('began'), answered.label('answered'))
        .where(
            within(col(ChatSession.start_time), scope.days),
            scope.has_department(col(ChatSession.department)),
        )
        .subquery()
    )
    taken = seconds_between(chats.c.began, chats.c.answered)
    is_answered = chats.c.answered.is_not(None)
    return await _read(session, chats.c.answered, scope.days, is_answered, total=func.sum(taken))


async def handled(session: AsyncSession, scope: Scope) -> Sequence[Quarter]:
    """Return the talks that ended then, and what was spent on contacts (talk, a call's hold, 후처리) in seconds."""
    span = spans(scope.days)
    ended, spent = handling_of(span)
    is_over = and_(span.c.until.is_not(None), scope.has_queue(span.c.queue_id))
    return await _read(session, span.c.until, scope.days, is_over, count=ended, total=spent)


def handling_of(span: Any) -> tuple[Any, Any]:
    """Return two aggregates over ``spans``: the talks that ended, and the seconds that count as 처리."""
    is_talk = span.c.kind.in_(IN_PROGRESS)
    is_hold = and_(span.c.kind == StepKind.HELD, span.c.channel == Channel.CALL)
    counts = or_(is_talk, is_hold, span.c.kind == StepKind.WRAP_UP_BEGUN)
    is_end = and_(
        or_(is_talk, span.c.kind == StepKind.HELD),
        span.c.next_kind.not_in((*IN_PROGRESS, StepKind.HELD)),
    )
    spent = func.sum(seconds_between(span.c.at, span.c.until)).filter(counts)
    return func.count().filter(is_end), spent


async def wrapped_up(session: AsyncSession, scope: Scope) -> Sequence[Quarter]:
    """Return the wrap-ups that ended then, and how long they took in seconds."""
    span = spans(scope.days)
    is_done = and_(
        span.c.kind == StepKind.WRAP_UP_BEGUN,
        span.c.until.is_not(None),
        scope.has_queue(span.c.queue_id),
    )
    took = seconds_between(span.c.at, span.c.until)
    return await _read(session, span.c.until, scope.days, is_done, total=func.sum(took))


async def moods(session: AsyncSession, scope: Scope) -> Sequence[Quarter]:
    """Return the chats that began then and whose mood is known; 100 is added for each negative one."""
    moods = (
        select(col(ChatSession.start_time).label('began'), col(ChatMood.sentiment).label('mood'))
        .join(ChatMood, col(ChatMood.chat_session_id) == col(ChatSession.id))
        .where(
            within(col(ChatSession.start_time), scope.days),
            scope.has_department(col(ChatSession.department)),
        )
        .subquery()
    )
    upset = func.count().filter(moods.c.mood == Sentiment.NEGATIVE) * 100
    return await _read(session, moods.c.began, scope.days, moods.c.mood.is_not(None), total=upset)


async def ratings(session: AsyncSession, scope: Scope) -> Sequence[Quarter]:
    """Return the ratings first given then, and the sum of their present scores."""
    rating = ChatRating
    own = select(col(ChatSession.id)).where(scope.has_department(col(ChatSession.department)))
    is_own = true() if scope.departments is None else col(rating.chat_session_id).in_(own)
    total = func.sum(col(rating.score))
    return await _read(session, col(rating.created_at), scope.days, is_own, total=total)


def spans(days: Days) -> Any:
    """Return the steps of these days that move a contact, each with the next one of its contact."""
    step = ContactStep
    in_order: dict[str, Any] = {'partition_by': col(step.contact_id), 'order_by': col(step.id)}
    columns: tuple[Any, ...] = (
        col(step.queue_id),
        col(step.kind),
        col(step.channel),
        col(step.at),
        func.lead(col(step.kind)).over(**in_order).label('next_kind'),
        func.lead(col(step.at)).over(**in_order).label('until'),
    )
    return (
        select(*columns)
        .where(
            within(col(step.at), days),
            col(step.kind).in_(set(StepKind) - SILENT),
            # a contact that is reopened into its queue is nobody's talk
            or_(col(step.kind) != StepKind.REOPENED, col(step.agent_id).is_not(None)),
        )
        .subquery()
    )


async def _read(
    session: AsyncSession,
    at: Any,
    days: Days,
    condition: ColumnElement[bool],
    *,
    count: Any = None,
    total: Any = None,
) -> Sequence[Quarter]:
    """Group by the quarter hour of ``at`` in Seoul; ``count`` and ``total`` are aggregates, by default of all rows."""
    local = func.timezone('Asia/Seoul', at)
    day = func.to_char(local, text("'YYYY-MM-DD'"))
    second = func.extract('epoch', local - func.date_trunc(text("'day'"), local))
    quarter: Any = func.floor(second / QUARTER_SECONDS)
    rows = func.count()
    counted = rows if count is None else count
    columns: tuple[Any, ...] = (day, quarter, counted, rows if total is None else total)
    statement: Any = select(*columns).where(within(at, days), condition).group_by(text('1, 2'))
    return [
        Quarter(row[0], int(row[1]), row[2], float(row[3] or 0))
        for row in (await session.exec(statement)).all()
    ]


def within(at: Any, days: Days) -> ColumnElement[bool]:
    """Return the condition that a time lies in one of these days."""
    return or_(*(and_(at >= begin, at < end) for begin, end in days))


def seconds_between(begin: Any, end: Any) -> Any:
    """Return how many seconds lie between two times."""
    return cast(func.extract('epoch', end - begin), Float)

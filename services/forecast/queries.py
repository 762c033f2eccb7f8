"""What the day has shown of each queue and of breaks, and what became of a forecast."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import and_
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import (
    AgentLoan,
    AgentStatus,
    AgentStatusChange,
    AwayReason,
    ContactStep,
    Forecast,
    StepKind,
)
from services.floor.today_queries import (
    handling_of,
    is_first_outcome,
    seconds_between,
    spans,
    within,
)
from services.people.states import NO_ANSWER


@dataclass(slots=True)
class QueueRates:
    """What a queue's contacts do; 0 where nothing was seen."""

    arrivals: int = 0
    handled: int = 0
    handling_seconds: float = 0.0
    """The sum over the handled."""
    abandoned: int = 0
    waiting_seconds: float = 0.0
    """The sum over all whose first wait has ended."""


class BreakRates(NamedTuple):
    """How agents go on breaks."""

    breaks: int
    available_seconds: float
    away_seconds: float
    """The mean of the breaks that have ended; 0 for none."""


class Outcome(NamedTuple):
    """How the first waits in a queue ended in some time."""

    queue_id: UUID
    kind: StepKind
    contacts: int
    waited_seconds: float
    waits: list[float]


async def rates(
    session: AsyncSession, *, arrivals_since: datetime, day: tuple[datetime, datetime]
) -> dict[UUID, QueueRates]:
    """Return the rates by queue: arrivals since a time, all else of the whole day so far."""
    found: dict[UUID, QueueRates] = {}

    def of(queue_id: UUID) -> QueueRates:
        return found.setdefault(queue_id, QueueRates())

    step = ContactStep
    arrived = (
        select(col(step.queue_id), func.count())
        .where(col(step.kind) == StepKind.CREATED, col(step.at) >= arrivals_since)
        .group_by(col(step.queue_id))
    )
    for queue_id, count in (await session.exec(arrived)).all():
        if queue_id is not None:
            of(queue_id).arrivals = count
    span = spans([day])
    ended, spent = handling_of(span)
    handled: Any = select(span.c.queue_id, ended, spent).group_by(span.c.queue_id)
    for queue_id, count, seconds in (await session.exec(handled)).all():
        if queue_id is not None:
            of(queue_id).handled, of(queue_id).handling_seconds = count, float(seconds or 0)
    for outcome in await outcomes(session, *day):
        one = of(outcome.queue_id)
        one.waiting_seconds += outcome.waited_seconds
        if outcome.kind is StepKind.ABANDONED:
            one.abandoned += outcome.contacts
    return found


async def outcomes(session: AsyncSession, begin: datetime, end: datetime) -> Sequence[Outcome]:
    """Return how the first waits that ended in this time ended, by queue."""
    step = ContactStep
    waited = seconds_between(col(step.came_at), col(step.at))
    columns: tuple[Any, ...] = (
        col(step.queue_id), col(step.kind), func.count(), func.sum(waited), func.array_agg(waited),
    )  # fmt: skip
    statement: Any = (
        select(*columns)
        .where(
            within(col(step.at), [(begin, end)]),
            is_first_outcome(),
            col(step.queue_id).is_not(None),
        )
        .group_by(col(step.queue_id), col(step.kind))
    )
    return [Outcome(*row) for row in (await session.exec(statement)).all()]


async def break_rates(session: AsyncSession, begin: datetime, now: datetime) -> BreakRates:
    """Return how agents have gone on breaks in this time; to be away unasked (무응답) is no break."""
    change = AgentStatusChange
    in_order: dict[str, Any] = {
        'partition_by': col(change.agent_id),
        'order_by': col(change.created_at),
    }
    until = func.lead(col(change.created_at)).over(**in_order)
    states = (
        select(
            col(change.status),
            col(change.reason_id),
            seconds_between(col(change.created_at), func.coalesce(until, now)).label('seconds'),
            until.is_not(None).label('is_over'),
        )
        .where(col(change.created_at) >= begin)
        .subquery()
    )
    unasked = select(col(AwayReason.id)).where(col(AwayReason.code) == NO_ANSWER)
    is_break = and_(
        states.c.status == AgentStatus.AWAY,
        states.c.reason_id.is_not(None),
        states.c.reason_id.not_in(unasked),
    )
    is_available = states.c.status.in_((AgentStatus.AVAILABLE, AgentStatus.BUSY))
    statement: Any = select(
        func.count().filter(is_break),
        func.sum(states.c.seconds).filter(is_available),
        func.avg(states.c.seconds).filter(and_(is_break, states.c.is_over)),
    )
    count, available, away = (await session.exec(statement)).one()
    return BreakRates(count, float(available or 0), float(away or 0))


async def forecasts_since(session: AsyncSession, since: datetime) -> Sequence[Forecast]:
    """Return the forecasts that were acted on since then, the newest first."""
    statement = (
        select(Forecast)
        .where(col(Forecast.created_at) >= since)
        .order_by(col(Forecast.created_at).desc())
    )
    return (await session.exec(statement)).all()


async def open_loans(session: AsyncSession, agent_ids: Sequence[UUID]) -> Sequence[AgentLoan]:
    """Return the loans of these agents that have not ended."""
    statement = select(AgentLoan).where(
        col(AgentLoan.agent_id).in_(agent_ids), col(AgentLoan.ended_at).is_(None)
    )
    return (await session.exec(statement)).all()


async def due_loans(session: AsyncSession, now: datetime, *, limit: int) -> Sequence[AgentLoan]:
    """Return and lock loans whose time is over; what another process has locked is left to it."""
    statement = (
        select(AgentLoan)
        .where(col(AgentLoan.until) <= now, col(AgentLoan.ended_at).is_(None))
        .order_by(col(AgentLoan.until))
        .limit(limit)
        .with_for_update(key_share=True, skip_locked=True)
    )
    return (await session.exec(statement)).all()


async def loans_of(session: AsyncSession, by_id: UUID, until: datetime) -> Sequence[AgentLoan]:
    """Return and lock the open loans that a supervisor made until a time."""
    statement = (
        select(AgentLoan)
        .where(
            col(AgentLoan.by_id) == by_id,
            col(AgentLoan.until) == until,
            col(AgentLoan.ended_at).is_(None),
        )
        .with_for_update(key_share=True)
    )
    return (await session.exec(statement)).all()

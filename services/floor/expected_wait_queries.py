"""Queries for the expected wait: the ends of the last waits by queue, who waits now, who is on duty."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlmodel import col, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import (
    Agent,
    AgentStatus,
    Channel,
    ChatSession,
    ChatStatus,
    ContactStep,
    Queue,
    StepKind,
)
from services.floor.today_queries import is_first_outcome
from services.people import state_queries


class FirstOutcome(NamedTuple):
    """How the first wait of a chat ended."""

    came_at: datetime
    at: datetime
    agent_id: UUID | None
    """Who took it; nobody when it was abandoned."""

    @property
    def waited(self) -> timedelta:
        """Return how long the customer waited."""
        return self.at - self.came_at


class WaitingNow(NamedTuple):
    """The customers who wait in a queue."""

    customers: int
    since: datetime
    """Since when the first of them is here."""


async def last_outcomes(
    session: AsyncSession, since: datetime, *, longer_than: timedelta, most: int
) -> dict[UUID, list[FirstOutcome]]:
    """Return by queue the last ends of chats' first waits since a time, oldest first.

    At most ``most`` of waits longer than a time, and as many shorter ones.
    """
    step = ContactStep
    is_long = col(step.at) - col(step.came_at) > longer_than
    newest: Any = {'partition_by': (col(step.queue_id), is_long), 'order_by': col(step.at).desc()}
    columns: tuple[Any, ...] = (
        col(step.queue_id), col(step.came_at), col(step.at), col(step.kind), col(step.agent_id),
        func.row_number().over(**newest).label('place'),
    )  # fmt: skip
    ends = (
        select(*columns)
        .where(
            col(step.at) >= since,
            col(step.channel) == Channel.CHAT,
            col(step.queue_id).is_not(None),
            is_first_outcome(),
        )
        .subquery()
    )
    statement: Any = select(*ends.c).where(ends.c.place <= most).order_by(ends.c.at)
    found: dict[UUID, list[FirstOutcome]] = {}
    for queue_id, came_at, at, kind, agent_id, _place in (await session.exec(statement)).all():
        is_taken = StepKind(kind) is StepKind.TAKEN
        end = FirstOutcome(came_at, at, agent_id if is_taken else None)
        found.setdefault(queue_id, []).append(end)
    return found


async def limited_queues(session: AsyncSession) -> Sequence[Queue]:
    """Return the queues with a limit from which on they are crowded."""
    has_limit = or_(
        col(Queue.most_waiting).is_not(None), col(Queue.longest_wait_seconds).is_not(None)
    )
    return (await session.exec(select(Queue).where(has_limit))).all()


async def waiting_now(session: AsyncSession) -> dict[UUID, WaitingNow]:
    """Return by queue how many customers wait."""
    chat = ChatSession
    statement: Any = (
        select(col(chat.queue_id), func.count(), func.min(col(chat.start_time)))
        .where(col(chat.status) == ChatStatus.WAITING, col(chat.queue_id).is_not(None))
        .group_by(col(chat.queue_id))
    )
    rows = (await session.exec(statement)).all()
    return {queue_id: WaitingNow(count, since) for queue_id, count, since in rows}


async def on_duty(session: AsyncSession, agent_ids: Collection[UUID]) -> dict[UUID, int]:
    """Return the free places of those of these agents who take contacts: 상담 가능 and connected."""
    if not agent_ids:
        return {}
    used = state_queries.places_in_use()
    statement: Any = select(col(Agent.id), col(Agent.chat_capacity) - used).where(
        col(Agent.id).in_(agent_ids),
        col(Agent.base_status) == AgentStatus.AVAILABLE,
        col(Agent.suspended_as).is_(None),
        col(Agent.next_status).is_(None),
    )
    rows = (await session.exec(statement)).all()
    return {agent_id: max(0, free) for agent_id, free in rows}

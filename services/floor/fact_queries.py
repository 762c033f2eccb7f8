"""Queries for the facts about contacts and agents."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import AgentStatus, AgentStatusChange, ContactStep, StepKind


async def last_steps(
    session: AsyncSession, at: datetime, *, leaving_out: Collection[StepKind]
) -> Sequence[tuple[StepKind, UUID | None]]:
    """Return each contact's last step until then, and the queue where it left the contact.

    A kind that only a newer version of the desk knows is left out too.
    """
    kinds = set(StepKind) - set(leaving_out)
    statement = (
        select(ContactStep.kind, ContactStep.queue_id)
        .ext(distinct_on(col(ContactStep.contact_id)))
        .where(col(ContactStep.at) <= at, col(ContactStep.kind).in_(kinds))
        # Facts of calls may be stored late: order by the time when they happened.
        .order_by(
            col(ContactStep.contact_id), col(ContactStep.at).desc(), col(ContactStep.id).desc()
        )
    )
    return [(StepKind(kind), queue_id) for kind, queue_id in (await session.exec(statement)).all()]


async def last_states(session: AsyncSession, at: datetime) -> Sequence[AgentStatus]:
    """Return the state at that time of every agent who has ever been anything but offline."""
    statement = (
        select(AgentStatusChange.status)
        .ext(distinct_on(col(AgentStatusChange.agent_id)))
        .where(col(AgentStatusChange.created_at) <= at)
        .order_by(col(AgentStatusChange.agent_id), col(AgentStatusChange.created_at).desc())
    )
    return [AgentStatus(status) for status in (await session.exec(statement)).all()]


async def counts_by_agent(
    session: AsyncSession, queue_id: UUID, since: datetime, *, kinds: Collection[StepKind]
) -> dict[UUID, dict[StepKind, int]]:
    """Return how often each of these steps concerned each agent in a queue since then, by agent."""
    statement = (
        select(col(ContactStep.agent_id), col(ContactStep.kind), func.count())
        .where(
            col(ContactStep.at) >= since,
            col(ContactStep.queue_id) == queue_id,
            col(ContactStep.kind).in_(kinds),
            col(ContactStep.agent_id).is_not(None),
        )
        .group_by(col(ContactStep.agent_id), col(ContactStep.kind))
    )
    found: dict[UUID, dict[StepKind, int]] = {}
    for agent_id, kind, count in (await session.exec(statement)).all():
        if agent_id is not None:
            found.setdefault(agent_id, {})[StepKind(kind)] = count
    return found

"""Queries for recorded routing decisions: what was decided about contacts, and among whom."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import Agent, AgentRole, ContactStep, Queue, RoutingDecision, StepKind


async def decisions_between(
    session: AsyncSession, since: datetime, until: datetime
) -> Sequence[RoutingDecision]:
    """Return the decisions of a period, in order."""
    statement = select(RoutingDecision).where(
        col(RoutingDecision.created_at) >= since, col(RoutingDecision.created_at) < until
    )
    return (
        await session.exec(
            statement.order_by(col(RoutingDecision.created_at), col(RoutingDecision.id))
        )
    ).all()


async def last_decision(session: AsyncSession, contact_id: UUID) -> RoutingDecision | None:
    """Return the last decision about a contact."""
    statement = select(RoutingDecision).where(col(RoutingDecision.contact_id) == contact_id)
    return (
        await session.exec(statement.order_by(col(RoutingDecision.created_at).desc()).limit(1))
    ).first()


async def decisions_about(
    session: AsyncSession, contact_id: UUID, *, limit: int
) -> Sequence[RoutingDecision]:
    """Return the decisions about a contact, newest first."""
    statement = select(RoutingDecision).where(col(RoutingDecision.contact_id) == contact_id)
    newest = statement.order_by(col(RoutingDecision.created_at).desc()).limit(limit)
    return (await session.exec(newest)).all()


async def transfers_of(session: AsyncSession, contact_id: UUID) -> dict[datetime, ContactStep]:
    """Return when and why supervisors moved or assigned a contact."""
    statement = select(ContactStep).where(
        col(ContactStep.contact_id) == contact_id, col(ContactStep.kind) == StepKind.TRANSFERRED
    )
    return {step.at: step for step in (await session.exec(statement)).all()}


async def agents_of(session: AsyncSession, queue: Queue) -> Sequence[Agent]:
    """Return the active agents of a queue's first circle."""
    statement = select(Agent).where(
        col(Agent.department) == queue.department,
        col(Agent.role) == AgentRole.AGENT,
        col(Agent.is_active),
    )
    return (await session.exec(statement)).all()

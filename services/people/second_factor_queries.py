"""Queries for second factors."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from desk.db import ROW_LOCK
from models import AgentRole, SecondFactor, SecondFactorRule


async def factor(
    session: AsyncSession, agent_id: UUID, *, lock: bool = False
) -> SecondFactor | None:
    """Return a person's second factor, locked until the transaction ends if asked."""
    return await session.get(SecondFactor, agent_id, with_for_update=ROW_LOCK if lock else None)


async def people_with(session: AsyncSession) -> Sequence[UUID]:
    """Return the ids of everybody who has a second factor."""
    return (await session.exec(select(SecondFactor.agent_id))).all()


async def rule(session: AsyncSession, role: AgentRole) -> SecondFactorRule | None:
    """Return the rule of a role."""
    return await session.get(SecondFactorRule, role)


async def required_roles(session: AsyncSession) -> frozenset[AgentRole]:
    """Return the roles that need a second factor."""
    statement = select(SecondFactorRule).where(col(SecondFactorRule.is_required))
    return frozenset(rule.role for rule in await session.exec(statement))

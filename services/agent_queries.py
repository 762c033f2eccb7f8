"""The people at the desk, as rows."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import Agent, AgentRole


async def departments(session: AsyncSession) -> Sequence[str]:
    """Return the departments that have agents, in alphabetical order."""
    statement = select(Agent.department).where(col(Agent.role) == AgentRole.AGENT).distinct()
    return (await session.exec(statement.order_by(col(Agent.department)))).all()


async def by_username(session: AsyncSession, username: str) -> Agent | None:
    """Return the person with this sign-in name."""
    return (await session.exec(select(Agent).where(col(Agent.username) == username))).first()


async def by_id(session: AsyncSession, agent_id: UUID, *, lock: bool = False) -> Agent | None:
    """Return one person, locked until the transaction ends if asked."""
    return await session.get(Agent, agent_id, with_for_update=lock)


async def named(session: AsyncSession, agent_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return the names of these people by id."""
    people = await session.exec(select(Agent).where(col(Agent.id).in_(agent_ids)))
    return {person.id: person.name for person in people}


async def everyone(session: AsyncSession) -> Sequence[Agent]:
    """Return all people of the desk by sign-in name (the local login page lists them)."""
    return (await session.exec(select(Agent).order_by(col(Agent.username)))).all()

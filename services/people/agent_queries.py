"""Queries for the people at the desk."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlmodel import col, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from desk.db import ROW_LOCK
from models import Agent, AgentRole


async def departments(session: AsyncSession) -> Sequence[str]:
    """Return the departments that have active agents, in alphabetical order."""
    is_agent = col(Agent.role) == AgentRole.AGENT
    statement = select(Agent.department).where(is_agent, col(Agent.is_active)).distinct()
    return (await session.exec(statement.order_by(col(Agent.department)))).all()


async def by_username(session: AsyncSession, username: str) -> Agent | None:
    """Return the person with this sign-in name."""
    return (await session.exec(select(Agent).where(col(Agent.username) == username))).first()


async def by_id(session: AsyncSession, agent_id: UUID, *, lock: bool = False) -> Agent | None:
    """Return one person, locked until the transaction ends if asked."""
    return await session.get(Agent, agent_id, with_for_update=ROW_LOCK if lock else None)


async def with_admins(
    session: AsyncSession, agent_ids: Collection[UUID], *, lock: bool = False
) -> dict[UUID, Agent]:
    """Return these people and every administrator by id, locked in one order to avoid deadlocks."""
    is_wanted = or_(col(Agent.id).in_(agent_ids), col(Agent.role) == AgentRole.ADMIN)
    statement = select(Agent).where(is_wanted).order_by(col(Agent.id))
    if lock:
        statement = statement.with_for_update(key_share=True)
    return {person.id: person for person in await session.exec(statement)}


async def locked(session: AsyncSession, agent_ids: Collection[UUID]) -> Sequence[Agent]:
    """Return these people, locked in one order to avoid deadlocks."""
    statement = select(Agent).where(col(Agent.id).in_(agent_ids)).order_by(col(Agent.id))
    return (await session.exec(statement.with_for_update(key_share=True))).all()


async def named(session: AsyncSession, agent_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return the names of these people by id."""
    people = await session.exec(select(Agent).where(col(Agent.id).in_(agent_ids)))
    return {person.id: person.name for person in people}


async def everyone(session: AsyncSession) -> Sequence[Agent]:
    """Return all people of the desk by sign-in name (the local login page lists them)."""
    return (await session.exec(select(Agent).order_by(col(Agent.username)))).all()


async def has_admin(session: AsyncSession) -> bool:
    """Whether the desk has, or ever had, an administrator: also an inactive one counts."""
    statement = select(Agent.id).where(col(Agent.role) == AgentRole.ADMIN).limit(1)
    return (await session.exec(statement)).first() is not None


async def taken_names(session: AsyncSession, username: str, email: str) -> frozenset[str]:
    """Return which of ``username`` and ``email`` are taken."""
    statement = select(Agent).where(
        or_(
            func.lower(col(Agent.username)) == username.lower(),
            func.lower(col(Agent.email)) == email.lower(),
        )
    )
    people = (await session.exec(statement)).all()
    same_name = any(one.username.lower() == username.lower() for one in people)
    same_email = any(one.email.lower() == email.lower() for one in people)
    return frozenset(
        name for name, is_so in (('username', same_name), ('email', same_email)) if is_so
    )

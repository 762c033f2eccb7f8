"""Queries for skills and their levels."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from desk.db import ROW_LOCK
from models import Agent, AgentSkill, Queue, Skill


async def skills(session: AsyncSession) -> Sequence[Skill]:
    """Return all skills, by name."""
    return (await session.exec(select(Skill).order_by(col(Skill.name)))).all()


async def skill(session: AsyncSession, skill_id: UUID) -> Skill | None:
    """Return a skill, locked until the transaction ends."""
    return await session.get(Skill, skill_id, with_for_update=ROW_LOCK)


async def queues_asking(
    session: AsyncSession, skill_id: UUID, *, lock: bool = False
) -> Sequence[Queue]:
    """Return the queues that require a skill, by name, locked until the transaction ends if asked."""
    statement = select(Queue).where(col(Queue.skill_id) == skill_id).order_by(col(Queue.id))
    if lock:
        statement = statement.with_for_update(key_share=True).execution_options(
            populate_existing=True
        )
    return sorted((await session.exec(statement)).all(), key=lambda one: one.name)


async def people_with(session: AsyncSession, skill_id: UUID) -> Sequence[UUID]:
    """Return the people who have a skill."""
    statement = select(AgentSkill.agent_id).where(col(AgentSkill.skill_id) == skill_id)
    return (await session.exec(statement)).all()


async def forget_levels(session: AsyncSession, skill_id: UUID) -> Sequence[Agent]:
    """Remove a skill from everybody and return them, with their rows locked."""
    has_it = select(AgentSkill.agent_id).where(col(AgentSkill.skill_id) == skill_id)
    people = (
        await session.exec(
            select(Agent)
            .where(col(Agent.id).in_(has_it))
            .order_by(col(Agent.id))
            .with_for_update(key_share=True)
        )
    ).all()
    await session.exec(delete(AgentSkill).where(col(AgentSkill.skill_id) == skill_id))
    return people


async def named(session: AsyncSession, name: str) -> Skill | None:
    """Return the skill with a name, in any case."""
    statement = select(Skill).where(func.lower(col(Skill.name)) == name.lower())
    return (await session.exec(statement)).first()


async def levels(session: AsyncSession) -> dict[UUID, dict[UUID, int]]:
    """Return everybody's levels: by person, then by skill."""
    found: dict[UUID, dict[UUID, int]] = {}
    for one in await session.exec(select(AgentSkill)):
        found.setdefault(one.agent_id, {})[one.skill_id] = one.level
    return found


async def levels_of(session: AsyncSession, agent_id: UUID) -> dict[UUID, AgentSkill]:
    """Return a person's levels by skill; callers that change them lock the person's row first."""
    statement = select(AgentSkill).where(col(AgentSkill.agent_id) == agent_id)
    return {one.skill_id: one for one in await session.exec(statement)}

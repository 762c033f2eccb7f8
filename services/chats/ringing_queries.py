"""Queries for the chats that ring at an agent."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import String, Uuid, bindparam, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from desk.compiled_select import built_once
from models import Agent, ChatSession, ChatStatus
from services.chats.queries import PUSH_QUEUES


async def offered_to(session: AsyncSession, agent: Agent) -> Sequence[ChatSession]:
    """Return the chats offered to an agent, first to time out first."""
    statement = select(ChatSession).where(
        col(ChatSession.offered_agent_id) == agent.id,
        col(ChatSession.status) == ChatStatus.WAITING,
    )
    return (await session.exec(statement.order_by(col(ChatSession.offer_expires_at)))).all()


@dataclass(frozen=True, slots=True, kw_only=True)
class RingingIds:
    """What may ring at an agent, by ids."""

    has_offers: bool
    waiting: Sequence[UUID]
    """Waiting chats of the agent's department to take from the list."""
    push_queues: Sequence[UUID]
    """The queues that offer their chats."""


async def ringing_for(session: AsyncSession, agent: Agent, *, limit: int) -> RingingIds:
    """Return what may ring at an agent: ``limit`` chats of the list at most, first in the queue first."""
    values = {'reader_id': agent.id, 'department': agent.department}
    has_offers, waiting, push = (await session.exec(_ringing(limit), params=values)).one()
    return RingingIds(has_offers=has_offers, waiting=waiting, push_queues=push)


@cache
def _ringing(limit: int) -> Any:
    is_waiting = col(ChatSession.status) == ChatStatus.WAITING
    offered = select(ChatSession.id).where(
        col(ChatSession.offered_agent_id) == bindparam('reader_id', type_=Uuid()), is_waiting
    )
    waiting = (
        select(ChatSession.id)
        .where(
            is_waiting,
            col(ChatSession.department) == bindparam('department', type_=String()),
            col(ChatSession.queue_id).not_in(PUSH_QUEUES),
        )
        .order_by(col(ChatSession.rank_at), col(ChatSession.id))
        .limit(limit)
    )
    return built_once(
        select(
            offered.exists(),
            func.array(waiting.scalar_subquery()),
            func.array(PUSH_QUEUES.scalar_subquery()),
        )
    )

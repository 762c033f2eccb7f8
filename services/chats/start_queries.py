"""Queries for the start of a chat: each answers all that one step of it asks."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import all_
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import ChatSession, Queue
from services.contacts.pair_queries import barred_agents


async def topic_for(
    session: AsyncSession, name: str, phone: str | None
) -> tuple[Queue | None, bool]:
    """Return the open queue with a name, and whether the customer with this number is blocked."""
    statement: Any = select(Queue, func.is_blocked(None, phone)).where(
        col(Queue.is_active), col(Queue.name) == name
    )
    found = (await session.exec(statement)).first()
    return (found[0], bool(found[1])) if found else (None, False)


async def entered_queue(
    session: AsyncSession, queue_id: UUID, phone: str, since: datetime
) -> tuple[Queue | None, UUID | None]:
    """Return a queue, locked against changes while a new contact takes its department.

    With it, the last agent who talked with this phone number in the queue: a typed number proves nothing.
    """
    last_agent = (
        select(ChatSession.agent_id)
        .where(
            col(ChatSession.visitor_phone) == phone,
            col(ChatSession.start_time) >= since,
            col(ChatSession.queue_id) == queue_id,
            col(ChatSession.agent_id).is_not(None),
            col(ChatSession.agent_id) != all_(barred_agents(None, phone)),
        )
        .order_by(col(ChatSession.start_time).desc())
        .limit(1)
        .scalar_subquery()
    )
    statement: Any = (
        select(Queue, last_agent)
        .where(col(Queue.id) == queue_id)
        .with_for_update(read=True, key_share=False, of=Queue)
    )
    found = (await session.exec(statement)).first()
    return tuple(found) if found else (None, None)

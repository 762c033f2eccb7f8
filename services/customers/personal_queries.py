"""Queries for an agent's current contacts with customers."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import Agent, ChatSession, Customer
from models.chat import OPEN_STATUSES
from services.contacts.queries import in_touch


async def in_touch_with(
    session: AsyncSession, agent: Agent, customer_ids: Sequence[UUID]
) -> set[UUID]:
    """Return those of these customers whose data an open contact lets the agent see unmasked."""
    statement = select(Customer.id).where(
        col(Customer.id).in_(customer_ids), col(Customer.id).in_(in_touch(agent.id))
    )
    return set((await session.exec(statement)).all())


async def locked_chats_with(
    session: AsyncSession, agent: Agent, customer_id: UUID
) -> Sequence[ChatSession]:
    """Return the agent's open chats with a customer, locked in the common order."""
    statement = (
        select(ChatSession)
        .where(
            col(ChatSession.agent_id) == agent.id,
            col(ChatSession.status).in_(OPEN_STATUSES),
            col(ChatSession.customer_id) == customer_id,
        )
        .order_by(col(ChatSession.id))
        .with_for_update(key_share=True)
    )
    return (await session.exec(statement)).all()

"""Who is in touch with whom at this moment, as rows."""

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
    """Return with which of these customers the agent is in touch, and may so see how to reach them."""
    statement = select(Customer.id).where(
        col(Customer.id).in_(customer_ids), col(Customer.id).in_(in_touch(agent.id))
    )
    return set((await session.exec(statement)).all())


async def locked_chats_with(
    session: AsyncSession, agent: Agent, customer_id: UUID
) -> Sequence[ChatSession]:
    """Return the open chats with a customer that the agent holds, locked, in the order of everybody who locks several."""
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

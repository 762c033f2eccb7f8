"""Customers on record, as rows."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import Agent, ChatSession, Customer
from services.chat_queries import chats_of


async def by_id(session: AsyncSession, customer_id: UUID) -> Customer | None:
    """Return one customer."""
    return await session.get(Customer, customer_id)


async def by_phone(session: AsyncSession, phone: str, *, limit: int) -> Sequence[Customer]:
    """Return customers with this number, the latest changed first."""
    statement = select(Customer).where(col(Customer.phone) == phone)
    return (
        await session.exec(statement.order_by(col(Customer.updated_at).desc()).limit(limit))
    ).all()


async def chats_with(
    session: AsyncSession, agent: Agent, customer_id: UUID, *, limit: int
) -> Sequence[ChatSession]:
    """Return the customer's chats that the agent may see, newest first."""
    statement = chats_of(agent).where(col(ChatSession.customer_id) == customer_id)
    return (
        await session.exec(statement.order_by(col(ChatSession.start_time).desc()).limit(limit))
    ).all()

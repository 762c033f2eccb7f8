"""Queries for saved views; each agent has their own."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import Agent, HistoryView


async def views_of(session: AsyncSession, agent: Agent) -> Sequence[HistoryView]:
    """Return an agent's views by name."""
    statement = select(HistoryView).where(col(HistoryView.agent_id) == agent.id)
    return (await session.exec(statement.order_by(col(HistoryView.name)))).all()


async def view_of(session: AsyncSession, agent: Agent, view_id: UUID) -> HistoryView | None:
    """Return one of an agent's views."""
    own = (col(HistoryView.id) == view_id) & (col(HistoryView.agent_id) == agent.id)
    return (await session.exec(select(HistoryView).where(own))).first()

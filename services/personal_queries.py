"""Who is in touch with whom at this moment, as rows."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import Agent, Call, ChatSession
from models.chat import OPEN_STATUSES


async def in_touch_with(
    session: AsyncSession, agent: Agent, customer_ids: Sequence[UUID]
) -> set[UUID]:
    """Return with which of these customers the agent holds an open chat or call."""
    chats = select(ChatSession.customer_id).where(
        col(ChatSession.agent_id) == agent.id,
        col(ChatSession.status).in_(OPEN_STATUSES),
        col(ChatSession.customer_id).in_(customer_ids),
    )
    calls = select(Call.customer_id).where(
        col(Call.agent_id) == agent.id,
        col(Call.end_time).is_(None),
        col(Call.customer_id).in_(customer_ids),
    )
    found = (await session.exec(chats)).all(), (await session.exec(calls)).all()
    return {one for ids in found for one in ids if one is not None}

"""Queries for ratings."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import ChatRating, ProtectionCase
from services.chats.events import Rating


async def row_of(session: AsyncSession, chat_id: UUID) -> ChatRating | None:
    """Return a chat's rating; ``None`` when its customer gave none."""
    return await session.get(ChatRating, chat_id)


async def ratings(session: AsyncSession, chat_ids: Collection[UUID]) -> dict[UUID, Rating]:
    """Return the ratings of these chats, by chat; none for those that nobody rated."""
    statement = select(ChatRating).where(col(ChatRating.chat_session_id).in_(chat_ids))
    return {
        one.chat_session_id: Rating(score=one.score, comment=one.comment)
        for one in (await session.exec(statement)).all()
    }


async def was_ended_for_abuse(session: AsyncSession, chat_id: UUID) -> bool:
    """Whether an agent ended a chat to be protected (보호)."""
    statement = select(ProtectionCase.id).where(
        col(ProtectionCase.contact_id) == chat_id, col(ProtectionCase.ended_by_id).is_not(None)
    )
    return (await session.exec(statement)).first() is not None


def chats_rated(score: int) -> Any:
    """Select the chats with this score."""
    return select(col(ChatRating.chat_session_id)).where(col(ChatRating.score) == score)

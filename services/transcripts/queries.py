"""Queries for whole conversations and for their way to the bucket."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import Attachment, ChatArchive, Queue
from services.work.claim_queries import claim_due


async def files_of(session: AsyncSession, chat_id: UUID) -> Sequence[Attachment]:
    """Return the files of a chat."""
    statement = select(Attachment).where(col(Attachment.chat_session_id) == chat_id)
    return (await session.exec(statement)).all()


async def queue_name(session: AsyncSession, queue_id: UUID | None) -> str:
    """Return the name of a queue; empty without one."""
    queue = await session.get(Queue, queue_id) if queue_id else None
    return queue.name if queue else ''


async def claim(
    session: AsyncSession, now: datetime, until: datetime, *, limit: int
) -> list[tuple[UUID, str]]:
    """Claim transcripts that are to be stored, longest due first: chat and key. Nobody else has them before ``until``."""
    claimed: Sequence[ChatArchive] = await claim_due(
        session, ChatArchive, ChatArchive.chat_session_id, col(ChatArchive.stored_at).is_(None),
        now=now, until=until, limit=limit,
    )  # fmt: skip
    return [(one.chat_session_id, one.object_key) for one in claimed]


async def mark_stored(
    session: AsyncSession, chat_id: UUID, claimed_until: datetime, now: datetime
) -> None:
    """Record that a transcript is stored, unless its chat has ended a second time since it was claimed."""
    await session.exec(
        update(ChatArchive)
        .where(
            col(ChatArchive.chat_session_id) == chat_id, col(ChatArchive.try_at) == claimed_until
        )
        .values(stored_at=now)
    )


async def is_wanted(session: AsyncSession, chat_id: UUID) -> bool:
    """Whether a chat still has a transcript: an erasure takes it away. Waits for one that is going on."""
    statement = select(ChatArchive.chat_session_id).where(
        col(ChatArchive.chat_session_id) == chat_id
    )
    return (
        await session.exec(statement.with_for_update(read=True, key_share=True))
    ).first() is not None

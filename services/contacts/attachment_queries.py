"""Queries that take the files of chats away, for erasure and retention; all else about files is in ``services.files``."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from models import Attachment, DoomedObject


async def doom_files_of(session: AsyncSession, chat_ids: Sequence[UUID], due_at: datetime) -> None:
    """Forget all files of chats, and let their objects be deleted."""
    gone = await session.exec(
        delete(Attachment)
        .where(col(Attachment.chat_session_id).in_(chat_ids))
        .returning(col(Attachment.object_key))
    )
    rows = [{'object_key': key, 'due_at': due_at} for key in gone.scalars()]
    if rows:
        await session.exec(insert(DoomedObject).on_conflict_do_nothing(), params=rows)

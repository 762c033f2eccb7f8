"""Queries that take the stored objects of chats away, for erasure and retention.

All else about them is in ``services.files`` and ``services.transcripts``.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from models import Attachment, ChatArchive, DoomedObject


async def doom_files_of(session: AsyncSession, chat_ids: Sequence[UUID], due_at: datetime) -> None:
    """Forget all files of chats and their stored transcripts, and let the objects be deleted.

    A transcript that is being stored now is deleted when that must be over (``ChatArchive.try_at``).
    """
    files = await session.exec(
        delete(Attachment)
        .where(col(Attachment.chat_session_id).in_(chat_ids))
        .returning(col(Attachment.object_key), col(Attachment.preview_key))
    )
    archives = await session.exec(
        delete(ChatArchive)
        .where(col(ChatArchive.chat_session_id).in_(chat_ids))
        .returning(col(ChatArchive.object_key), col(ChatArchive.try_at))
    )
    doomed = {key: due_at for pair in files for key in pair if key}
    doomed |= {key: max(due_at, until) for key, until in archives}
    await doom(session, doomed)


async def doom(session: AsyncSession, due: Mapping[str, datetime]) -> None:
    """Let objects be deleted at their times; those that are doomed already stay as they are."""
    rows = [{'object_key': key, 'due_at': at} for key, at in due.items()]
    if rows:
        await session.exec(insert(DoomedObject).on_conflict_do_nothing(), params=rows)

"""Queries for files and for objects that are to be deleted."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from desk import clock
from models import (
    Attachment,
    CannedReplyFile,
    CustomerAttachment,
    DoomedObject,
    Message,
    ProtectionFile,
)
from services.contacts.attachment_queries import doom


async def file_of(session: AsyncSession, chat_id: UUID, file_id: UUID) -> Attachment | None:
    """Return a file of a chat."""
    statement = select(Attachment).where(
        col(Attachment.id) == file_id, col(Attachment.chat_session_id) == chat_id
    )
    return (await session.exec(statement)).first()


async def message(session: AsyncSession, message_id: UUID) -> Message | None:
    """Return a message by its id."""
    return await session.get(Message, message_id)


class HasObjects(Protocol):
    """A stored file, or the row that has taken it."""

    @property
    def object_key(self) -> str:
        """The key of the file itself."""

    @property
    def preview_key(self) -> str | None:
        """The key of a picture's preview."""


def keys_of(file: HasObjects) -> list[str]:
    """Return the keys of a file's objects."""
    return [file.object_key, *([file.preview_key] if file.preview_key else [])]


async def delete_file(session: AsyncSession, row: CannedReplyFile | CustomerAttachment) -> None:
    """Delete a file's row, and let its objects be deleted at once."""
    await session.delete(row)
    await doom(session, dict.fromkeys(keys_of(row), clock.now()))


async def taken(session: AsyncSession, object_keys: Sequence[str]) -> None:
    """Keep objects from being deleted: a row of this transaction has them now."""
    await forget(session, object_keys)


async def due(session: AsyncSession, now: datetime, limit: int) -> Sequence[str]:
    """Return the keys of objects that are to be deleted now; not of those that a case of 보호 has yet to copy."""
    is_wanted = select(ProtectionFile.id).where(
        col(ProtectionFile.source_key) == col(DoomedObject.object_key),
        col(ProtectionFile.settled_at).is_(None),
    )
    statement = (
        select(DoomedObject.object_key)
        .where(col(DoomedObject.due_at) <= now, ~is_wanted.exists())
        .order_by(col(DoomedObject.due_at))
        .limit(limit)
    )
    return (await session.exec(statement)).all()


async def forget(session: AsyncSession, object_keys: Sequence[str]) -> None:
    """Forget objects that were deleted."""
    await session.exec(delete(DoomedObject).where(col(DoomedObject.object_key).in_(object_keys)))

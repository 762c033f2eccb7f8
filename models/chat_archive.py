"""Transcripts of ended chats on their way to the bucket, and where they are stored."""

import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from models.base import Timestamp, timestamp_field

ARCHIVE_PREFIX = 'transcripts/'
"""In front of the random part of a transcript's key, so that a rule of the bucket can name all transcripts."""


def new_archive_key() -> str:
    """Return the key of a new transcript."""
    return f'{ARCHIVE_PREFIX}{secrets.token_hex(24)}'


class ChatArchive(SQLModel, table=True):
    """The transcript of one ended chat, written in the transaction that ends it. The key is the same at each try."""

    __tablename__ = 'chat_archives'
    __table_args__ = (
        Index('ix_chat_archives_try_at', 'try_at', postgresql_where=text('stored_at IS NULL')),
    )

    chat_session_id: UUID = Field(primary_key=True, foreign_key='chat_sessions.id')
    object_key: str = Field(
        default_factory=new_archive_key, max_length=64, unique=True, description='in the bucket'
    )
    try_at: datetime = timestamp_field()
    """When it is stored next; until then a process may be storing it."""
    stored_at: datetime | None = Field(default=None, sa_type=Timestamp)

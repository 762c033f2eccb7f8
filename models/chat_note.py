"""Private notes (메모) in a chat, for colleagues only, and whom they mention.

A note is not a message and stands in a table of its own: nothing that reads, numbers or sends messages can meet one
(decision 0044).
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint, text
from sqlmodel import Field, Index, SQLModel

from models.base import Row, Timestamp, timestamp_field

MAX_CHAT_NOTE_CHARS = 2_000
MAX_MENTIONS = 20
"""The most colleagues whom one note mentions."""


class ChatNote(Row, table=True):
    """One note. Its writer makes ``id``, so that a repeat is the same note."""

    __tablename__ = 'chat_notes'
    __table_args__ = (
        Index('idx_chat_notes_chat', 'chat_session_id', 'created_at', 'id'),
        Index('idx_chat_notes_grams', text('text_grams(search_key(body))'), postgresql_using='gin'),
    )

    chat_session_id: UUID = Field(foreign_key='chat_sessions.id')
    author_id: UUID = Field(foreign_key='agents.id')
    after_number: int = Field(description="the chat's newest message when it was written; 0: none")
    body: str


class NoteMention(SQLModel, table=True):
    """A colleague whom a note mentions, and when they read it."""

    __tablename__ = 'note_mentions'
    __table_args__ = (
        Index(
            'idx_note_mentions_unread', 'agent_id', 'created_at',
            postgresql_where=text('read_at IS NULL'),
        ),
    )  # fmt: skip

    note_id: UUID = Field(primary_key=True, foreign_key='chat_notes.id', ondelete='CASCADE')
    agent_id: UUID = Field(primary_key=True, foreign_key='agents.id')
    created_at: datetime = timestamp_field()
    read_at: datetime | None = Field(default=None, sa_type=Timestamp)


class NoteDraft(Row, table=True):
    """Text that an agent has typed as a private note in a chat and not stored as one."""

    __tablename__ = 'note_drafts'
    __table_args__ = (UniqueConstraint('agent_id', 'chat_session_id'),)

    agent_id: UUID = Field(foreign_key='agents.id')
    chat_session_id: UUID = Field(foreign_key='chat_sessions.id')
    text: str
    updated_at: datetime = timestamp_field()

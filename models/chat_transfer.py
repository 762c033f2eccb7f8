"""Transfers (호전환) of a chat: asked by the agent who has it, accepted or refused by a colleague within a time.

The chat stays with who asked until somebody accepts. One transfer of a chat is open at a time.
"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Field, Index

from models.audit import MAX_REASON_CHARS
from models.base import Row, Timestamp, Uuids, labels


class TransferOutcome(StrEnum):
    """How a transfer ended."""

    ACCEPTED = 'accepted'
    REFUSED = 'refused'
    MISSED = 'missed'
    """Nobody answered in time."""
    WITHDRAWN = 'withdrawn'
    """Who asked took it back, or no longer has the chat."""


class ChatTransfer(Row, table=True):
    """One request to take a chat over: to an agent, or to whoever of a queue accepts first."""

    __tablename__ = 'chat_transfers'
    __table_args__ = (
        Index(
            'uq_chat_transfers_open', 'chat_session_id',
            unique=True, postgresql_where=text('ended_at IS NULL'),
        ),
        Index('idx_chat_transfers_expires', 'expires_at', postgresql_where=text('ended_at IS NULL')),
        Index('idx_chat_transfers_chat', 'chat_session_id', 'created_at'),
    )  # fmt: skip

    chat_session_id: UUID = Field(foreign_key='chat_sessions.id')
    from_id: UUID = Field(foreign_key='agents.id', description='who has the chat and asked')
    to_agent_id: UUID | None = Field(default=None, foreign_key='agents.id')
    to_queue_id: UUID | None = Field(default=None, foreign_key='queues.id')
    reason: str = Field(max_length=MAX_REASON_CHARS)
    category_id: UUID | None = Field(
        default=None, foreign_key='contact_categories.id', description='상담 분류 so far'
    )
    expires_at: datetime = Field(sa_type=Timestamp)
    ended_at: datetime | None = Field(default=None, sa_type=Timestamp)
    ended_by_id: UUID | None = Field(default=None, description='who accepted, refused or withdrew')
    refused_by_ids: list[UUID] = Field(
        default_factory=list,
        sa_type=Uuids,
        sa_column_kwargs={'server_default': '{}'},
        description='of a queue: who has refused so far',
    )
    outcome: TransferOutcome | None = Field(
        default=None,
        sa_type=labels(TransferOutcome, 'transfer_outcome', newer=TransferOutcome.MISSED),
    )

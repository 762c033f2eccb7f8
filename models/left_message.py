"""Messages left outside the hours of a queue, until it opens: then each becomes a chat, and its row goes (decision 0050)."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, Index

from models.base import Row, Timestamp
from models.chat import MAX_NAME_CHARS


class LeftMessage(Row, table=True):
    """What a customer wants, with how to reach them. It is no contact yet, and counts in no figure."""

    __tablename__ = 'left_messages'
    __table_args__ = (
        Index('idx_left_messages_queue', 'queue_id', 'created_at'),
        Index('idx_left_messages_phone', 'visitor_phone'),
    )

    queue_id: UUID = Field(foreign_key='queues.id')
    visitor_name: str = Field(max_length=MAX_NAME_CHARS, description='as typed: proves nothing')
    visitor_phone: str = Field(max_length=20, description='as typed: proves nothing')
    body: str = Field(description='masked as a message is')
    token_hash: str = Field(max_length=64, unique=True, description="becomes the chat's")
    opens_at: datetime | None = Field(
        default=None,
        sa_type=Timestamp,
        description='when the queue opens, as its customer was told',
    )
    consented_at: datetime | None = Field(default=None, sa_type=Timestamp)

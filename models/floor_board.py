"""What supervisors configure around the board: limits and their alerts, wall screens, notices to queues."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Field, Index, SQLModel

from models.base import Row, Timestamp, timestamp_field

MAX_NOTICE_CHARS = 500


class ThresholdKind(StrEnum):
    """The figure that a limit watches. Stored as text: a later release has more kinds."""

    WAITING = 'waiting'
    """More contacts wait than the limit."""
    LONGEST = 'longest'
    """A contact waits longer than the limit, in seconds."""
    LEVEL = 'level'
    """Today's 서비스 레벨 is below the limit, in percent."""
    STATE = 'state'
    """An agent is in a state longer than the limit, in minutes."""
    NEGATIVE = 'negative'
    """More open chats than the limit have an upset customer: several negative messages in a row."""
    PROMISE = 'promise'
    """A promise is overdue for longer than the limit, in minutes."""


PROTECTION = 'protection'
"""The kind of an alert without a limit: an agent is being protected from a customer (보호)."""


class FloorThreshold(Row, table=True):
    """A limit of the board, for one queue or for each; exceeding it raises an alert."""

    __tablename__ = 'floor_thresholds'

    kind: str = Field(max_length=20, description='see ThresholdKind')
    most: int = Field(description='contacts, seconds, percent or minutes, by its kind')
    queue_id: UUID | None = Field(default=None, foreign_key='queues.id', description='none: each')
    status: str | None = Field(default=None, max_length=20, description='of an agent')
    is_active: bool = Field(default=True, sa_column_kwargs={'server_default': text('true')})
    changed_by_id: UUID = Field(foreign_key='agents.id')
    updated_at: datetime = timestamp_field()


class FloorAlert(Row, table=True):
    """A limit that is exceeded, until it no longer is; ``created_at`` is when it began."""

    __tablename__ = 'floor_alerts'
    __table_args__ = (
        Index(
            'uq_floor_alerts_open', 'threshold_id', 'subject_id',
            unique=True, postgresql_where=text('ended_at IS NULL'),
        ),
        Index('idx_floor_alerts_created', 'created_at'),
    )  # fmt: skip

    threshold_id: UUID | None = Field(
        default=None, foreign_key='floor_thresholds.id', description='none: of a case of protection'
    )
    case_id: UUID | None = Field(default=None, foreign_key='protection_cases.id')
    kind: str = Field(max_length=20, description='of its threshold, as it was then')
    most: int = Field(description='of its threshold, as it was then')
    subject_id: UUID = Field(description='the queue or the agent')
    value: int = Field(description='what was found when it began')
    taken_by_id: UUID | None = Field(default=None, foreign_key='agents.id')
    taken_at: datetime | None = Field(default=None, sa_type=Timestamp)
    ended_at: datetime | None = Field(default=None, sa_type=Timestamp)


class WallLink(Row, table=True):
    """A revocable, read-only link to the board, for a wall screen."""

    __tablename__ = 'wall_links'

    name: str = Field(max_length=100)
    department: str = Field(default='', max_length=100, sa_column_kwargs={'server_default': ''})
    token_hash: str = Field(max_length=64, unique=True, description='SHA-256 of its token, hex')
    made_by_id: UUID = Field(foreign_key='agents.id')
    revoked_at: datetime | None = Field(default=None, sa_type=Timestamp)


class QueueNotice(Row, table=True):
    """A supervisor's message to the agents of a queue."""

    __tablename__ = 'queue_notices'
    __table_args__ = (Index('idx_queue_notices_created', 'created_at'),)

    queue_id: UUID = Field(foreign_key='queues.id')
    by_id: UUID = Field(foreign_key='agents.id')
    body: str = Field(max_length=MAX_NOTICE_CHARS)
    withdrawn_at: datetime | None = Field(default=None, sa_type=Timestamp)


class NoticeReceipt(SQLModel, table=True):
    """A recipient of a notice, and when they confirmed reading it."""

    __tablename__ = 'notice_receipts'
    __table_args__ = (
        Index('idx_notice_receipts_unread', 'agent_id', postgresql_where=text('read_at IS NULL')),
    )

    notice_id: UUID = Field(primary_key=True, foreign_key='queue_notices.id')
    agent_id: UUID = Field(primary_key=True, foreign_key='agents.id')
    read_at: datetime | None = Field(default=None, sa_type=Timestamp)

"""Wrap-up (후처리), the tree of contact categories (상담 분류), and promises to customers."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Field, Index, SQLModel

from models.base import Row, Timestamp, labelled, labels, timestamp_field
from models.step import Channel

MAX_SUMMARY_CHARS = 2_000
MAX_PROMISE_CHARS = 500
MAX_DEPTH = 3
"""The most levels of the tree of 상담 분류."""


class ContactCategory(Row, table=True):
    """One node of the tree of 상담 분류. A node in use is retired, never deleted."""

    __tablename__ = 'contact_categories'

    queue_id: UUID | None = Field(
        default=None, foreign_key='queues.id', index=True, description='none: for every queue'
    )
    parent_id: UUID | None = Field(default=None, foreign_key='contact_categories.id', index=True)
    name: str = Field(max_length=100)
    name_en: str = Field(default='', max_length=100, sa_column_kwargs={'server_default': ''})
    position: int = Field(default=0, sa_column_kwargs={'server_default': '0'})
    retired_at: datetime | None = Field(default=None, sa_type=Timestamp)


class WrapUpEnding(StrEnum):
    """How a 후처리 ended."""

    AGENT = 'agent'
    LIMIT = 'limit'


class WrapUp(Row, table=True):
    """An agent's record after a contact. It is open until ``done_at``; ``created_at`` is its beginning."""

    __tablename__ = 'wrap_ups'
    __table_args__ = (
        Index('idx_wrap_ups_open', 'agent_id', 'created_at', postgresql_where=text('done_at IS NULL')),
        Index('idx_wrap_ups_limit', 'limit_at', postgresql_where=text('done_at IS NULL AND limit_at IS NOT NULL')),
        Index('idx_wrap_ups_category', 'category_id', 'contact_id'),
        Index('idx_wrap_ups_follow_up', 'contact_id', postgresql_where=text('needs_follow_up')),
        Index('idx_wrap_ups_left', 'queue_id', postgresql_where=text('done_at IS NULL AND left_at IS NOT NULL')),
    )  # fmt: skip

    contact_id: UUID = Field(unique=True, description='of a chat or a call')
    channel: Channel = Field(sa_type=labels(Channel, 'channel', newer=Channel.CHAT))
    agent_id: UUID = Field(foreign_key='agents.id')
    queue_id: UUID | None = Field(default=None, foreign_key='queues.id')
    category_id: UUID | None = Field(default=None, foreign_key='contact_categories.id')
    summary: str = Field(default='', sa_column_kwargs={'server_default': ''})
    needs_follow_up: bool = Field(default=False, sa_column_kwargs={'server_default': text('false')})
    is_required: bool = Field(default=False, sa_column_kwargs={'server_default': text('false')})
    version: int = Field(default=1, sa_column_kwargs={'server_default': '1'})
    limit_at: datetime | None = Field(
        default=None, sa_type=Timestamp, description='ends by itself then; never when empty'
    )
    done_at: datetime | None = Field(default=None, sa_type=Timestamp)
    ending: WrapUpEnding | None = Field(
        default=None, sa_type=labels(WrapUpEnding, 'wrap_up_ending', newer=WrapUpEnding.AGENT)
    )
    updated_at: datetime = timestamp_field()
    left_at: datetime | None = Field(
        default=None,
        sa_type=Timestamp,
        description='since when it is for any agent of the queue to finish: its own works here no more',
    )


class PastWrapUp(Row, table=True):
    """A 후처리 of a contact that was reopened later: what its agent had written then. The newest is in ``wrap_ups``."""

    __tablename__ = 'past_wrap_ups'
    __table_args__ = (Index('idx_past_wrap_ups_contact', 'contact_id', 'created_at'),)

    contact_id: UUID
    agent_id: UUID = Field(foreign_key='agents.id')
    category_id: UUID | None = Field(default=None, foreign_key='contact_categories.id')
    summary: str = Field(default='', sa_column_kwargs={'server_default': ''})
    needs_follow_up: bool = Field(default=False, sa_column_kwargs={'server_default': text('false')})
    done_at: datetime = Field(sa_type=Timestamp)
    ending: WrapUpEnding = Field(
        sa_type=labels(WrapUpEnding, 'wrap_up_ending', newer=WrapUpEnding.AGENT)
    )


class PromiseStatus(StrEnum):
    """The state of a promise."""

    OPEN = 'open'
    KEPT = 'kept'
    BROKEN = 'broken'
    CANCELLED = 'cancelled'


class Promise(Row, table=True):
    """A task for a customer with a due time and an owner: an agent, or the queue when there is none."""

    __tablename__ = 'promises'
    __table_args__ = (
        Index('idx_promises_due', 'due_at', postgresql_where=text("status = 'open'")),
        Index('idx_promises_owner', 'owner_id', 'due_at'),
        Index('idx_promises_unowned', 'queue_id', 'due_at', postgresql_where=text("owner_id IS NULL AND status = 'open'")),
        Index('idx_promises_contact', 'contact_id'),
        Index('uq_promises_message_id', 'message_id', unique=True, postgresql_where=text('message_id IS NOT NULL')),
    )  # fmt: skip

    contact_id: UUID = Field(description='of the chat or call it was made in')
    channel: Channel = Field(sa_type=labels(Channel, 'channel', newer=Channel.CHAT))
    queue_id: UUID | None = Field(default=None, foreign_key='queues.id')
    owner_id: UUID | None = Field(default=None, foreign_key='agents.id')
    made_by_id: UUID = Field(foreign_key='agents.id')
    message_id: UUID | None = Field(default=None, description='the line that it was said in')
    body: str = Field(max_length=MAX_PROMISE_CHARS)
    due_at: datetime = Field(sa_type=Timestamp)
    status: PromiseStatus = labelled(PromiseStatus, 'promise_status', PromiseStatus.OPEN)
    reminded_at: datetime | None = Field(default=None, sa_type=Timestamp)
    closed_at: datetime | None = Field(default=None, sa_type=Timestamp)
    version: int = Field(default=1, sa_column_kwargs={'server_default': '1'})


class DismissedPromise(SQLModel, table=True):
    """A message that its agent marked as no promise; the desk does not ask about it again."""

    __tablename__ = 'dismissed_promises'

    message_id: UUID = Field(primary_key=True)
    agent_id: UUID = Field(foreign_key='agents.id')
    created_at: datetime = timestamp_field()
